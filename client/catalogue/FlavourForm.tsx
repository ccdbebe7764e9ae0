import { NumberInput, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { createFlavourInput, type Flavour } from '#shared/flavour';
import { trpc } from '../api/trpc';
import { useSchemaForm } from '../hooks/schema-form';
import { numberOf } from '../ui/numbers';
import { PanelForm } from '../ui/FormFrame';

interface Values extends Record<string, unknown> {
  name: string;
  vcpus: number | string;
  ramMb: number | string;
  diskGb: number | string;
}

/** Creates a flavour, or edits the one that it is given. */
export function FlavourForm({ flavour, onDone }: { flavour: Flavour | null; onDone: () => void }) {
  const { t } = useTranslation(['catalogue', 'common']);
  const utils = trpc.useUtils();
  const create = trpc.flavours.create.useMutation();
  const update = trpc.flavours.update.useMutation();
  const initialValues: Values = {
    name: flavour?.name ?? '',
    vcpus: flavour?.vcpus ?? 1,
    ramMb: flavour?.ramMb ?? 1024,
    diskGb: flavour?.diskGb ?? 2,
  };
  const { form, ...frame } = useSchemaForm({
    schema: createFlavourInput,
    initialValues,
    toInput: (values) => ({
      name: values.name,
      vcpus: numberOf(values.vcpus),
      ramMb: numberOf(values.ramMb),
      diskGb: numberOf(values.diskGb),
    }),
    save: async (input) => {
      await (flavour === null ? create.mutateAsync(input) : update.mutateAsync({ id: flavour.id, ...input }));
      await utils.flavours.invalidate();
      onDone();
    },
  });
  return (
    <PanelForm
      {...frame}
      submit={flavour === null ? t('common:actions.create') : t('common:actions.save')}
      onCancel={onDone}
    >
      <TextInput label={t('name')} data-autofocus {...form.getInputProps('name')} />
      <NumberInput label={t('flavours.vcpus')} min={1} allowDecimal={false} {...form.getInputProps('vcpus')} />
      <NumberInput
        label={t('flavours.ramMb')}
        min={64}
        step={256}
        allowDecimal={false}
        {...form.getInputProps('ramMb')}
      />
      <NumberInput
        label={t('flavours.diskGb')}
        description={t('flavours.diskHelp')}
        min={0}
        allowDecimal={false}
        {...form.getInputProps('diskGb')}
      />
    </PanelForm>
  );
}
