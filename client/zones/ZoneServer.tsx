import { Checkbox, List, Select, Text } from '@mantine/core';
import { useState, type FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import type { Home, Zone } from '#shared/zone';
import { notifyDone, useErrorMessage } from '../api/error-message';
import { ErrorState } from '../api/ErrorState';
import { trpc } from '../api/trpc';
import { PanelForm } from '../ui/FormFrame';
import { LoadingRows } from '../ui/LoadingRows';

const nobody = 'none';

/** Gives a zone to another server, or to none. Says what is not moved with it, and what becomes of that. */
export function ZoneServer({ zone, onDone }: { zone: Zone; onDone: () => void }) {
  const homes = trpc.zones.homes.useQuery();
  if (homes.data === undefined)
    return homes.error === null ? (
      <LoadingRows rows={3} height={36} />
    ) : (
      <ErrorState error={homes.error} onRetry={() => void homes.refetch()} />
    );
  return <ServerForm zone={zone} homes={homes.data.items} onDone={onDone} />;
}

function ServerForm({ zone, homes, onDone }: { zone: Zone; homes: readonly Home[]; onDone: () => void }) {
  const { t } = useTranslation(['catalogue', 'common']);
  const errorMessage = useErrorMessage();
  const utils = trpc.useUtils();
  const move = trpc.zones.move.useMutation();
  const release = trpc.zones.release.useMutation();
  const [to, setTo] = useState<string | null>(null);
  const [acceptLoss, setAcceptLoss] = useState(false);
  const [lacks, setLacks] = useState(false);
  const others = homes.filter((home) => !home.away && home.id !== zone.home?.id);
  const host = zone.home?.host ?? '';
  const error = move.error ?? release.error;
  const sameName = (home: Home) => homes.some((other) => other.host === home.host && other.id !== home.id);
  const choices = [
    ...others.map((home) => ({
      value: String(home.id),
      label: sameName(home) ? t('zones.server.numbered', { host: home.host, id: home.id }) : home.host,
    })),
    ...(zone.released ? [] : [{ value: nobody, label: t('zones.server.nobody') }]),
  ];
  async function submit(event: FormEvent) {
    event.preventDefault();
    setLacks(to === null);
    if (to === null) return;
    try {
      await (to === nobody
        ? release.mutateAsync({ id: zone.id, acceptLoss })
        : move.mutateAsync({ id: zone.id, homeId: Number(to), acceptLoss }));
    } catch {
      // said above the form
      return;
    }
    await utils.zones.invalidate();
    notifyDone(to === nobody ? t('zones.server.released') : t('zones.server.moved'));
    onDone();
  }
  return (
    <PanelForm
      onSubmit={(event) => void submit(event)}
      alert={error === null ? null : errorMessage(error)}
      submit={to === nobody ? t('zones.server.release') : t('zones.server.move')}
      saving={move.isPending || release.isPending}
      danger={zone.home?.away === true}
      onCancel={onDone}
    >
      <Select
        label={t('zones.server.to')}
        description={others.length === 0 ? t('zones.server.noOther') : undefined}
        data={choices}
        value={to}
        onChange={setTo}
        error={lacks && to === null ? t('zones.server.choose') : undefined}
        data-autofocus
      />
      {zone.home === null ? null : (
        <>
          <Text size="sm">{t('zones.server.notMoved', { host })}</Text>
          <List size="sm" spacing={4}>
            {zone.home.away ? (
              <List.Item>{t('zones.server.byHand', { host, folder: `zones/${zone.id}` })}</List.Item>
            ) : (
              <List.Item>{t('zones.server.destroyFirst', { host })}</List.Item>
            )}
            {zone.home.away ? <List.Item>{t('zones.server.lost')}</List.Item> : null}
            <List.Item>{t('zones.server.removed', { host })}</List.Item>
          </List>
        </>
      )}
      {to === nobody ? <Text size="sm">{t('zones.server.nobodyHelp')}</Text> : null}
      {zone.home?.away === true ? (
        <Checkbox
          label={t('zones.server.accept', { host })}
          checked={acceptLoss}
          onChange={(event) => setAcceptLoss(event.currentTarget.checked)}
        />
      ) : null}
    </PanelForm>
  );
}
