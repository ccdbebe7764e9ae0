import { Button, Group, Stack, Text, TextInput } from '@mantine/core';
import { Copy, History, LoaderCircle, Pencil, Trash2, Undo2 } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { z } from 'zod';
import type { Problem } from '#shared/errors';
import { nameSchema } from '#shared/primitives';
import type { Slice } from '#shared/slice';
import type { Snapshot } from '#shared/snapshot';
import { appErrorOf } from '../../api/app-error';
import { notifyDone, notifyError } from '../../api/error-message';
import { trpc } from '../../api/trpc';
import { usePanel } from '../../hooks/panel';
import { useSchemaForm } from '../../hooks/schema-form';
import { confirmDestroy } from '../../ui/confirm';
import { formatRam } from '../../ui/format';
import { FormFrame } from '../../ui/FormFrame';
import { RelativeTime } from '../../ui/RelativeTime';
import { RowMenu } from '../../ui/RowMenu';
import { StatusBadge } from '../../ui/StatusBadge';
import { Reasons } from './TakeSnapshot';
import { useKeep } from './use-keep';
import classes from './snapshots.module.css';

interface SnapshotRowProps {
  slice: Slice;
  snapshot: Snapshot;
  /** An operation on the slice is under way. */
  busy: boolean;
  /** Why the reader may not do anything with it. */
  reason: string | null;
}

/** One snapshot: what it is of, and what can be done with it. */
export function SnapshotRow({ slice, snapshot, busy, reason }: SnapshotRowProps) {
  const { t, i18n } = useTranslation(['snapshots', 'slices']);
  const { id, name, automatic, status, sizeMb, vms, vmsRunning, topologyVersion, createdBy, createdAt } = snapshot;
  const [renaming, setRenaming] = useState(false);
  const [against, setAgainst] = useState<readonly Problem[]>([]);
  const utils = trpc.useUtils();
  const { keep } = useKeep(slice.id);
  const clonePanel = usePanel(['clone']);
  const remove = trpc.snapshots.remove.useMutation({
    onSuccess: () => notifyDone(t('remove.done', { name })),
    onError: notifyError,
    onSettled: () => void utils.snapshots.list.invalidate({ sliceId: slice.id }),
  });

  /** What is against it is said before it is asked for. */
  const restore = async () => {
    setAgainst([]);
    try {
      const asked = { sliceId: slice.id, kind: 'restore', snapshotId: id } as const;
      const plan = await utils.deployments.plan.fetch(asked, { staleTime: 0 });
      if (!plan.runnable) return setAgainst(plan.problems);
    } catch (error) {
      return notifyError(error);
    }
    confirmDestroy({
      title: t('restore.title', { name }),
      goes: [t('restore.memory'), t('restore.disks')],
      stays: t('restore.stays', { name }),
      confirmLabel: t('restore.confirm'),
      onConfirm: () =>
        void keep({ kind: 'restore', snapshotId: id }).then(
          () => notifyDone(t('restore.done', { name })),
          (error: unknown) => {
            const problems = appErrorOf(error)?.problems ?? [];
            if (problems.length === 0) notifyError(error);
            else setAgainst(problems);
          },
        ),
    });
  };
  const confirmRemove = () =>
    confirmDestroy({
      title: t('remove.title', { name }),
      goes: [t('remove.goes', { name })],
      stays: t('remove.stays'),
      confirmLabel: t('remove.confirm'),
      onConfirm: () => remove.mutate({ id }),
    });

  const making = status === 'making' ? t('stillMaking') : null;
  const refused = reason ?? (busy ? t('slices:refused.SLICE_BUSY') : making);
  const facts = [
    t('vms', { count: vms }),
    ...(vmsRunning > 0 ? [t('ran', { count: vmsRunning })] : []),
    ...(sizeMb === null ? [] : [t('size', { size: formatRam(sizeMb, i18n.language) })]),
    ...(topologyVersion === null
      ? []
      : [topologyVersion === slice.topologyVersion ? t('versionNow') : t('version', { version: topologyVersion })]),
  ];
  return (
    <li className={classes.row}>
      {renaming ? (
        <RenameForm snapshot={snapshot} onDone={() => setRenaming(false)} />
      ) : (
        <Group justify="space-between" wrap="nowrap" gap="xs" align="flex-start">
          <Stack gap={2} miw={0}>
            <Group gap="xs">
              <Text fw={500} className={classes.name}>
                {name}
              </Text>
              {status === 'making' ? <StatusBadge tone="progress" icon={LoaderCircle} label={t('making')} /> : null}
              {automatic ? (
                <StatusBadge tone="info" icon={Undo2} label={t('automatic')} title={t('automaticHelp')} />
              ) : null}
            </Group>
            <Text size="xs" c="dimmed">
              {facts.join(' · ')}
            </Text>
            <Text size="xs" c="dimmed">
              <RelativeTime at={createdAt} /> {t('by', { name: createdBy.name })}
            </Text>
          </Stack>
          <RowMenu
            name={name}
            actions={[
              { label: t('restore.label'), icon: History, onClick: () => void restore(), disabledReason: refused },
              {
                label: t('clone.open'),
                icon: Copy,
                onClick: () => clonePanel.open('clone', id),
                disabledReason: reason ?? making,
              },
              { label: t('rename.label'), icon: Pencil, onClick: () => setRenaming(true), disabledReason: reason },
              {
                label: t('remove.label'),
                icon: Trash2,
                danger: true,
                onClick: confirmRemove,
                disabledReason: reason ?? (busy ? t('slices:refused.SLICE_BUSY') : null),
              },
            ]}
          />
        </Group>
      )}
      {against.length === 0 ? null : <Reasons title={t('restore.refused', { name })} problems={against} />}
    </li>
  );
}

const schema = z.strictObject({ name: nameSchema });

function RenameForm({ snapshot, onDone }: { snapshot: Snapshot; onDone: () => void }) {
  const { t } = useTranslation(['snapshots', 'common']);
  const utils = trpc.useUtils();
  const rename = trpc.snapshots.rename.useMutation();
  const { form, onSubmit, alert, saving } = useSchemaForm({
    schema,
    initialValues: { name: snapshot.name },
    save: async ({ name }) => {
      await rename.mutateAsync({ id: snapshot.id, name });
      await utils.snapshots.list.invalidate({ sliceId: snapshot.sliceId });
      onDone();
    },
  });
  return (
    <FormFrame onSubmit={onSubmit} alert={alert}>
      <Group align="flex-start" gap="xs" wrap="nowrap">
        <TextInput flex={1} label={t('rename.name')} autoFocus {...form.getInputProps('name')} />
        <Button type="submit" mt={25} loading={saving}>
          {t('common:actions.save')}
        </Button>
        <Button variant="default" mt={25} onClick={onDone}>
          {t('common:actions.cancel')}
        </Button>
      </Group>
    </FormFrame>
  );
}
