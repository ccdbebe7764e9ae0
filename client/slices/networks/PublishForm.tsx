import { Alert, Radio, Stack, Textarea, TextInput } from '@mantine/core';
import { Eye } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { ownPart } from '#shared/networks/blocks';
import { publishNetworkInput } from '#shared/networks/schema';
import { admissions, type Admission } from '#shared/networks/words';
import type { Slice } from '#shared/slice';
import { trpc } from '../../api/trpc';
import { useSchemaForm } from '../../hooks/schema-form';
import { FormFoot, FormFrame } from '../../ui/FormFrame';

interface PublishFormProps {
  slice: Slice;
  network: Slice['networks'][number];
  onDone: () => void;
  /** The button that leaves it. */
  cancel: ReactNode;
}

interface Values extends Record<string, unknown> {
  description: string;
  admission: Admission;
  range: string;
}

/** Lets networks of other slices join one of this slice, after saying what that comes to. */
export function PublishForm({ slice, network, onDone, cancel }: PublishFormProps) {
  const { t } = useTranslation('networks');
  const utils = trpc.useUtils();
  const publish = trpc.networks.publish.useMutation();
  const initialValues: Values = { description: '', admission: 'asked', range: '' };
  const { form, ...frame } = useSchemaForm({
    schema: publishNetworkInput,
    initialValues,
    toInput: ({ range, ...values }) => ({
      ...{ id: slice.id, network: network.key, ...values },
      ...(range.trim() !== '' && { range: range.trim() }),
    }),
    save: async (input) => {
      utils.networks.get.setData({ id: slice.id }, await publish.mutateAsync(input));
      void utils.slices.get.invalidate({ id: slice.id });
      onDone();
    },
  });
  return (
    <FormFrame
      {...frame}
      foot={
        <FormFoot submit={t('publish.submit')} saving={frame.saving}>
          {cancel}
        </FormFoot>
      }
    >
      <Alert variant="light" icon={<Eye size={18} />} mt="xs">
        {t('publish.seen')}
      </Alert>
      <Textarea label={t('publish.description')} autosize minRows={2} {...form.getInputProps('description')} />
      <Radio.Group label={t('publish.admission')} {...form.getInputProps('admission')}>
        <Stack gap="xs" mt={4}>
          {admissions.map((value) => (
            <Radio key={value} value={value} label={t(`publish.admissions.${value}`)} />
          ))}
        </Stack>
      </Radio.Group>
      <TextInput
        label={t('publish.range')}
        description={t('publish.rangeHelp')}
        placeholder={ownPart(network.subnet) ?? network.subnet}
        {...form.getInputProps('range')}
      />
    </FormFrame>
  );
}
