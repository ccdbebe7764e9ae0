import { Button, Group, Kbd, Modal, Stack, Table, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { RelativeTime } from '../ui/RelativeTime';
import type { Draft } from './draft-store';
import type { Acts } from './acts';
import { shortcutIds, shortcutText, type ActWithKey, type CanvasKey } from './shortcuts';

// The page does not scroll, so nothing is to be locked: `lockScroll={false}`. What locks it is a <style> without a nonce,
// which the content security policy refuses.

/** Every shortcut, also those of a node on the canvas. */
export function ShortcutsDialog({ acts, onClose }: { acts: Acts; onClose: () => void }) {
  const { t } = useTranslation(['editor', 'common']);
  return (
    <Modal
      opened
      onClose={onClose}
      title={t('shortcuts.title')}
      centered
      lockScroll={false}
      closeButtonProps={{ 'aria-label': t('common:actions.close') }}
    >
      <Table verticalSpacing={4}>
        <Table.Tbody>
          {shortcutIds
            .filter((id) => !(id in acts) || acts[id as ActWithKey].absent !== true)
            .map((id) => (
              <Table.Tr key={id}>
                <Table.Td>{id in acts ? acts[id as ActWithKey].label : t(`shortcuts.${id as CanvasKey}`)}</Table.Td>
                <Table.Td ta="right" style={{ whiteSpace: 'nowrap' }}>
                  <Kbd>{shortcutText(id)}</Kbd>
                </Table.Td>
              </Table.Tr>
            ))}
        </Table.Tbody>
      </Table>
    </Modal>
  );
}

interface RecoveryDialogProps {
  draft: Draft;
  /** Somebody has saved since the draft was begun. */
  outdated: boolean;
  onRestore: () => void;
  onDiscard: () => void;
}

/** Work was found that was never saved. It stays until one of the two is chosen. */
export function RecoveryDialog({ draft, outdated, onRestore, onDiscard }: RecoveryDialogProps) {
  const { t } = useTranslation(['editor', 'common']);
  return (
    <Modal
      opened
      onClose={onRestore}
      withCloseButton={false}
      closeOnClickOutside={false}
      closeOnEscape={false}
      title={t('recovery.title')}
      centered
      lockScroll={false}
    >
      <Stack>
        <Text size="sm">
          {t('recovery.text')} <RelativeTime at={new Date(draft.at).toISOString()} />
        </Text>
        <Text size="sm" c="dimmed">
          {t('recovery.what', {
            vms: t('common:resources.vms', { count: draft.document.topology.vms.length }),
            links: t('links.title', { count: draft.document.topology.edges.length }),
          })}
          {outdated && ` ${t('recovery.outdated')}`}
        </Text>
        <Group justify="flex-end">
          <Button variant="default" onClick={onDiscard}>
            {t('recovery.discard')}
          </Button>
          <Button onClick={onRestore} data-autofocus>
            {t('recovery.restore')}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}

interface LeaveDialogProps {
  onStay: () => void;
  onLeave: () => void;
  /** Leaves, and nothing is kept. */
  onDiscard: () => void;
}

/** Leaving with unsaved work, which is kept as a draft unless it is not wanted. */
export function LeaveDialog({ onStay, onLeave, onDiscard }: LeaveDialogProps) {
  const { t } = useTranslation(['editor', 'common']);
  return (
    <Modal
      opened
      onClose={onStay}
      title={t('leave.title')}
      centered
      lockScroll={false}
      closeButtonProps={{ 'aria-label': t('common:actions.close') }}
    >
      <Stack>
        <Text size="sm">{t('leave.text')}</Text>
        <Group justify="space-between">
          <Button variant="subtle" color="red" onClick={onDiscard}>
            {t('leave.discard')}
          </Button>
          <Group gap="xs">
            <Button variant="default" onClick={onStay} data-autofocus>
              {t('leave.stay')}
            </Button>
            <Button onClick={onLeave}>{t('leave.leave')}</Button>
          </Group>
        </Group>
      </Stack>
    </Modal>
  );
}
