import { Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import { useState, type FormEvent, type KeyboardEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { limits } from '#shared/limits';
import type { Template } from '#shared/template';
import { revisionMessageSchema } from '#shared/template-history';
import { sameTopology } from '#shared/topology/same';
import type { EditorState } from '../use-editor';

interface SaveMessageProps {
  editor: EditorState;
  onSave: (message: string) => Promise<Template | null>;
  onClose: () => void;
}

/** Asks what is to be said of what is saved. What cannot be saved is told where it is told anyway, and the message is kept here meanwhile. */
export function SaveMessage({ editor, onSave, onClose }: SaveMessageProps) {
  const { t } = useTranslation(['revisions', 'common']);
  const [message, setMessage] = useState('');
  const [saving, setSaving] = useState(false);
  const { document, saved } = editor;
  const drawn = saved.base === null || !sameTopology(document.topology, saved.document.topology);
  const valid = revisionMessageSchema.safeParse(message).success;

  async function submit() {
    if (saving || !valid) return;
    setSaving(true);
    const template = await onSave(drawn ? message : '');
    setSaving(false);
    if (template !== null) onClose();
  }
  /** The page's own Ctrl+S would save without the message. */
  function onKeyDown(event: KeyboardEvent) {
    if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== 's') return;
    event.preventDefault();
    void submit();
  }
  return (
    <Modal
      opened
      onClose={onClose}
      title={t('message.title')}
      centered
      lockScroll={false}
      closeButtonProps={{ 'aria-label': t('common:actions.close') }}
    >
      <form
        onSubmit={(event: FormEvent) => {
          event.preventDefault();
          void submit();
        }}
      >
        <Stack>
          {drawn ? (
            <TextInput
              label={t('message.label')}
              description={t('message.hint')}
              value={message}
              maxLength={limits.revisionMessageLength}
              error={valid ? undefined : t('message.invalid')}
              onChange={(event) => setMessage(event.currentTarget.value)}
              onKeyDown={onKeyDown}
              data-autofocus
            />
          ) : (
            <Text size="sm">{t('message.notDrawn')}</Text>
          )}
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              {t('common:actions.cancel')}
            </Button>
            <Button type="submit" loading={saving} onKeyDown={onKeyDown} data-autofocus={drawn ? undefined : true}>
              {t('common:actions.save')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
