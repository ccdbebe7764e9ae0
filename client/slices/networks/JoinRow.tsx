import { Group, Stack, Text } from '@mantine/core';
import { CircleDashed, Link2, Unlink } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { NetworkJoin } from '#shared/networks/schema';
import type { Slice } from '#shared/slice';
import { spoken } from '../../i18n/spoken';
import { ActionButton } from '../../ui/ActionButton';
import { confirmDestroy } from '../../ui/confirm';
import { StatusBadge, type StatusBadgeProps } from '../../ui/StatusBadge';
import { useNetworkDeeds } from './use-network-deeds';
import classes from './networks.module.css';

interface JoinRowProps {
  slice: Slice;
  join: NetworkJoin;
  /** Which end the slice is. */
  of: 'host' | 'guest';
  /** Why the reader may not. */
  reason: string | null;
}

const looks = {
  asked: { tone: 'info', icon: CircleDashed },
  joined: { tone: 'success', icon: Link2 },
  apart: { tone: 'warning', icon: Unlink },
} as const satisfies Record<string, Omit<StatusBadgeProps, 'label'>>;

/** Another slice's network at the other end of a join: whether the two are one, and what can be done about it. */
export function JoinRow({ slice, join, of, reason }: JoinRowProps) {
  const { t } = useTranslation('networks');
  const { answer, leave } = useNetworkDeeds(slice.id);
  const state = join.acceptedAt === null ? 'asked' : join.state;
  const { other } = join;
  const end = () =>
    state === 'asked'
      ? leave.mutate({ id: join.id })
      : confirmDestroy({
          title: t('leave.title', { slice: other.slice }),
          goes: [t('leave.goes', { network: other.network, slice: other.slice })],
          stays: t('leave.stays'),
          confirmLabel: t('leave.confirm'),
          onConfirm: () => leave.mutate({ id: join.id }),
        });
  return (
    <li className={classes.row}>
      <Stack gap={4}>
        <Group gap="xs">
          <Text fw={500} size="sm" className={classes.name}>
            {t('end', { slice: other.slice, network: other.network })}
          </Text>
          <StatusBadge {...looks[state]} label={t(`state.${state}`)} />
        </Group>
        <Text size="xs" c="dimmed">
          {t('range', { owner: other.owner, range: join.range })}
        </Text>
        {join.error === null ? null : <Text size="sm">{spoken(join.error, join.sentences)}</Text>}
        <Group gap="xs">
          {of === 'host' && state === 'asked' ? (
            ([true, false] as const).map((accept) => (
              <ActionButton
                key={String(accept)}
                size="xs"
                variant={accept ? 'filled' : 'default'}
                disabledReason={reason}
                loading={answer.isPending && answer.variables.accept === accept}
                onClick={() => answer.mutate({ id: join.id, accept })}
              >
                {t(accept ? 'answer.accept' : 'answer.refuse')}
              </ActionButton>
            ))
          ) : (
            <ActionButton size="xs" variant="default" disabledReason={reason} loading={leave.isPending} onClick={end}>
              {t(state === 'asked' ? 'leave.takeBack' : 'leave.label')}
            </ActionButton>
          )}
        </Group>
      </Stack>
    </li>
  );
}
