import { Stack, Text, Textarea, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { saveDiskInput } from '#shared/image-upload';
import { limits } from '#shared/limits';
import type { SliceVm } from '#shared/slice';
import { trpc } from '../api/trpc';
import { isOpen, UploadRow } from '../catalogue/UploadRow';
import { useSchemaForm } from '../hooks/schema-form';
import { PanelForm } from '../ui/FormFrame';

interface SaveDiskPanelProps {
  vm: Pick<SliceVm, 'id' | 'name' | 'status'>;
  onCancel: () => void;
}

/** Has an image made of what a VM has on its disk; those that are made, and how others ended, below. */
export function SaveDiskPanel({ vm, onCancel }: SaveDiskPanelProps) {
  const { t } = useTranslation(['slices', 'catalogue']);
  const utils = trpc.useUtils();
  const uploads = trpc.imageUploads.list.useQuery(
    { limit: 20 },
    { refetchInterval: ({ state }) => (state.data?.items.some(isOpen) === true ? 1_000 : false) },
  );
  const ofVm = uploads.data?.items.filter(({ vmId }) => vmId === vm.id) ?? [];
  const save = trpc.imageUploads.save.useMutation({ onSettled: () => void utils.imageUploads.invalidate() });
  const { form, ...frame } = useSchemaForm({
    schema: saveDiskInput,
    initialValues: { name: vm.name, description: '' },
    toInput: (values) => ({ ...values, vmId: vm.id }),
    save: async (input) => {
      await save.mutateAsync(input);
      form.reset();
    },
  });
  return (
    <Stack gap="lg">
      <PanelForm {...frame} submit={t('vm.save.submit')} onCancel={onCancel}>
        <Text size="sm" c="dimmed">
          {t(vm.status === 'stopped' ? 'vm.save.help' : 'vm.save.helpRunning')}
        </Text>
        <TextInput
          label={t('catalogue:name')}
          maxLength={limits.nameLength}
          // what is opened for the first time comes after the panel, which has the focus on its cross by then
          autoFocus
          data-autofocus
          {...form.getInputProps('name')}
        />
        <Textarea
          label={t('catalogue:description')}
          maxLength={limits.descriptionLength}
          autosize
          minRows={2}
          {...form.getInputProps('description')}
        />
      </PanelForm>
      {ofVm.length === 0 ? null : (
        <Stack gap="md" component="ul" p={0} m={0} style={{ listStyle: 'none' }} aria-label={t('vm.save.list')}>
          {ofVm.map((upload) => (
            <UploadRow key={upload.id} upload={upload} />
          ))}
        </Stack>
      )}
    </Stack>
  );
}
