import type { modals as Modals } from '@mantine/modals';
import { List, Stack, Text } from '@mantine/core';
import i18next from 'i18next';
import { dialogsReady } from './dialogs';

export interface ConfirmDestroyOptions {
  title: string;
  /** What will be gone, one line each. */
  goes: string[];
  /** What stays. */
  stays?: string | undefined;
  /** The verb: `Delete template`. */
  confirmLabel: string;
  onConfirm: () => void;
}

/** Asks once, names what will go and says what stays. The focus starts on the safe button. */
export function confirmDestroy(options: ConfirmDestroyOptions): void {
  void Promise.all([import('@mantine/modals'), dialogsReady()]).then(([{ modals }]) => open(modals, options));
}

function open(modals: typeof Modals, { title, goes, stays, confirmLabel, onConfirm }: ConfirmDestroyOptions): void {
  const safe = { 'data-autofocus': true };
  modals.openConfirmModal({
    title,
    centered: true,
    closeButtonProps: { 'aria-label': i18next.t('actions.close') },
    children: (
      <Stack gap="xs">
        <Text>{i18next.t('confirm.goes')}</Text>
        <List spacing={2}>
          {goes.map((line) => (
            <List.Item key={line}>{line}</List.Item>
          ))}
        </List>
        {stays === undefined ? null : <Text c="dimmed">{stays}</Text>}
      </Stack>
    ),
    labels: { confirm: confirmLabel, cancel: i18next.t('actions.cancel') },
    confirmProps: { color: 'red' },
    cancelProps: safe,
    onConfirm,
  });
}
