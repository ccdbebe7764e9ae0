import { Button, Stack, TextInput } from '@mantine/core';
import { useRef, useState, type FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { applyFieldErrors } from '../components/error-message';
import { FormAlert } from '../ui/FormAlert';
import { PasswordField } from './PasswordField';

interface Credentials {
  email: string;
  password: string;
}

/**
 * Checks only that both fields are filled in, and leaves the rest to the server: the schemas are a tenth of what
 * would have to be loaded before the first page shows.
 */
export function LoginForm({ save }: { save: (input: Credentials) => Promise<unknown> }) {
  const { t } = useTranslation(['auth', 'errors']);
  const [values, setValues] = useState<Credentials>({ email: '', password: '' });
  const [errors, setErrors] = useState<Partial<Record<keyof Credentials, string>>>({});
  const [alert, setAlert] = useState<string | null>(null);
  const [saving, setSaving] = useState(false);
  const form = useRef<HTMLFormElement>(null);

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (saving) return;
    const missing: typeof errors = {};
    if (values.email.trim() === '') missing.email = t('errors:schema.needed');
    if (values.password === '') missing.password = t('errors:schema.passwordNeeded');
    setErrors(missing);
    setAlert(null);
    const first = missing.email === undefined ? (missing.password === undefined ? null : 'password') : 'email';
    if (first !== null) {
      form.current?.querySelector<HTMLInputElement>(`[name=${first}]`)?.focus();
      return;
    }
    setSaving(true);
    try {
      await save(values);
    } catch (error) {
      const setFieldError = (path: string, message: string) => setErrors({ [path]: message });
      setAlert(applyFieldErrors({ values, setFieldError }, error));
    } finally {
      setSaving(false);
    }
  };

  return (
    <form ref={form} onSubmit={(event) => void submit(event)} noValidate>
      <Stack gap="sm">
        <FormAlert message={alert} />
        <TextInput
          label={t('email')}
          type="email"
          name="email"
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          autoFocus
          value={values.email}
          error={errors.email}
          onChange={(event) => setValues({ ...values, email: event.currentTarget.value })}
        />
        <PasswordField
          label={t('password')}
          name="password"
          autoComplete="current-password"
          value={values.password}
          error={errors.password}
          onChange={(event) => setValues({ ...values, password: event.currentTarget.value })}
        />
        <Button type="submit" loading={saving} mt="xs" fullWidth>
          {t('signIn')}
        </Button>
      </Stack>
    </form>
  );
}
