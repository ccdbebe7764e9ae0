import { Anchor, Button, Group, Stack, Text, TextInput } from '@mantine/core';
import { useRef, useState, type FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { appErrorOf } from '../api/app-error';
import { applyFieldErrors } from '../api/error-message';
import { FormAlert } from '../ui/FormAlert';
import { PasswordField } from './PasswordField';

interface Values {
  email: string;
  password: string;
  code: string;
}
type Field = keyof Values;

export interface Credentials {
  email: string;
  password: string;
  code?: string;
}

/**
 * Checks only that the fields are filled in, and leaves the rest to the server: the schemas are a tenth of what would
 * have to be loaded before the first page shows. Asks for a code once the server says that it needs one.
 */
export function LoginForm({ save }: { save: (input: Credentials) => Promise<unknown> }) {
  const { t } = useTranslation(['auth', 'errors']);
  const [values, setValues] = useState<Values>({ email: '', password: '', code: '' });
  const [errors, setErrors] = useState<Partial<Record<Field, string>>>({});
  const [alert, setAlert] = useState<string | null>(null);
  const [saving, setSaving] = useState(false);
  const [step, setStep] = useState<'password' | 'code' | 'recovery'>('password');
  const form = useRef<HTMLFormElement>(null);

  const set = (field: Field) => (event: FormEvent<HTMLInputElement>) =>
    setValues({ ...values, [field]: event.currentTarget.value });
  const focus = (field: Field) => form.current?.querySelector<HTMLInputElement>(`[name=${field}]`)?.focus();
  const go = (next: typeof step) => {
    setValues({ ...values, code: '' });
    setErrors({});
    setAlert(null);
    setStep(next);
  };

  /** What is empty of what is asked for, in the order of the page. */
  const missing = (): Partial<Record<Field, string>> => {
    if (step !== 'password') return values.code.trim() === '' ? { code: t('errors:codeNeeded') } : {};
    const found: Partial<Record<Field, string>> = {};
    if (values.email.trim() === '') found.email = t('errors:needed');
    if (values.password === '') found.password = t('errors:passwordNeeded');
    return found;
  };

  const refuse = (error: unknown) => {
    const code = appErrorOf(error)?.code;
    if (code === 'SECOND_FACTOR_NEEDED' && step === 'password') return go('code');
    // the password was changed meanwhile: what stands in for it is not on the page
    if (code === 'INVALID_CREDENTIALS') go('password');
    const shown: Partial<Values> = step === 'password' ? { email: '', password: '' } : { code: '' };
    const setFieldError = (path: string, message: string) => {
      setErrors({ [path]: message });
      if (path === 'code') focus('code');
    };
    setAlert(applyFieldErrors({ values: shown, setFieldError }, error));
  };

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (saving) return;
    const empty = missing();
    setErrors(empty);
    setAlert(null);
    const first = (['email', 'password', 'code'] as const).find((field) => field in empty);
    if (first !== undefined) return focus(first);
    setSaving(true);
    const { code, ...credentials } = values;
    try {
      await save(step === 'password' ? credentials : { ...credentials, code: code.trim() });
    } catch (error) {
      refuse(error);
    } finally {
      setSaving(false);
    }
  };

  return (
    <form ref={form} onSubmit={(event) => void submit(event)} noValidate>
      <Stack gap="sm">
        <FormAlert message={alert} />
        {step === 'password' ? (
          <>
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
              onChange={set('email')}
            />
            <PasswordField
              label={t('password')}
              name="password"
              autoComplete="current-password"
              value={values.password}
              error={errors.password}
              onChange={set('password')}
            />
          </>
        ) : (
          <>
            <Text size="sm" role="status" style={{ overflowWrap: 'anywhere' }}>
              {t('secondStep', { email: values.email.trim() })}
            </Text>
            <TextInput
              // another field, not the same with other words: the focus comes to it
              key={step}
              label={t(step === 'code' ? 'code' : 'recoveryCode')}
              description={t(step === 'code' ? 'codeHelp' : 'recoveryHelp')}
              name="code"
              autoComplete={step === 'code' ? 'one-time-code' : 'off'}
              inputMode={step === 'code' ? 'numeric' : 'text'}
              autoCapitalize="none"
              spellCheck={false}
              autoFocus
              maxLength={40}
              value={values.code}
              error={errors.code}
              onChange={set('code')}
            />
          </>
        )}
        <Button type="submit" loading={saving} mt="xs" fullWidth>
          {t('signIn')}
        </Button>
        {step === 'password' ? null : (
          <Group justify="space-between">
            <Anchor component="button" type="button" size="sm" onClick={() => go('password')}>
              {t('otherAccount')}
            </Anchor>
            <Anchor
              component="button"
              type="button"
              size="sm"
              onClick={() => go(step === 'code' ? 'recovery' : 'code')}
            >
              {t(step === 'code' ? 'useRecovery' : 'useCode')}
            </Anchor>
          </Group>
        )}
      </Stack>
    </form>
  );
}
