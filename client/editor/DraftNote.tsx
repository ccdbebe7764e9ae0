import { Button, Group, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { confirmDestroy } from '../ui/confirm';
import { formatTime } from '../ui/format';
import type { DraftState } from './draft-sender';

/** What is said of work that is not saved: where it is kept, and since when; in `short`, what there is room for in the bar. */
export function useDraftText(state: DraftState): { whole: string; short: string } {
  const { t, i18n } = useTranslation('editor');
  if (state.kept === 'not yet') return { whole: t('save.unsaved'), short: t('save.unsaved') };
  const time = formatTime(state.at, i18n.language);
  const words = {
    server: { whole: t('save.drafted', { time }), short: t('save.drafted', { time }) },
    away: { whole: t('save.draftAway', { time }), short: t('save.awayShort') },
    refused: { whole: t('save.draftHere', { time }), short: t('save.hereShort') },
  };
  return words[state.kept];
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
