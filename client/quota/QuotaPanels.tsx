import { SegmentedControl, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { roles, type Role } from '#shared/permissions';
import type { Account } from '#shared/user';
import { trpc } from '../api/trpc';
import { notifyDone } from '../api/error-message';
import { ErrorState } from '../api/ErrorState';
import { LoadingRows } from '../ui/LoadingRows';
import { SidePanel } from '../ui/SidePanel';
import { eachField } from './each-field';
import { QuotaForm } from './QuotaForm';

/** What holds for everybody with a role. */
export function RoleQuotasPanel({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const { t } = useTranslation('quota');
  return (
    <SidePanel opened={opened} onClose={onClose} title={t('roles.title')}>
      {opened ? <RoleQuotas onDone={onClose} /> : null}
    </SidePanel>
  );
}

function RoleQuotas({ onDone }: { onDone: () => void }) {
  const { t } = useTranslation(['quota', 'common']);
  const utils = trpc.useUtils();
  const list = trpc.quotas.ofRoles.useQuery(undefined, { staleTime: 0 });
  const set = trpc.quotas.setOfRole.useMutation();
  const [role, setRole] = useState<Role>('user');
  if (list.data === undefined)
    return list.error === null ? (
      <LoadingRows rows={8} height={56} />
    ) : (
      <ErrorState error={list.error} onRetry={() => void list.refetch()} />
    );
  const limits = list.data.items.find((item) => item.role === role)?.limits;
  return (
    <Stack gap="sm">
      <Text size="sm" c="dimmed">
        {t('roles.help')}
      </Text>
      <SegmentedControl
        size="xs"
        fullWidth
        aria-label={t('roles.title')}
        value={role}
        onChange={(value) => setRole(roles.find((known) => known === value) ?? role)}
        data={roles.map((value) => ({ value, label: t(`common:user.role.${value}`) }))}
      />
      <QuotaForm
        key={role}
        initial={limits ?? eachField(() => null)}
        save={async (quota) => {
          const next = eachField((field) => (quota[field] === 'role' ? null : quota[field]));
          utils.quotas.ofRoles.setData(undefined, await set.mutateAsync({ role, limits: next }));
          void utils.quotas.invalidate();
          notifyDone(t('roles.saved'));
          onDone();
        }}
        onCancel={onDone}
      />
    </Stack>
  );
}

/** What one account may have. */
export function UserQuotaPanel(props: { account: Account; opened: boolean; onClose: () => void }) {
  const { t } = useTranslation('users');
  return (
    <SidePanel opened={props.opened} onClose={props.onClose} title={t('quota.panel', { name: props.account.name })}>
      {props.opened ? <UserQuotaForm account={props.account} onDone={props.onClose} /> : null}
    </SidePanel>
  );
}

function UserQuotaForm({ account, onDone }: { account: Account; onDone: () => void }) {
  const { t } = useTranslation('quota');
  const utils = trpc.useUtils();
  const input = { userId: account.id };
  const quota = trpc.quotas.ofUser.useQuery(input);
  const ofRoles = trpc.quotas.ofRoles.useQuery();
  const set = trpc.quotas.setOfUser.useMutation();
  const error = quota.error ?? ofRoles.error;
  const retry = () => {
    void quota.refetch();
    void ofRoles.refetch();
  };
  if (quota.data === undefined || ofRoles.data === undefined)
    return error === null ? <LoadingRows rows={8} height={56} /> : <ErrorState error={error} onRetry={retry} />;
  return (
    <QuotaForm
      initial={quota.data.own}
      ofRole={ofRoles.data.items.find((item) => item.role === account.role)?.limits ?? eachField(() => null)}
      used={quota.data.used}
      save={async (own) => {
        utils.quotas.ofUser.setData(input, await set.mutateAsync({ ...input, quota: own }));
        void utils.quotas.mine.invalidate();
        notifyDone(t('saved'));
        onDone();
      }}
      onCancel={onDone}
    />
  );
}
