import { Button, Group, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { updateUserInput, type Account } from '#shared/user';
import { trpc } from '../api/trpc';
import { notifyDone } from '../api/error-message';
import { useSchemaForm } from '../hooks/schema-form';
import { FormFrame } from '../ui/FormFrame';
import { RoleField } from './RoleField';

/** Name and role of an account. */
export function UserForm({ account, roleReason }: { account: Account; roleReason: string | null }) {
  const { t } = useTranslation(['users', 'common']);
  const utils = trpc.useUtils();
  const update = trpc.users.update.useMutation();
  const { form, onSubmit, alert, saving } = useSchemaForm({
    schema: updateUserInput,
    initialValues: { name: account.name, role: account.role },
    toInput: ({ name, role }) => ({ id: account.id, name, ...(roleReason === null ? { role } : {}) }),
    save: async (input) => {
      const saved = await update.mutateAsync(input);
      utils.users.get.setData({ id: account.id }, saved);
      void utils.users.list.invalidate();
      void utils.quotas.invalidate();
      void utils.auth.me.invalidate();
      form.setInitialValues({ name: saved.name, role: saved.role });
      form.reset();
      notifyDone(t('profile.saved'));
    },
  });
  return (
    <FormFrame onSubmit={onSubmit} alert={alert}>
      <TextInput label={t('create.name')} autoComplete="off" {...form.getInputProps('name')} />
      <RoleField {...form.getInputProps('role')} value={form.values.role} disabledReason={roleReason} />
      <Group>
        <Button type="submit" variant="default" loading={saving} disabled={!form.isDirty()}>
          {t('common:actions.save')}
        </Button>
      </Group>
    </FormFrame>
  );
}
