import { TagsInput, Textarea, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { z } from 'zod';
import { limits } from '#shared/limits';
import { descriptionSchema, nameSchema } from '#shared/primitives';
import { tagsSchema, type TemplateSummary } from '#shared/template';
import { trpc } from '../api/trpc';
import { useSchemaForm } from '../hooks/schema-form';
import { PanelForm } from '../ui/FormFrame';
import { SidePanel } from '../ui/SidePanel';

const schema = z.strictObject({ name: nameSchema, description: descriptionSchema, tags: tagsSchema });

function RenameForm({ template, onDone }: { template: TemplateSummary; onDone: () => void }) {
  const { t } = useTranslation(['templates', 'common']);
  const utils = trpc.useUtils();
  const update = trpc.templates.update.useMutation();
  const tags = trpc.templates.tags.useQuery({ of: 'mine' });
  const { form, ...frame } = useSchemaForm({
    schema,
    initialValues: { name: template.name, description: template.description, tags: template.tags },
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
      <TagsInput
        label={t('rename.tags')}
        description={t('rename.tagsHelp', { most: limits.tagsPerTemplate })}
        data={tags.data?.items.map(({ tag }) => tag) ?? []}
        maxTags={limits.tagsPerTemplate}
        acceptValueOnBlur
        splitChars={[',', ' ']}
        clearable
        {...form.getInputProps('tags')}
        error={form.errors['tags'] ?? Object.entries(form.errors).find(([path]) => path.startsWith('tags.'))?.[1]}
        onChange={(values) => form.setFieldValue('tags', [...new Set(values.map((tag) => tag.trim().toLowerCase()))])}
      />
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
