import { NumberInput, SegmentedControl, Text, Textarea, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { createImageInput, imageKinds, type Image } from '#shared/image';
import { trpc } from '../api/trpc';
import { useSchemaForm } from '../hooks/schema-form';
import { numberOf } from '../ui/numbers';
import { PanelForm } from '../ui/FormFrame';
import { LeastRamField, ReadyMarkerField } from './image-fields';

interface Values extends Record<string, unknown> {
  name: string;
  description: string;
  kind: (typeof imageKinds)[number];
  source: string;
  sha256: string;
  minRamMb: number | string;
  minDiskGb: number | string;
  readyMarker: string;
}

/** Creates an image, or edits the one that it is given. */
export function ImageForm({ image, onDone }: { image: Image | null; onDone: () => void }) {
  const { t } = useTranslation(['catalogue', 'common']);
  const utils = trpc.useUtils();
  const create = trpc.images.create.useMutation();
  const update = trpc.images.update.useMutation();
  const initialValues: Values = {
    name: image?.name ?? '',
    description: image?.description ?? '',
    kind: image?.kind ?? 'disk',
    source: image?.source ?? '',
    sha256: image?.sha256 ?? '',
    minRamMb: image?.minRamMb ?? 512,
    minDiskGb: image?.minDiskGb ?? 2,
    readyMarker: image?.readyMarker ?? '',
  };
  const { form, ...frame } = useSchemaForm({
    schema: createImageInput,
    initialValues,
    toInput: (values) => ({
      ...values,
      sha256: values.sha256.trim() === '' ? null : values.sha256.trim().toLowerCase(),
      readyMarker: values.readyMarker === '' ? null : values.readyMarker,
      minRamMb: numberOf(values.minRamMb),
      minDiskGb: numberOf(values.minDiskGb),
    }),
    save: async (input) => {
      await (image === null ? create.mutateAsync(input) : update.mutateAsync({ id: image.id, ...input }));
      await utils.images.invalidate();
      onDone();
    },
  });
  const mono = { input: { fontFamily: 'var(--mantine-font-family-monospace)' } };
  return (
    <PanelForm
      {...frame}
      submit={image === null ? t('common:actions.create') : t('common:actions.save')}
      onCancel={onDone}
    >
      <TextInput label={t('name')} data-autofocus {...form.getInputProps('name')} />
      <Textarea label={t('description')} autosize minRows={2} {...form.getInputProps('description')} />
      <div>
        <SegmentedControl
          fullWidth
          aria-label={t('images.kind')}
          data={imageKinds.map((value) => ({ value, label: t(`images.kinds.${value}`) }))}
          {...form.getInputProps('kind')}
        />
        <Text size="xs" c="dimmed" mt={4}>
          {t(`images.kindHelp.${form.values.kind}`)}
        </Text>
      </div>
      <TextInput
        label={t('images.source')}
        description={t('images.sourceHelp')}
        spellCheck={false}
        styles={mono}
        {...form.getInputProps('source')}
      />
      <TextInput
        label={t('images.sha256')}
        description={t('images.sha256Help')}
        spellCheck={false}
        styles={mono}
        {...form.getInputProps('sha256')}
      />
      <LeastRamField {...form.getInputProps('minRamMb')} />
      <NumberInput label={t('images.minDiskGb')} min={0} allowDecimal={false} {...form.getInputProps('minDiskGb')} />
      <ReadyMarkerField {...form.getInputProps('readyMarker')} />
    </PanelForm>
  );
}
