import { Alert, Button, Group, NumberInput, Stack, Text, TextInput } from '@mantine/core';
import { KeyRound } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { limits } from '#shared/limits';
import type { Role } from '#shared/permissions';
import { createTokenInput } from '#shared/token';
import { trpc } from '../api/trpc';
import { useSchemaForm } from '../hooks/schema-form';
import { CopyBlock } from '../ui/CopyBlock';
import { numberOf } from '../ui/numbers';
import { PanelForm } from '../ui/FormFrame';
import { SidePanel } from '../ui/SidePanel';
import { nothingChosen, scopesOf, type ScopeChoice } from './scope-choice';
import { ScopePicker } from './ScopePicker';

/** Whose token it is to be. */
export interface TokenOwner {
  role: Role;
  /** A service account; without it who is signed in. */
  userId?: number | undefined;
}

interface Values extends Record<string, unknown> {
  name: string;
  days: number | string;
  scopes: ScopeChoice;
}

interface Made {
  name: string;
  secret: string;
}

interface TokenFormProps {
  owner: TokenOwner;
  onMade: (made: Made) => void;
  onCancel: () => void;
}

const day = 86_400_000;

function TokenForm({ owner, onMade, onCancel }: TokenFormProps) {
  const { t, i18n } = useTranslation('tokens');
  const utils = trpc.useUtils();
  const create = trpc.tokens.create.useMutation();
  const [now] = useState(() => Date.now());
  const initialValues: Values = { name: '', days: 90, scopes: nothingChosen };
  const { form, ...frame } = useSchemaForm({
    schema: createTokenInput,
    initialValues,
    toInput: (values) => ({
      name: values.name,
      days: numberOf(values.days),
      scopes: scopesOf(values.scopes),
      userId: owner.userId,
    }),
    save: async (input) => {
      const { token, info } = await create.mutateAsync(input);
      onMade({ name: info.name, secret: token });
      await utils.tokens.list.invalidate();
    },
  });
  const days = numberOf(form.values.days);
  const until =
    days === undefined || days < 1 || days > limits.tokenDays
      ? undefined
      : new Intl.DateTimeFormat(i18n.language, { dateStyle: 'long' }).format(now + days * day);
  return (
    <PanelForm {...frame} submit={t('form.create')} onCancel={onCancel} gap="md">
      <TextInput
        label={t('form.name')}
        placeholder={t('form.namePlaceholder')}
        autoComplete="off"
        data-autofocus
        {...form.getInputProps('name')}
      />
      <NumberInput
        label={t('form.days')}
        description={until === undefined ? undefined : t('form.until', { date: until })}
        min={1}
        max={limits.tokenDays}
        clampBehavior="none"
        allowDecimal={false}
        {...form.getInputProps('days')}
      />
      <ScopePicker
        role={owner.role}
        value={form.values.scopes}
        onChange={(scopes) => form.setFieldValue('scopes', scopes)}
        error={form.errors.scopes}
      />
    </PanelForm>
  );
}

/** The secret, this once, and how it is used. */
function MadeToken({ made, onDone }: { made: Made; onDone: () => void }) {
  const { t } = useTranslation('tokens');
  const { origin } = window.location;
  return (
    <Stack gap="md">
      <Alert variant="light" color="yellow" icon={<KeyRound size={18} />} role="status">
        {t('made.once')}
      </Alert>
      <CopyBlock value={made.secret} label={t('made.copy')} focus />
      <section aria-labelledby="token-use">
        <Text size="sm" fw={600} id="token-use" component="h3">
          {t('made.use')}
        </Text>
        <Text size="xs" c="dimmed" mt={6} mb={4}>
          {t('made.cli')}
        </Text>
        <CopyBlock value={`npx trama login ${origin} --token`} />
        <Text size="xs" c="dimmed" mt="sm" mb={4}>
          {t('made.sdk')}
        </Text>
        <CopyBlock
          value={[
            "import { createTramaClient } from 'trama/client';",
            '',
            'const trama = createTramaClient({',
            `  url: '${origin}',`,
            '  token: process.env.TRAMA_TOKEN,',
            '});',
          ].join('\n')}
        />
      </section>
      <Group justify="flex-end">
        <Button onClick={onDone}>{t('made.done')}</Button>
      </Group>
    </Stack>
  );
}

export interface TokenPanelProps {
  opened: boolean;
  onClose: () => void;
  owner: TokenOwner;
}

/** Makes a token and shows its secret; once that is shown, only its own button closes the panel. */
export function TokenPanel({ opened, onClose, owner }: TokenPanelProps) {
  const { t } = useTranslation('tokens');
  const [made, setMade] = useState<Made | null>(null);
  return (
    <SidePanel
      opened={opened}
      onClose={onClose}
      size={480}
      title={made === null ? t('new') : t('made.title', { name: made.name })}
      closeOnEscape={made === null}
      withCloseButton={made === null}
      // the secret stays nowhere, not even here
      onExitTransitionEnd={() => setMade(null)}
    >
      {made === null ? (
        <TokenForm owner={owner} onMade={setMade} onCancel={onClose} />
      ) : (
        <MadeToken made={made} onDone={onClose} />
      )}
    </SidePanel>
  );
}
