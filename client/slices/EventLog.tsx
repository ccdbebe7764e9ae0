import { Button, Group, Select, Text } from '@mantine/core';
import { ArrowUp } from 'lucide-react';
import { useLayoutEffect, useMemo, useRef, useState, type UIEvent } from 'react';
import { useTranslation } from 'react-i18next';
import type { SliceEvent } from '#shared/deployment/events';
import type { Slice } from '#shared/slice';
import { trpc } from '../api/trpc';
import { pastOfStream } from '../api/keyset';
import { ErrorState } from '../api/ErrorState';
import { LoadingRows } from '../ui/LoadingRows';
import { byName } from '../ui/sort';
import { concernsVm, mergeEvents } from './apply-event';
import { EventLine } from './EventLine';
import classes from './slice.module.css';

/**
 * What has happened to the slice, the newest on top. Who reads further down is left in peace: what comes in meanwhile
 * does not move the lines under their eyes, and a button leads back up. `beside`: as a narrow column next to the canvas.
 */
export function EventLog({
  slice,
  live,
  beside = false,
}: {
  slice: Slice;
  live: readonly SliceEvent[];
  beside?: boolean;
}) {
  const { t, i18n } = useTranslation('events');
  const history = trpc.slices.events.useInfiniteQuery({ sliceId: slice.id, limit: 50 }, pastOfStream);
  const [vmId, setVmId] = useState<number | null>(null);
  const events = useMemo(() => {
    const past = history.data?.pages.flatMap((page) => page.items) ?? [];
    const all = mergeEvents(past, live).reverse();
    return vmId === null ? all : all.filter((event) => concernsVm(event, vmId, slice));
  }, [history.data, live, vmId, slice]);
  const { frame, away, onScroll, toTop } = useHeldScroll(events[0]?.id);
  const names = useMemo(() => new Map(slice.vmList.map((vm) => [vm.id, vm.name])), [slice.vmList]);

  return (
    <section aria-label={t('log.label')} className={classes.log} data-beside={beside || undefined}>
      <Group justify="space-between" mb="xs" gap="xs">
        <Select
          size="xs"
          aria-label={t('log.filter')}
          placeholder={t('log.everything')}
          data={slice.vmList.toSorted(byName(i18n.language)).map((vm) => ({ value: String(vm.id), label: vm.name }))}
          value={vmId === null ? null : String(vmId)}
          onChange={(value) => setVmId(value === null ? null : Number(value))}
          clearable
          searchable
          w={200}
        />
        {away ? (
          <Button size="compact-xs" variant="light" leftSection={<ArrowUp size={12} />} onClick={toTop}>
            {t('log.newest')}
          </Button>
        ) : null}
      </Group>
      {history.error ? <ErrorState error={history.error} onRetry={() => void history.refetch()} /> : null}
      <div
        ref={frame}
        className={classes.logLines}
        onScroll={onScroll}
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls has to be reachable by keyboard
        tabIndex={0}
        role="log"
        aria-label={t('log.label')}
      >
        {history.isPending ? <LoadingRows rows={6} height={24} /> : null}
        {events.length === 0 && history.isSuccess ? (
          <Text size="sm" c="dimmed" p="xs">
            {vmId === null ? t('log.empty') : t('log.emptyFiltered')}
          </Text>
        ) : null}
        {events.map((event) => (
          <EventLine key={event.id} event={event} vmName={(id) => names.get(id)} />
        ))}
        {history.hasNextPage ? (
          <Button
            size="compact-sm"
            variant="subtle"
            m="xs"
            loading={history.isFetchingNextPage}
            onClick={() => void history.fetchNextPage()}
          >
            {t('log.older')}
          </Button>
        ) : null}
      </div>
    </section>
  );
}

/** Keeps what is read in its place while lines are put in above it, unless the reader is at the top. */
function useHeldScroll(newest: number | undefined) {
  const frame = useRef<HTMLDivElement>(null);
  const [away, setAway] = useState(false);
  const height = useRef(0);
  const top = useRef(0);
  useLayoutEffect(() => {
    const element = frame.current;
    if (element === null) return;
    const grown = element.scrollHeight - height.current;
    height.current = element.scrollHeight;
    // browsers that anchor the scroll themselves have moved it already
    if (top.current > 8 && grown > 0 && element.scrollTop === top.current) element.scrollTop = top.current + grown;
    else if (top.current <= 8) element.scrollTop = 0;
  }, [newest]);
  const onScroll = (event: UIEvent<HTMLDivElement>) => {
    top.current = event.currentTarget.scrollTop;
    height.current = event.currentTarget.scrollHeight;
    setAway(top.current > 8);
  };
  return { frame, away, onScroll, toTop: () => frame.current?.scrollTo({ top: 0 }) };
}
