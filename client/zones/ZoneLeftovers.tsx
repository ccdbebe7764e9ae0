import { Button, Checkbox, Group, Stack, Text } from '@mantine/core';
import { CircleCheck, RefreshCw, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Zone } from '#shared/zone';
import type { Leftover } from '#shared/zone-leftovers';
import { notifyDone, useErrorMessage } from '../api/error-message';
import { ErrorState } from '../api/ErrorState';
import { trpc } from '../api/trpc';
import { ActionButton } from '../ui/ActionButton';
import { confirmDestroy } from '../ui/confirm';
import { EmptyState } from '../ui/EmptyState';
import { FormAlert } from '../ui/FormAlert';
import { LoadingRows } from '../ui/LoadingRows';

/** As many as one call takes. */
const atOnce = 100;

/** What is in a zone and belongs to no slice: looked at, chosen, removed once that is confirmed. What others have in the same cloud is only shown. */
export function ZoneLeftovers({ zone }: { zone: Zone }) {
  const { t } = useTranslation(['catalogue', 'common']);
  const errorMessage = useErrorMessage();
  const utils = trpc.useUtils();
  const found = trpc.zones.leftovers.useQuery({ id: zone.id }, { staleTime: 0 });
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const remove = trpc.zones.removeLeftovers.useMutation({
    onSuccess: (left) => {
      utils.zones.leftovers.setData({ id: zone.id }, left);
      setChosen(new Set());
      notifyDone(t('zones.leftovers.removed'));
    },
    onSettled: () => void utils.zones.list.invalidate(),
  });
  if (found.data === undefined)
    return found.error === null ? (
      <LoadingRows rows={4} height={44} />
    ) : (
      <ErrorState error={found.error} onRetry={() => void found.refetch()} />
    );
  const { items } = found.data;
  const names = items.filter(({ name, removable }) => removable && chosen.has(name)).map(({ name }) => name);
  const again = (
    <Button
      variant="default"
      leftSection={<RefreshCw size={16} aria-hidden />}
      loading={found.isFetching}
      onClick={() => void found.refetch()}
    >
      {t('zones.leftovers.again')}
    </Button>
  );
  if (items.length === 0)
    return (
      <EmptyState icon={CircleCheck} title={t('zones.leftovers.none')} action={again}>
        {t('zones.leftovers.noneText')}
      </EmptyState>
    );
  const choose = (name: string, isChosen: boolean) =>
    setChosen((before) => new Set(isChosen ? [...before, name] : [...before].filter((one) => one !== name)));
  const confirmRemove = () =>
    confirmDestroy({
      title: t('zones.leftovers.title', { name: zone.name }),
      goes: names,
      stays: t('zones.leftovers.stays'),
      confirmLabel: t('zones.leftovers.remove', { count: names.length }),
      onConfirm: () => remove.mutate({ id: zone.id, names: names.slice(0, atOnce) }),
    });
  return (
    <Stack>
      <Text size="sm">{t('zones.leftovers.help')}</Text>
      <FormAlert message={remove.error === null ? null : errorMessage(remove.error)} />
      <Stack component="ul" gap="sm" m={0} p={0} style={{ listStyle: 'none' }}>
        {items.map((item) => (
          <li key={item.name}>
            <LeftoverLine item={item} chosen={chosen.has(item.name)} onChoose={choose} />
          </li>
        ))}
      </Stack>
      <Group>
        <ActionButton
          color="red"
          leftSection={<Trash2 size={16} />}
          loading={remove.isPending}
          disabledReason={names.length === 0 ? t('zones.leftovers.choose') : null}
          onClick={confirmRemove}
        >
          {names.length === 0 ? t('zones.leftovers.removeNone') : t('zones.leftovers.remove', { count: names.length })}
        </ActionButton>
        {again}
      </Group>
    </Stack>
  );
}

interface LineProps {
  item: Leftover;
  chosen: boolean;
  onChoose: (name: string, chosen: boolean) => void;
}

function LeftoverLine({ item, chosen, onChoose }: LineProps) {
  const { t } = useTranslation('catalogue');
  const { name, why, zone, removable, servers, networks, ports } = item;
  const counts =
    servers === null ? null : t('zones.leftovers.counts', { servers, networks: networks ?? 0, ports: ports ?? 0 });
  const reason = t(`zones.leftovers.why.${why}`, { zone: zone ?? '' });
  return (
    <Checkbox
      label={
        <Text span ff="monospace" size="sm" style={{ overflowWrap: 'anywhere' }}>
          {name}
        </Text>
      }
      description={counts === null ? reason : `${reason} ${counts}`}
      checked={chosen}
      disabled={!removable}
      onChange={(event) => onChoose(name, event.currentTarget.checked)}
    />
  );
}
