import { Button, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { z } from 'zod';
import { passwordSchema } from '#shared/auth';
import { limits } from '#shared/limits';
import { useSchemaForm } from '../hooks/schema-form';
import { FormFrame } from '../ui/FormFrame';
import { PasswordField } from './PasswordField';

const schema = z.strictObject({ password: passwordSchema });

/** The new password of whoever came by a link. */
export function ResetForm({ save }: { save: (input: z.output<typeof schema>) => Promise<unknown> }) {
  const { t } = useTranslation(['auth', 'reset']);
  const { form, onSubmit, alert, saving } = useSchemaForm({ schema, initialValues: { password: '' }, save });
  return (
    <FormFrame onSubmit={onSubmit} alert={alert}>
      <PasswordField
        label={t('reset:password')}
        description={t('passwordRules', { min: limits.passwordMinLength })}
        name="password"
        autoComplete="new-password"
        autoFocus
        {...form.getInputProps('password')}
      />
      <Text size="xs" c="dimmed">
        {t('reset:note')}
      </Text>
      <Button type="submit" loading={saving} fullWidth>
        {t('reset:save')}
      </Button>
    </FormFrame>
  );
}
