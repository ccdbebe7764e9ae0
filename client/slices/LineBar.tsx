import { Alert, Button, Group, Text } from '@mantine/core';
import { ListOrdered } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Plan } from '#shared/deployment/schema';
import type { Slice } from '#shared/slice';
import { notifyError } from '../api/error-message';
import { randomKey } from '../api/random-key';
import { trpc } from '../api/trpc';
import { ActionButton } from '../ui/ActionButton';
import { RelativeTime } from '../ui/RelativeTime';

/** How often the place is asked for while a slice waits; that it is let in is told by an event. */
const askEveryMs = 5_000;

function useRefresh(sliceId: number) {
  const utils = trpc.useUtils();
  return () => {
    void utils.slices.get.invalidate({ id: sliceId });
    void utils.line.get.invalidate({ sliceId });
    void utils.deployments.plan.invalidate({ sliceId });
  };
}

/** Where the slice waits for room in its zone, and the way out of the line. `reason`: why the reader may not leave it. */
export function LineBar({ slice, reason }: { slice: Slice; reason: string | null }) {
  const { t } = useTranslation('slices');
  const refresh = useRefresh(slice.id);
  const waits = slice.waitingSince !== null;
  const { data } = trpc.line.get.useQuery({ sliceId: slice.id }, { enabled: waits, refetchInterval: askEveryMs });
  const leave = trpc.line.leave.useMutation({ onSuccess: refresh, onError: notifyError });
  if (slice.waitingSince === null) return null;
  const place = data?.place ?? null;
  return (
    <Alert
      mb="sm"
      color="blue"
      variant="light"
      role="status"
      icon={<ListOrdered size={18} />}
      title={
        place === null
          ? t('line.title', { zone: slice.zone.name })
          : t('line.place', { zone: slice.zone.name, place: place.place, of: place.of })
      }
    >
      <Group justify="space-between" gap="sm">
        <Text size="sm">
          {t('line.since')} <RelativeTime at={slice.waitingSince} />.{' '}
          {place?.kept === true ? t('line.kept') : t('line.help')}
        </Text>
        <ActionButton
          size="xs"
          variant="default"
          disabledReason={reason}
          loading={leave.isPending}
          onClick={() => leave.mutate({ sliceId: slice.id })}
        >
          {t('line.leave')}
        </ActionButton>
      </Group>
    </Alert>
  );
}

/** Beside the refusal of a zone that is full: wait in line for room, where that will come. */
export function WaitButton({ slice, plan, reason }: { slice: Slice; plan: Plan; reason: string | null }) {
  const { t } = useTranslation('slices');
  const refresh = useRefresh(slice.id);
  const [idempotencyKey] = useState(randomKey);
  const join = trpc.line.join.useMutation({ onSuccess: refresh, onError: notifyError });
  if (!plan.canWait || slice.waitingSince !== null || reason !== null) return null;
  return (
    <Group gap="xs" mt="xs">
      <Button
        size="xs"
        variant="default"
        leftSection={<ListOrdered size={14} />}
        loading={join.isPending}
        onClick={() => join.mutate({ sliceId: slice.id, idempotencyKey })}
      >
        {t('line.join')}
      </Button>
      <Text size="sm">{t('line.offer')}</Text>
    </Group>
  );
}
