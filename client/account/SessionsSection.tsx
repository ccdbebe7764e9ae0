import { Button, Checkbox, Group, List, Modal, Stack, Text } from '@mantine/core';
import { LogOut } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { SessionInfo } from '#shared/auth';
import { trpc } from '../api/trpc';
import { confirmDestroy } from '../ui/confirm';
import { notifyError, useErrorMessage } from '../api/error-message';
import { listedWhole } from '../api/keyset';
import { ListStates } from '../layouts/ListPage';
import { FormAlert } from '../ui/FormAlert';
import { SessionsTable } from './SessionsTable';
import { useDeviceName } from './device-name';

/** Asks once more, with the choice of what else is to end. */
function SignOutEverywhere({ opened, sessions, onClose }: { opened: boolean; sessions: number; onClose: () => void }) {
  const { t } = useTranslation(['account', 'common']);
  const errorMessage = useErrorMessage();
  const [tokensToo, setTokensToo] = useState(false);
  const signOut = trpc.auth.signOutEverywhere.useMutation({
    // a new load of the page: nothing of what was shown stays in memory
    onSuccess: () => window.location.assign('/login'),
  });
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      centered
      title={t('sessions.all.title')}
      closeButtonProps={{ 'aria-label': t('common:actions.close') }}
    >
      <Stack gap="xs">
        <FormAlert message={signOut.error === null ? null : errorMessage(signOut.error)} />
        <Text>{t('common:confirm.goes')}</Text>
        <List spacing={2}>
          <List.Item>{t('sessions.all.sessions', { count: sessions })}</List.Item>
        </List>
        <Checkbox
          label={t('sessions.all.tokens')}
          description={t('sessions.all.tokensHelp')}
          checked={tokensToo}
          onChange={(event) => setTokensToo(event.currentTarget.checked)}
        />
        <Text c="dimmed">{t('sessions.all.stays')}</Text>
        <Group justify="flex-end" mt="md">
          <Button variant="default" data-autofocus onClick={onClose}>
            {t('common:actions.cancel')}
          </Button>
          <Button color="red" loading={signOut.isPending} onClick={() => signOut.mutate({ tokensToo })}>
            {t('sessions.all.label')}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}

export function SessionsSection() {
  const { t } = useTranslation('account');
  const utils = trpc.useUtils();
  const sessions = trpc.auth.sessions.useQuery();
  const deviceName = useDeviceName();
  const [asking, setAsking] = useState(false);
  const revoke = trpc.auth.revokeSession.useMutation({
    onError: notifyError,
    onSettled: () => void utils.auth.sessions.invalidate(),
  });
  const confirmRevoke = (session: SessionInfo) =>
    confirmDestroy({
      title: t('sessions.one.title', { device: deviceName(session.userAgent) }),
      goes: [t('sessions.one.goes')],
      stays: t('sessions.one.stays'),
      confirmLabel: t('sessions.one.label'),
      onConfirm: () => revoke.mutate({ id: session.id }),
    });
  return (
    <>
      <Group justify="space-between" mb="sm" gap="sm">
        <Text size="sm" c="dimmed" maw={620}>
          {t('sessions.help')}
        </Text>
        <Button variant="default" leftSection={<LogOut size={15} />} onClick={() => setAsking(true)}>
          {t('sessions.everywhere')}
        </Button>
      </Group>
      {/* the one that asks is always among them */}
      <ListStates list={listedWhole(sessions)} loading={{ rows: 3 }} empty={null}>
        {(items) => <SessionsTable sessions={items} onRevoke={confirmRevoke} />}
      </ListStates>
      <SignOutEverywhere opened={asking} sessions={sessions.data?.items.length ?? 1} onClose={() => setAsking(false)} />
    </>
  );
}
