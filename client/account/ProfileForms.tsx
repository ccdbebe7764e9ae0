import { Button, Group, Text, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { changeEmailInput, changePasswordInput, updateProfileInput, type User } from '#shared/auth';
import { limits } from '#shared/limits';
import { setSessionUser, trpc } from '../api/trpc';
import { notifyDone } from '../api/error-message';
import { useSchemaForm } from '../hooks/schema-form';
import { FormFrame } from '../ui/FormFrame';
import { PasswordField } from '../auth/PasswordField';

/** The name of whoever is signed in. */
export function NameForm({ user }: { user: User }) {
  const { t } = useTranslation(['account', 'common']);
  const queryClient = useQueryClient();
  const update = trpc.auth.updateProfile.useMutation();
  const { form, onSubmit, alert, saving } = useSchemaForm({
    schema: updateProfileInput,
    initialValues: { name: user.name },
    save: async (input) => {
      const changed = await update.mutateAsync(input);
      setSessionUser(queryClient, changed);
      form.setInitialValues({ name: changed.name });
      form.reset();
      notifyDone(t('profile.saved'));
    },
  });
  return (
    <FormFrame onSubmit={onSubmit} alert={alert}>
      <Group gap="xs" align="flex-start" wrap="nowrap">
        <TextInput
          aria-label={t('profile.name')}
          name="name"
          autoComplete="name"
          style={{ flex: 1 }}
          {...form.getInputProps('name')}
        />
        <Button type="submit" variant="default" loading={saving} disabled={!form.isDirty()}>
          {t('common:actions.save')}
        </Button>
      </Group>
    </FormFrame>
  );
}

/** The address to sign in with; asks for the password. */
export function EmailForm({ user }: { user: User }) {
  const { t } = useTranslation('account');
  const queryClient = useQueryClient();
  const change = trpc.auth.changeEmail.useMutation();
  const { form, onSubmit, alert, saving } = useSchemaForm({
    schema: changeEmailInput,
    initialValues: { email: '', currentPassword: '' },
    save: async (input) => {
      setSessionUser(queryClient, await change.mutateAsync(input));
      form.reset();
      notifyDone(t('profile.emailSaved'));
    },
  });
  return (
    <FormFrame onSubmit={onSubmit} alert={alert}>
      <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
        {t('profile.emailNow', { email: user.email })}
      </Text>
      <TextInput
        label={t('profile.emailNew')}
        type="email"
        name="email"
        autoComplete="email"
        autoCapitalize="none"
        spellCheck={false}
        {...form.getInputProps('email')}
      />
      <PasswordField
        label={t('profile.current')}
        description={t('profile.currentHelp')}
        name="currentPassword"
        autoComplete="current-password"
        {...form.getInputProps('currentPassword')}
      />
      <Button type="submit" variant="default" loading={saving} style={{ alignSelf: 'flex-start' }}>
        {t('profile.emailSave')}
      </Button>
    </FormFrame>
  );
}

/** A new password for the old one. */
export function ChangePasswordForm() {
  const { t } = useTranslation(['account', 'auth']);
  const utils = trpc.useUtils();
  const change = trpc.auth.changePassword.useMutation();
  const { form, onSubmit, alert, saving } = useSchemaForm({
    schema: changePasswordInput,
    initialValues: { currentPassword: '', password: '' },
    save: async (input) => {
      await change.mutateAsync(input);
      form.reset();
      void utils.auth.sessions.invalidate();
      notifyDone(t('password.saved'));
    },
  });
  return (
    <FormFrame onSubmit={onSubmit} alert={alert}>
      <PasswordField
        label={t('password.current')}
        name="currentPassword"
        autoComplete="current-password"
        {...form.getInputProps('currentPassword')}
      />
      <PasswordField
        label={t('password.next')}
        description={t('auth:passwordRules', { min: limits.passwordMinLength })}
        name="password"
        autoComplete="new-password"
        {...form.getInputProps('password')}
      />
      <Button type="submit" variant="default" loading={saving} style={{ alignSelf: 'flex-start' }}>
        {t('password.save')}
      </Button>
    </FormFrame>
  );
}
