import { Button, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { z } from 'zod';
import { registerInput } from '#shared/auth';
import { limits } from '#shared/limits';
import { useSchemaForm } from '../hooks/schema-form';
import { FormFrame } from '../ui/FormFrame';
import { PasswordField } from './PasswordField';

/** `example.org, example.com or example.net` */
function either(domains: readonly string[], language: string): string {
  return new Intl.ListFormat(language, { type: 'disjunction' }).format(domains);
}

export interface RegisterFormProps {
  /** Domains that the address must be of; null for any. */
  domains?: readonly string[] | null;
  save: (input: z.output<typeof registerInput>) => Promise<unknown>;
}

export function RegisterForm({ domains = null, save }: RegisterFormProps) {
  const { t, i18n } = useTranslation('auth');
  const { form, onSubmit, alert, saving } = useSchemaForm({
    schema: registerInput,
    initialValues: { name: '', email: '', password: '' },
    save,
  });
  return (
    <FormFrame onSubmit={onSubmit} alert={alert}>
      <TextInput
        label={t('name')}
        placeholder={t('namePlaceholder')}
        name="name"
        autoComplete="name"
        autoFocus
        {...form.getInputProps('name')}
      />
      <TextInput
        label={t('email')}
        description={domains === null ? undefined : t('domains', { domains: either(domains, i18n.language) })}
        type="email"
        name="email"
        autoComplete="username"
        autoCapitalize="none"
        spellCheck={false}
        {...form.getInputProps('email')}
      />
      <PasswordField
        label={t('password')}
        description={t('passwordRules', { min: limits.passwordMinLength })}
        name="password"
        autoComplete="new-password"
        {...form.getInputProps('password')}
      />
      <Button type="submit" loading={saving} mt="xs" fullWidth>
        {t('register')}
      </Button>
    </FormFrame>
  );
}
