import { Button, Group, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { confirmDestroy } from '../ui/confirm';
import { formatTime } from '../ui/format';
import type { DraftState } from './draft-sender';

/** What is said of work that is not saved: where it is kept, and since when. */
export function useDraftText(state: DraftState): string {
  const { t, i18n } = useTranslation('editor');
  if (state.kept === 'not yet') return t('save.unsaved');
  const time = formatTime(state.at, i18n.language);
  if (state.kept === 'server') return t('save.drafted', { time });
  return t(state.kept === 'away' ? 'save.draftAway' : 'save.draftHere', { time });
}

export interface DraftNoteProps {
  text: string;
  /** That goes on being there; null for a template that was never saved. */
  revision: number | null;
  onDiscard: () => void;
}

/** That there is a draft, and how it is thrown away. */
export function DraftNote({ text, revision, onDiscard }: DraftNoteProps) {
  const { t } = useTranslation('editor');
  const discard = () =>
    confirmDestroy({
      title: t('draft.title'),
      goes: [revision === null ? t('draft.goesAll') : t('draft.goesSince', { revision })],
      stays: revision === null ? undefined : t('draft.stays', { revision }),
      confirmLabel: t('draft.confirm'),
      onConfirm: onDiscard,
    });
  return (
    <Group gap="xs" justify="space-between">
      <Text size="sm" c="dimmed">
        {text}
      </Text>
      <Button variant="subtle" color="red" size="compact-sm" onClick={discard}>
        {t('draft.discard')}
      </Button>
    </Group>
  );
}
