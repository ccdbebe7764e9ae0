import { Button, FileButton, Textarea, TextInput } from '@mantine/core';
import { FileUp } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { createSshKeysInput, sshKeyLimits } from '#shared/ssh-key';
import { notifyDone } from '../api/error-message';
import { trpc } from '../api/trpc';
import { useSchemaForm } from '../hooks/schema-form';
import { FileDrop } from '../ui/FileDrop';
import { PanelForm } from '../ui/FormFrame';

interface SshKeyFormProps {
  onDone: () => void;
}

/** Adds public keys: pasted, chosen as a file, or dropped. */
export function SshKeyForm({ onDone }: SshKeyFormProps) {
  const { t } = useTranslation('sshKeys');
  const utils = trpc.useUtils();
  const create = trpc.sshKeys.create.useMutation();
  const { form, ...frame } = useSchemaForm({
    schema: createSshKeysInput,
    initialValues: { text: '', name: '' },
    toInput: ({ text, name }) => ({ text, name: name.trim() === '' ? undefined : name }),
    save: async (input) => {
      const { added, known } = await create.mutateAsync(input);
      const parts = [
        ...(added.length === 0 ? [] : [t('added', { count: added.length })]),
        ...(known.length === 0 ? [] : [t('known', { count: known.length })]),
      ];
      notifyDone(parts.join(' '));
      onDone();
      await utils.sshKeys.list.invalidate();
    },
  });
  const read = async (file: File | null | undefined) => {
    if (!file) return;
    if (file.size > sshKeyLimits.textLength)
      return form.setFieldError('text', t('form.unreadable', { file: file.name }));
    const text = await file.text();
    // a key file in another form is binary, which the field would show as anything
    if (text.includes('\u0000')) form.setFieldError('text', t('form.unreadable', { file: file.name }));
    else form.setFieldValue('text', text);
  };
  return (
    <FileDrop hint={t('form.drop')} onFiles={([first]) => void read(first)}>
      <PanelForm {...frame} submit={t('form.add')} onCancel={onDone} gap="md">
        <Textarea
          label={t('form.text')}
          description={t('form.textHelp')}
          placeholder={t('form.placeholder')}
          autosize
          minRows={5}
          maxRows={14}
          spellCheck={false}
          autoComplete="off"
          data-autofocus
          styles={{
            input: { fontFamily: 'var(--mantine-font-family-monospace)', fontSize: 12, wordBreak: 'break-all' },
          }}
          {...form.getInputProps('text')}
        />
        <FileButton accept=".pub,.keys,.txt,text/plain" onChange={(file) => void read(file)}>
          {(props) => (
            <Button variant="default" leftSection={<FileUp size={16} />} style={{ alignSelf: 'flex-start' }} {...props}>
              {t('form.file')}
            </Button>
          )}
        </FileButton>
        <TextInput
          label={t('form.name')}
          description={t('form.nameHelp')}
          autoComplete="off"
          {...form.getInputProps('name')}
        />
      </PanelForm>
    </FileDrop>
  );
}
