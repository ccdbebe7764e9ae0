import { Alert, Input, Text, TextInput } from '@mantine/core';
import { keepPreviousData } from '@tanstack/react-query';
import { HardDrive, PencilLine } from 'lucide-react';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { z } from 'zod';
import { limits } from '#shared/limits';
import { idSchema, nameSchema } from '#shared/primitives';
import type { Slice } from '#shared/slice';
import { ErrorState } from '../../api/ErrorState';
import { randomKey } from '../../api/random-key';
import { trpc } from '../../api/trpc';
import { useSchemaForm } from '../../hooks/schema-form';
import { PanelForm } from '../../ui/FormFrame';
import { LoadingRows } from '../../ui/LoadingRows';
import { PlanView } from '../PlanView';
import { holdsBackDraft } from '../problem-sentence';
import { useFreeName } from '../use-free-name';
import { ZoneChooser } from '../ZoneChooser';
import { isOpen, ZoneSelect } from '../ZoneSelect';

/** Names that are listed before "and n more". */
const namedVms = 8;
const schema = z.strictObject({ name: nameSchema, zoneId: idSchema });

interface ClonePanelProps {
  slice: Slice;
  /** With the disks of this one of its snapshots. */
  snapshotId?: number | null;
  onCancel: () => void;
}

/** Another slice of what this one is, with the plan of its deploy in sight before anything is made. */
export function ClonePanel({ slice, snapshotId = null, onCancel }: ClonePanelProps) {
  const { t } = useTranslation(['snapshots', 'slices']);
  const navigate = useNavigate();
  const utils = trpc.useUtils();
  const zones = trpc.zones.list.useQuery();
  // null until a hand was laid on it; an empty field is a wish, too
  const [typed, setTyped] = useState<string | null>(null);
  const naming = useFreeName(typed, slice.name);
  const idempotencyKey = useRef(randomKey());
  const clone = trpc.slices.clone.useMutation({
    // a refused wish that is changed is another wish
    onError: () => {
      idempotencyKey.current = randomKey();
      void utils.slices.previewClone.invalidate({ id: slice.id });
    },
  });
  const { form, ...frame } = useSchemaForm({
    schema,
    initialValues: { name: '', zoneId: String(slice.zone.id) },
    toInput: ({ zoneId }) => ({ name: naming.name, zoneId: Number(zoneId) }),
    save: async (input) => {
      const made = await clone.mutateAsync({
        id: slice.id,
        snapshotId,
        ...input,
        idempotencyKey: idempotencyKey.current,
      });
      utils.slices.get.setData({ id: made.id }, made);
      void utils.slices.list.invalidate();
      // in place of the panel: Back leads to where it was opened
      await navigate(`/slices/${made.id}`, { replace: true });
    },
  });
  const target = { id: slice.id, snapshotId, zoneId: Number(form.values.zoneId) };
  const preview = trpc.slices.previewClone.useQuery(target, {
    enabled: form.values.zoneId !== '',
    staleTime: 0,
    placeholderData: keepPreviousData,
  });
  return (
    <PanelForm {...frame} gap="md" submit={t('clone.submit')} onCancel={onCancel}>
      <Text size="sm" c="dimmed">
        {snapshotId === null ? t('clone.help') : t('clone.helpSnapshot')}
      </Text>
      <TextInput
        label={t('slices:create.name')}
        maxLength={limits.nameLength}
        data-autofocus
        {...form.getInputProps('name')}
        value={naming.name}
        onChange={(event) => {
          form.setFieldValue('name', event.currentTarget.value);
          setTyped(event.currentTarget.value);
        }}
        error={
          form.errors['name'] ??
          (naming.free === null ? undefined : t('slices:create.nameTaken', { free: naming.free }))
        }
      />
      {/* disks of a snapshot stay where they are */}
      {snapshotId === null ? (
        <>
          <ZoneSelect
            zones={zones.data?.items}
            {...form.getInputProps('zoneId')}
            value={form.values.zoneId}
            onChange={(value) => form.setFieldValue('zoneId', value)}
          />
          {(zones.data?.items.filter(isOpen) ?? []).length > 1 ? (
            <ZoneChooser of={{ sliceId: slice.id }} onChoose={(id) => form.setFieldValue('zoneId', String(id))} />
          ) : null}
        </>
      ) : (
        <Input.Wrapper label={t('slices:create.zone')} labelElement="div" error={form.errors['zoneId']}>
          <Text size="sm">
            {preview.data?.snapshot == null
              ? t('clone.sameZone', { zone: slice.zone.name })
              : t('clone.from', { zone: slice.zone.name, snapshot: preview.data.snapshot })}
          </Text>
        </Input.Wrapper>
      )}
      {preview.data === undefined || preview.data.anew.length === 0 ? null : (
        <Alert variant="light" color="yellow" role="status" icon={<HardDrive size={18} />}>
          {t('clone.anew', { names: preview.data.anew.slice(0, namedVms).join(', ') })}
          {preview.data.anew.length > namedVms
            ? ` ${t('clone.anewMore', { count: preview.data.anew.length - namedVms })}`
            : null}
        </Alert>
      )}
      {zones.error === null ? null : <ErrorState error={zones.error} onRetry={() => void zones.refetch()} />}
      <section aria-label={t('slices:create.plan')}>
        <Text fw={600} mb="xs">
          {t('slices:create.plan')}
        </Text>
        {preview.error !== null ? (
          <ErrorState error={preview.error} onRetry={() => void preview.refetch()} />
        ) : preview.data === undefined ? (
          <LoadingRows rows={4} height={32} />
        ) : (
          <PlanView plan={preview.data} compact waits={naming.free !== null} />
        )}
      </section>
      {preview.data?.runnable === false ? (
        <Alert variant="light" color="yellow" icon={<PencilLine size={18} />}>
          {preview.data.problems.some(holdsBackDraft) ? t('slices:create.noRoom') : t('slices:create.draftNotice')}
        </Alert>
      ) : null}
    </PanelForm>
  );
}
