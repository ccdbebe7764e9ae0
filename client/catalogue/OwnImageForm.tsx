import { SegmentedControl, Stack, Text, Textarea, TextInput, Title } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { imageVisibilities, updateOwnImageInput, type Image } from '#shared/image';
import type { Share } from '#shared/sharing';
import { trpc } from '../api/trpc';
import { useSchemaForm } from '../hooks/schema-form';
import { notifyError } from '../api/error-message';
import { ShareForm, ShareList } from '../sharing/SharePanel';
import { numberOf } from '../ui/numbers';
import { PanelForm } from '../ui/FormFrame';
import { LeastRamField, ReadyMarkerField } from './image-fields';

/** Changes an image of one's own: what it is called, who may take it; and says who uses it. */
export function OwnImageForm({ image, onDone }: { image: Image; onDone: () => void }) {
  return (
    <Stack gap="lg">
      <Facts image={image} onDone={onDone} />
      {image.visibility === 'shared' ? <Shares id={image.id} /> : null}
      <Uses id={image.id} />
    </Stack>
  );
}

function Facts({ image, onDone }: { image: Image; onDone: () => void }) {
  const { t } = useTranslation(['catalogue', 'common']);
  const utils = trpc.useUtils();
  const update = trpc.images.updateOwn.useMutation();
  const { form, ...frame } = useSchemaForm({
    schema: updateOwnImageInput,
    initialValues: {
      name: image.name,
      description: image.description,
      visibility: image.visibility,
      minRamMb: image.minRamMb as number | string,
      readyMarker: image.readyMarker ?? '',
    } as Record<string, unknown> & { visibility: Image['visibility'] },
    toInput: (values) => ({
      ...values,
      id: image.id,
      minRamMb: numberOf(values['minRamMb'] as number | string),
      readyMarker: values['readyMarker'] === '' ? null : values['readyMarker'],
    }),
    save: async (input) => {
      await update.mutateAsync(input);
      await utils.images.invalidate();
      // whom it is shared with is said next
      if (input.visibility !== 'shared' || image.visibility === 'shared') onDone();
    },
  });
  return (
    <PanelForm {...frame} submit={t('common:actions.save')} onCancel={onDone}>
      <TextInput label={t('name')} data-autofocus {...form.getInputProps('name')} />
      <Textarea label={t('description')} autosize minRows={2} {...form.getInputProps('description')} />
      <div>
        <Text size="sm" fw={500} mb={4}>
          {t('own.visibility')}
        </Text>
        <SegmentedControl
          fullWidth
          aria-label={t('own.visibility')}
          data={imageVisibilities.map((value) => ({ value, label: t(`own.visible.${value}`) }))}
          {...form.getInputProps('visibility')}
        />
        <Text size="xs" c="dimmed" mt={4}>
          {t(`own.visibleHelp.${form.values.visibility}`)}
        </Text>
      </div>
      <LeastRamField {...form.getInputProps('minRamMb')} />
      <ReadyMarkerField {...form.getInputProps('readyMarker')} />
    </PanelForm>
  );
}

function Shares({ id }: { id: number }) {
  const { t } = useTranslation('catalogue');
  const utils = trpc.useUtils();
  const list = trpc.images.shares.useQuery({ id });
  const share = trpc.images.share.useMutation();
  const unshare = trpc.images.unshare.useMutation();
  const keep = (shares: { items: Share[] }) => utils.images.shares.setData({ id }, shares);
  return (
    <Stack gap="sm">
      <ShareForm
        levels={['view']}
        help={() => t('own.visibleHelp.shared')}
        save={async ({ email }) => keep(await share.mutateAsync({ id, email }))}
      />
      <ShareList
        shares={list.data?.items}
        error={list.error}
        onRetry={() => void list.refetch()}
        onRemove={async ({ user }) => {
          await unshare.mutateAsync({ id, userId: user.id }).then(keep).catch(notifyError);
        }}
      />
    </Stack>
  );
}

const pageOf = { template: 'templates', slice: 'slices' } as const;

function Uses({ id }: { id: number }) {
  const { t } = useTranslation('catalogue');
  const uses = trpc.images.uses.useQuery({ id });
  if (uses.data === undefined) return null;
  const { items, others } = uses.data;
  return (
    <section aria-label={t('own.usedBy')}>
      <Title order={3} fz="sm" mb="xs">
        {t('own.usedBy')}
      </Title>
      {items.length + others === 0 ? (
        <Text size="sm" c="dimmed">
          {t('own.notUsed')}
        </Text>
      ) : (
        <Stack gap={4} component="ul" p={0} m={0} style={{ listStyle: 'none' }}>
          {items.map(({ kind, id: of, name }) => (
            <li key={`${kind} ${of}`}>
              <Text size="sm" component={Link} to={`/${pageOf[kind]}/${of}`}>
                {t(`own.use.${kind}`, { name })}
              </Text>
            </li>
          ))}
          {others === 0 ? null : (
            <li>
              <Text size="sm" c="dimmed">
                {t('own.others', { count: others })}
              </Text>
            </li>
          )}
        </Stack>
      )}
    </section>
  );
}
