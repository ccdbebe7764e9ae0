import { Button, Group, Stack, Text, Title } from '@mantine/core';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { SliceNetworks } from '#shared/networks/schema';
import type { Slice } from '#shared/slice';
import { notifyDone } from '../../api/error-message';
import { useKeptFocus } from '../../hooks/kept-focus';
import { ActionButton } from '../../ui/ActionButton';
import { confirmDestroy } from '../../ui/confirm';
import { JoinForm } from './JoinForm';
import { JoinRow } from './JoinRow';
import { PublishForm } from './PublishForm';
import { TakeUpButton } from './TakeUpButton';
import { useNetworkDeeds } from './use-network-deeds';
import classes from './networks.module.css';

interface NetworkSharingProps {
  slice: Slice;
  network: Slice['networks'][number];
  shared: SliceNetworks;
  /** Why the reader may change nothing. */
  reason: string | null;
}

/** What one network of a slice shares with other slices. */
export function NetworkSharing({ slice, network, shared, reason }: NetworkSharingProps) {
  const { t } = useTranslation('networks');
  const [form, setForm] = useState<'publish' | 'join' | null>(null);
  const deeds = useNetworkDeeds(slice.id);
  const published = shared.published.find((one) => one.network === network.key);
  const join = shared.joins.find((one) => one.network === network.key);
  const done = (text: string) => {
    setForm(null);
    notifyDone(text);
  };
  const withdraw = (id: number, joins: readonly { other: { slice: string } }[]) =>
    confirmDestroy({
      title: t('withdraw.title', { name: network.name }),
      goes: [
        t('withdraw.goes', { name: network.name }),
        ...joins.map(({ other }) => t('withdraw.parted', { slice: other.slice })),
      ],
      stays: t('leave.stays'),
      confirmLabel: t('withdraw.confirm'),
      onConfirm: () => deeds.withdraw.mutate({ id }),
    });
  const cancel = (
    <Button variant="default" onClick={() => setForm(null)}>
      {t('cancel')}
    </Button>
  );
  const section = useRef<HTMLElement>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  useKeptFocus(section, heading);
  const headingId = `network-${network.key}`;
  return (
    <section ref={section} aria-labelledby={headingId} className={classes.network}>
      <Group justify="space-between" gap="xs">
        <Title ref={heading} tabIndex={-1} order={3} size="h4" id={headingId}>
          {network.name}
        </Title>
        <Text size="sm" ff="monospace">
          {network.subnet}
        </Text>
      </Group>
      {published !== undefined ? (
        <Stack gap="xs" mt="xs">
          <Text size="sm">
            {t(`published.${published.admission}`, { range: published.range })}
            {published.description === '' ? '' : ` “${published.description}”`}
          </Text>
          {published.joins.length === 0 ? (
            <Text size="sm" c="dimmed">
              {t('published.none')}
            </Text>
          ) : (
            <ul className={classes.list} aria-label={t('published.joins', { name: network.name })}>
              {published.joins.map((one) => (
                <JoinRow key={one.id} slice={slice} join={one} of="host" reason={reason} />
              ))}
            </ul>
          )}
          <Group>
            <ActionButton
              size="xs"
              variant="default"
              disabledReason={reason}
              loading={deeds.withdraw.isPending}
              onClick={() => withdraw(published.id, published.joins)}
            >
              {t('withdraw.label')}
            </ActionButton>
          </Group>
        </Stack>
      ) : join !== undefined ? (
        <Stack gap="xs" mt="xs">
          <ul className={classes.list} aria-label={t('joins', { name: network.name })}>
            <JoinRow slice={slice} join={join} of="guest" reason={reason} />
          </ul>
          {join.outdated ? <TakeUpButton slice={slice} join={join} reason={reason} /> : null}
        </Stack>
      ) : form === 'publish' ? (
        <PublishForm {...{ slice, network, cancel }} onDone={() => done(t('publish.done', { name: network.name }))} />
      ) : form === 'join' ? (
        <JoinForm {...{ slice, network, cancel }} onDone={() => setForm(null)} />
      ) : (
        <Group gap="xs" mt="xs">
          <ActionButton size="xs" variant="default" disabledReason={reason} onClick={() => setForm('publish')}>
            {t('publish.open')}
          </ActionButton>
          <ActionButton size="xs" variant="default" disabledReason={reason} onClick={() => setForm('join')}>
            {t('join.open')}
          </ActionButton>
        </Group>
      )}
    </section>
  );
}
