import { Group, Pagination, Stack, Text, UnstyledButton } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ConsoleKind } from '#shared/image';
import { mostScreens, screensEveryMs } from '#shared/screens';
import type { Slice } from '#shared/slice';
import { trpc } from '../api/trpc';
import { Unavailable } from '../figures/Unavailable';
import { LoadingRows } from '../ui/LoadingRows';
import { byName } from '../ui/sort';
import { ScreenCard } from './ScreenCard';
import classes from './screens.module.css';

/** The screens of a slice's VMs, small, as many at once as one can see; each leads to its console. */
export function SliceScreens({
  slice,
  onOpenConsole,
}: {
  slice: Slice;
  onOpenConsole: (vmId: number, kind: ConsoleKind) => void;
}) {
  const { t, i18n } = useTranslation('figures');
  const [page, setPage] = useState(1);
  const vms = slice.vmList.toSorted(byName(i18n.language));
  const pages = Math.max(1, Math.ceil(vms.length / mostScreens));
  const shown = Math.min(page, pages);
  const vmIds = vms.slice((shown - 1) * mostScreens, shown * mostScreens).map(({ id }) => id);
  const query = trpc.slices.screens.useQuery(
    { id: slice.id, vmIds },
    { enabled: vmIds.length > 0, refetchInterval: screensEveryMs, staleTime: 0 },
  );
  if (vmIds.length === 0) return <Text c="dimmed">{t('screens.noVms')}</Text>;
  if (query.isError) return <Unavailable error={query.error} onRetry={() => void query.refetch()} />;
  if (query.data === undefined) return <LoadingRows rows={2} height={180} />;
  const screens = new Map(query.data.screens.map((screen) => [screen.vm.id, screen]));
  return (
    <Stack gap="sm">
      <ul className={classes.grid} aria-label={t('screens.list')}>
        {vmIds.map((vmId) => {
          const screen = screens.get(vmId);
          return screen === undefined ? null : (
            <ScreenCard key={vmId} screen={screen} of={slice.status}>
              {(label) => (
                <UnstyledButton
                  className={classes.open}
                  aria-label={label}
                  onClick={() => onOpenConsole(vmId, screen.kind)}
                />
              )}
            </ScreenCard>
          );
        })}
      </ul>
      <Group justify="space-between">
        <Text size="xs" c="dimmed">
          {t('screens.help')}
        </Text>
        {pages === 1 ? null : (
          <Pagination
            total={pages}
            value={shown}
            onChange={setPage}
            size="sm"
            getItemProps={(number) => ({ 'aria-label': t('screens.page', { number }) })}
            getControlProps={(control) => ({
              'aria-label': t(control === 'next' ? 'screens.next' : 'screens.previous'),
            })}
          />
        )}
      </Group>
    </Stack>
  );
}
