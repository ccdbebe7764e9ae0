import { Stack, Textarea, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { z } from 'zod';
import { descriptionSchema, nameSchema } from '#shared/primitives';
import type { TemplateSummary } from '#shared/template';
import { trpc } from '../api/trpc';
import { useSchemaForm } from '../hooks/schema-form';
import { FormAlert } from '../ui/FormAlert';
import { PanelButtons } from '../ui/PanelButtons';
import { SidePanel } from '../ui/SidePanel';

const schema = z.strictObject({ name: nameSchema, description: descriptionSchema });

function RenameForm({ template, onDone }: { template: TemplateSummary; onDone: () => void }) {
  const { t } = useTranslation(['templates', 'common']);
  const utils = trpc.useUtils();
  const update = trpc.templates.update.useMutation();
  const { form, onSubmit, alert, saving } = useSchemaForm({
    schema,
    initialValues: { name: template.name, description: template.description },
    save: async (input) => {
      await update.mutateAsync({ id: template.id, ...input });
      await utils.templates.invalidate();
      onDone();
    },
  });
  return (
    <form onSubmit={onSubmit} noValidate>
      <Stack gap="sm">
        <FormAlert message={alert} />
        <TextInput label={t('rename.name')} data-autofocus {...form.getInputProps('name')} />
        <Textarea label={t('rename.description')} autosize minRows={3} {...form.getInputProps('description')} />
      </Stack>
      <PanelButtons label={t('common:actions.save')} saving={saving} onCancel={onDone} />
    </form>
  );
}

export function TemplateRenamePanel({ template, onClose }: { template: TemplateSummary | null; onClose: () => void }) {
  const { t } = useTranslation('templates');
  return (
    <SidePanel opened={template !== null} onClose={onClose} title={t('rename.title')}>
      {template === null ? null : <RenameForm key={template.id} template={template} onDone={onClose} />}
    </SidePanel>
  );
}
