import { Alert, Button, Group, List, Text, TextInput, Title } from '@mantine/core';
import { Camera, TriangleAlert } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { z } from 'zod';
import type { Plan } from '#shared/deployment/schema';
import type { Problem } from '#shared/errors';
import { nameSchema } from '#shared/primitives';
import type { Slice } from '#shared/slice';
import { ErrorState } from '../../api/ErrorState';
import { trpc } from '../../api/trpc';
import { useSchemaForm } from '../../hooks/schema-form';
import { QuotaBars } from '../../quota/QuotaBars';
import { FormFrame } from '../../ui/FormFrame';
import { LoadingRows } from '../../ui/LoadingRows';
import { problemText } from '../problem-sentence';
import { useKeep } from './use-keep';

/** Left empty, it gets the name that is proposed. */
const schema = z.strictObject({ name: z.union([z.literal(''), nameSchema]) });
/** Reasons that are shown before "and n more". */
const shownReasons = 5;

/** What takes a snapshot, with the name that the server proposes; where it cannot, why, before anything is tried. */
export function TakeSnapshot({ slice, busy }: { slice: Slice; busy: boolean }) {
  const { t } = useTranslation(['snapshots', 'slices']);
  const asked = { sliceId: slice.id, kind: 'snapshot' } as const;
  // each end of an operation may have changed what can be kept, and which name is free
  const plan = trpc.deployments.plan.useQuery(asked, { enabled: !busy, staleTime: 0 });
  return (
    <section aria-labelledby="take-title">
      <Title order={3} size="h4" id="take-title" mb={4}>
        {t('take.title')}
      </Title>
      <Text size="sm" c="dimmed" mb="xs">
        {t('take.help')}
      </Text>
      {plan.data !== undefined ? (
        <TakeForm slice={slice} plan={plan.data} busy={busy} />
      ) : plan.error !== null ? (
        <ErrorState error={plan.error} onRetry={() => void plan.refetch()} />
      ) : busy ? (
        <Text size="sm" role="status">
          {t('slices:refused.SLICE_BUSY')}
        </Text>
      ) : (
        <LoadingRows rows={2} height={36} />
      )}
    </section>
  );
}

function TakeForm({ slice, plan, busy }: { slice: Slice; plan: Plan; busy: boolean }) {
  const { t } = useTranslation(['snapshots', 'slices']);
  const { keep } = useKeep(slice.id);
  const { form, onSubmit, alert, saving } = useSchemaForm({
    schema,
    initialValues: { name: '' },
    save: async ({ name }) => {
      await keep({ kind: 'snapshot', ...(name === '' ? {} : { snapshotName: name }) });
      form.setFieldValue('name', '');
    },
  });
  const proposed = plan.steps.find(({ resource }) => resource === 'snapshot')?.label;
  const refused = busy ? t('slices:refused.SLICE_BUSY') : plan.runnable ? null : t('take.refused');
  return (
    <FormFrame
      onSubmit={refused === null ? onSubmit : (event) => event.preventDefault()}
      alert={alert}
      foot={<SnapshotQuota plan={plan} />}
    >
      {busy || plan.runnable ? null : <Reasons title={t('take.refused')} problems={plan.problems} />}
      <TextInput label={t('take.name')} placeholder={proposed} {...form.getInputProps('name')} />
      <Group mb="sm" gap="sm">
        {/* refused it stays in the keyboard's way, so that the reason can be found */}
        <Button
          type="submit"
          leftSection={<Camera size={14} />}
          loading={saving}
          data-disabled={refused !== null || undefined}
          aria-disabled={refused !== null || undefined}
          aria-description={refused ?? undefined}
        >
          {t('take.submit')}
        </Button>
        {busy ? (
          <Text size="sm" c="dimmed" role="status">
            {t('slices:refused.SLICE_BUSY')}
          </Text>
        ) : null}
      </Group>
    </FormFrame>
  );
}

/** How many more there may be, where that is limited. */
function SnapshotQuota({ plan: { quota } }: { plan: Plan }) {
  if (quota === null || quota.limits.snapshots === null) return null;
  return <QuotaBars quota={quota} added={{ snapshots: quota.added.snapshots }} compact />;
}

/** Every reason once: what is said of each VM of a zone that cannot do it is long, and the same. */
export function Reasons({ title, problems }: { title: string; problems: readonly Problem[] }) {
  const { t, i18n } = useTranslation(['slices', 'common', 'problems']);
  const { t: tSnapshots } = useTranslation('snapshots');
  const texts = [...new Set(problems.map((problem) => problemText(t, i18n.language, problem).what))];
  const more = texts.length - shownReasons;
  return (
    <Alert variant="light" color="yellow" icon={<TriangleAlert size={18} />} role="status" title={title}>
      <List size="sm" spacing={4}>
        {texts.slice(0, shownReasons).map((text) => (
          <List.Item key={text}>{text}</List.Item>
        ))}
      </List>
      {more > 0 ? <Text size="sm">{tSnapshots('take.andMore', { count: more })}</Text> : null}
    </Alert>
  );
}
