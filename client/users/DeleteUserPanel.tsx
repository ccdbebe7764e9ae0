import { Radio, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { deleteUserInput, type Account } from '#shared/user';
import { trpc } from '../api/trpc';
import { notifyDone } from '../api/error-message';
import { useSchemaForm } from '../hooks/schema-form';
import { PanelForm } from '../ui/FormFrame';
import { SidePanel } from '../ui/SidePanel';
import { UserSelect } from './UserSelect';

/** Asks what becomes of what the account owns, and deletes it. */
export function DeleteUserPanel(props: { account: Account; opened: boolean; onClose: () => void }) {
  const { t } = useTranslation('users');
  return (
    <SidePanel opened={props.opened} onClose={props.onClose} title={t('delete.panel', { name: props.account.name })}>
      {props.opened ? <DeleteForm account={props.account} onCancel={props.onClose} /> : null}
    </SidePanel>
  );
}

interface Values extends Record<string, unknown> {
  templates: 'delete' | 'transfer';
  slices: 'destroy' | 'transfer';
  transferTo: number | null;
}

function DeleteForm({ account, onCancel }: { account: Account; onCancel: () => void }) {
  const { t } = useTranslation(['users', 'common']);
  const navigate = useNavigate();
  const utils = trpc.useUtils();
  const remove = trpc.users.delete.useMutation();
  // nothing is destroyed because nobody chose
  const initialValues: Values = {
    templates: account.templates === 0 ? 'delete' : 'transfer',
    slices: account.slices === 0 ? 'destroy' : 'transfer',
    transferTo: null,
  };
  const { form, ...frame } = useSchemaForm({
    schema: deleteUserInput,
    initialValues,
    toInput: ({ templates, slices, transferTo }) => ({
      id: account.id,
      templates,
      slices,
      ...(transfers(templates, slices) && transferTo !== null ? { transferTo } : {}),
    }),
    save: async (input) => {
      await remove.mutateAsync(input);
      notifyDone(t('delete.done', { name: account.name }));
      void utils.users.list.invalidate();
      void utils.slices.list.invalidate();
      void utils.templates.list.invalidate();
      // Back would lead to an account that is not there any more
      void navigate('/users', { replace: true });
    },
  });
  const { templates, slices, transferTo } = form.values;
  return (
    <PanelForm
      {...frame}
      submit={t('delete.confirm')}
      danger
      focusCancel={account.templates === 0}
      onCancel={onCancel}
      gap="md"
    >
      <Text size="sm">{t('delete.help')}</Text>
      {account.templates === 0 ? null : (
        <Radio.Group
          label={t('delete.templates', { count: account.templates })}
          value={templates}
          onChange={(value) => form.setFieldValue('templates', value === 'delete' ? 'delete' : 'transfer')}
        >
          <Stack gap={6} mt={6}>
            <Radio value="transfer" label={t('delete.transfer')} data-autofocus />
            <Radio value="delete" label={t('delete.deleteTemplates')} />
          </Stack>
        </Radio.Group>
      )}
      {account.slices === 0 ? null : (
        <Radio.Group
          label={t('delete.slices', { count: account.slices })}
          value={slices}
          onChange={(value) => form.setFieldValue('slices', value === 'destroy' ? 'destroy' : 'transfer')}
        >
          <Stack gap={6} mt={6}>
            <Radio value="transfer" label={t('delete.transfer')} />
            <Radio value="destroy" label={t('delete.destroySlices')} />
          </Stack>
        </Radio.Group>
      )}
      {account.templates === 0 && account.slices === 0 ? (
        <Text size="sm" c="dimmed">
          {t('delete.none')}
        </Text>
      ) : null}
      {transfers(templates, slices) ? (
        <UserSelect
          label={t('delete.to')}
          description={t('delete.toHelp')}
          enabledOnly
          except={account.id}
          value={transferTo}
          data-path="transferTo"
          error={form.errors['transferTo'] === undefined ? undefined : t('delete.whom')}
          onChange={(userId) => {
            form.setFieldValue('transferTo', userId);
            form.clearFieldError('transferTo');
          }}
        />
      ) : null}
      <Text size="sm" c="dimmed">
        {t('delete.stays')}
      </Text>
    </PanelForm>
  );
}

function transfers(templates: Values['templates'], slices: Values['slices']): boolean {
  return templates === 'transfer' || slices === 'transfer';
}
