import { Alert, Button, Group, Stack, Text } from '@mantine/core';
import { KeyRound } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { idInput } from '#shared/primitives';
import type { Webhook } from '#shared/webhook';
import { trpc } from '../api/trpc';
import { useSchemaForm } from '../hooks/schema-form';
import { CopyBlock } from '../ui/CopyBlock';
import { PanelForm } from '../ui/FormFrame';
import { SidePanel } from '../ui/SidePanel';
import { NewWebhookForm } from './WebhookForm';

interface Made {
  name: string;
  secret: string;
}

const example = [
  "import { verifyWebhook } from 'trama/client';",
  '',
  'const call = await verifyWebhook({',
  '  secret: process.env.TRAMA_WEBHOOK_SECRET,',
  '  headers: request.headers,',
  '  body: await request.text(),',
  '});',
].join('\n');

/** The secret, this once, and how a call is checked with it. */
function MadeSecret({ made, onDone }: { made: Made; onDone: () => void }) {
  const { t } = useTranslation('webhooks');
  return (
    <Stack gap="md">
      <Alert variant="light" color="yellow" icon={<KeyRound size={18} />} role="status">
        {t('secret.once')}
      </Alert>
      <CopyBlock value={made.secret} label={t('secret.copy')} focus />
      <section aria-labelledby="webhook-check">
        <Text size="sm" fw={600} id="webhook-check" component="h3">
          {t('secret.use')}
        </Text>
        <Text size="xs" c="dimmed" mt={6} mb={4}>
          {t('secret.useText')}
        </Text>
        <CopyBlock value={example} />
      </section>
      <Group justify="flex-end">
        <Button onClick={onDone}>{t('secret.done')}</Button>
      </Group>
    </Stack>
  );
}

interface RenewFormProps {
  webhook: Webhook;
  onMade: (name: string, secret: string) => void;
  onCancel: () => void;
}

function RenewForm({ webhook, onMade, onCancel }: RenewFormProps) {
  const { t } = useTranslation('webhooks');
  const renew = trpc.webhooks.renewSecret.useMutation();
  const { form: _nothingToFillIn, ...frame } = useSchemaForm({
    schema: idInput,
    initialValues: { id: webhook.id },
    save: async (input) => onMade(webhook.name, (await renew.mutateAsync(input)).secret),
  });
  return (
    <PanelForm {...frame} submit={t('secret.renew')} onCancel={onCancel} danger focusCancel>
      <Text size="sm">{t('secret.old')}</Text>
    </PanelForm>
  );
}

export interface SecretPanelProps {
  opened: boolean;
  onClose: () => void;
  /** Whose secret is to be another; null: a new webhook is made. */
  webhook: Webhook | null;
  /** Whether a new one for all slices is offered. */
  forAllSlices: boolean;
}

/** Makes a webhook, or a new secret for one, and shows the secret; once that is shown, only its own button closes the panel. */
export function SecretPanel({ opened, onClose, webhook, forAllSlices }: SecretPanelProps) {
  const { t } = useTranslation('webhooks');
  const [made, setMade] = useState<Made | null>(null);
  const onMade = (name: string, secret: string) => setMade({ name, secret });
  const asked = webhook === null ? t('new') : t('secret.renewTitle', { name: webhook.name });
  return (
    <SidePanel
      opened={opened}
      onClose={onClose}
      size={480}
      title={made === null ? asked : t('secret.title', { name: made.name })}
      closeOnEscape={made === null}
      withCloseButton={made === null}
      // the secret stays nowhere, not even here
      onExitTransitionEnd={() => setMade(null)}
    >
      {made !== null ? (
        <MadeSecret made={made} onDone={onClose} />
      ) : webhook === null ? (
        <NewWebhookForm forAllSlices={forAllSlices} onMade={onMade} onCancel={onClose} />
      ) : (
        <RenewForm webhook={webhook} onMade={onMade} onCancel={onClose} />
      )}
    </SidePanel>
  );
}
