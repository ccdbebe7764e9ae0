import { Textarea, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { z } from 'zod';
import { descriptionSchema, nameSchema } from '#shared/primitives';
import type { TemplateSummary } from '#shared/template';
import { trpc } from '../api/trpc';
import { useSchemaForm } from '../hooks/schema-form';
import { PanelForm } from '../ui/FormFrame';
import { SidePanel } from '../ui/SidePanel';

const schema = z.strictObject({ name: nameSchema, description: descriptionSchema });

function RenameForm({ template, onDone }: { template: TemplateSummary; onDone: () => void }) {
  const { t } = useTranslation(['templates', 'common']);
  const utils = trpc.useUtils();
  const update = trpc.templates.update.useMutation();
  const { form, ...frame } = useSchemaForm({
    schema,
    initialValues: { name: template.name, description: template.description },
    save: async (input) => {
      await update.mutateAsync({ id: template.id, ...input });
      await utils.templates.invalidate();
      onDone();
    },
  });
  return (
    <PanelForm {...frame} submit={t('common:actions.save')} onCancel={onDone}>
      <TextInput label={t('rename.name')} data-autofocus {...form.getInputProps('name')} />
      <Textarea label={t('rename.description')} autosize minRows={3} {...form.getInputProps('description')} />
    </PanelForm>
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
