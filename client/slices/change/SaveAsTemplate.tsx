import { Text, Textarea, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { z } from 'zod';
import { descriptionSchema, nameSchema } from '#shared/primitives';
import type { Topology } from '#shared/topology/schema';
import { trpc } from '../../api/trpc';
import { notifyDone } from '../../api/error-message';
import { useSchemaForm } from '../../hooks/schema-form';
import { PanelForm } from '../../ui/FormFrame';
import { SidePanel } from '../../ui/SidePanel';

const schema = z.strictObject({ name: nameSchema, description: descriptionSchema });

interface SaveAsTemplateProps {
  opened: boolean;
  onClose: () => void;
  /** Of the slice: what the template would be called. */
  name: string;
  topology: Topology;
}

/** What is drawn becomes a template of who draws. */
export function SaveAsTemplate({ opened, onClose, name, topology }: SaveAsTemplateProps) {
  const { t } = useTranslation('change');
  return (
    <SidePanel opened={opened} onClose={onClose} title={t('saveAs').replace('…', '')}>
      {opened ? <SaveForm name={name} topology={topology} onDone={onClose} /> : null}
    </SidePanel>
  );
}

function SaveForm({ name, topology, onDone }: { name: string; topology: Topology; onDone: () => void }) {
  const { t } = useTranslation(['change', 'templates']);
  const utils = trpc.useUtils();
  const create = trpc.templates.create.useMutation();
  const { form, ...frame } = useSchemaForm({
    schema,
    initialValues: { name, description: '' },
    save: async (input) => {
      const template = await create.mutateAsync({ ...input, topology });
      void utils.templates.list.invalidate();
      notifyDone(t('change:saveAsDone', { name: template.name }));
      onDone();
    },
  });
  return (
    <PanelForm {...frame} submit={t('change:saveAsSubmit')} onCancel={onDone}>
      <Text size="sm" c="dimmed">
        {t('change:saveAsHint')}
      </Text>
      <TextInput label={t('change:saveAsName')} data-autofocus {...form.getInputProps('name')} />
      <Textarea label={t('templates:rename.description')} autosize minRows={3} {...form.getInputProps('description')} />
    </PanelForm>
  );
}
