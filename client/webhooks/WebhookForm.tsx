import { Button, Checkbox, Group, Stack, Switch, Text, TextInput } from '@mantine/core';
import { useId, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { createWebhookInput, updateWebhookInput, urlWithLogin, webhookEvents, type Webhook } from '#shared/webhook';
import { urlNeeded } from '#shared/primitives';
import type { NotificationKind } from '#shared/notification-kinds';
import { notifyDone } from '../api/error-message';
import { trpc } from '../api/trpc';
import { useSchemaForm, type SchemaForm } from '../hooks/schema-form';
import { PanelForm } from '../ui/FormFrame';
import { useEventWords } from './event-words';

interface Values extends Record<string, unknown> {
  name: string;
  url: string;
  events: string[];
  /** Of a new one only: whose it is stays. */
  allSlices: boolean;
}

/** The sentences of this schema in the reader's language; the server’s own come in it already. */
function useSaid(): (error: ReactNode) => ReactNode {
  const { t } = useTranslation('webhooks');
  return (error) => {
    if (error === urlNeeded) return t('form.urlWrong');
    return error === urlWithLogin ? t('form.urlLogin') : error;
  };
}

interface FieldsProps {
  form: SchemaForm<Values>['form'];
}

function Fields({ form }: FieldsProps) {
  const { t } = useTranslation('webhooks');
  const said = useSaid();
  return (
    <>
      <TextInput
        label={t('name')}
        placeholder={t('form.namePlaceholder')}
        autoComplete="off"
        data-autofocus
        {...form.getInputProps('name')}
      />
      <TextInput
        label={t('url')}
        description={t('form.urlHelp')}
        placeholder="https://"
        type="url"
        autoComplete="off"
        {...form.getInputProps('url')}
        error={said(form.errors.url)}
      />
      <Events
        value={form.values.events}
        onChange={(events) => form.setFieldValue('events', events)}
        error={form.errors.events === undefined ? null : t('form.eventsWrong')}
      />
    </>
  );
}

interface EventsProps {
  value: readonly string[];
  onChange: (events: string[]) => void;
  error: ReactNode;
}

/** What it is called for, a box each. */
function Events({ value, onChange, error }: EventsProps) {
  const { t } = useTranslation('webhooks');
  const eventWords = useEventWords();
  const label = useId();
  return (
    <div role="group" aria-labelledby={label}>
      <Group justify="space-between" mb={6}>
        <Text size="sm" fw={500} id={label}>
          {t('form.events')}
        </Text>
        <Group gap={6}>
          <Button size="compact-xs" variant="default" onClick={() => onChange([...webhookEvents])}>
            {t('form.all')}
          </Button>
          <Button size="compact-xs" variant="default" onClick={() => onChange([])}>
            {t('form.none')}
          </Button>
        </Group>
      </Group>
      <Checkbox.Group value={[...value]} onChange={onChange} error={error}>
        <Stack gap={6} mb={error == null ? 0 : 6}>
          {webhookEvents.map((event) => (
            <Checkbox key={event} value={event} label={eventWords(event)} />
          ))}
        </Stack>
      </Checkbox.Group>
    </div>
  );
}

export interface NewWebhookFormProps {
  /** Whether one for all slices is offered. */
  forAllSlices: boolean;
  onMade: (name: string, secret: string) => void;
  onCancel: () => void;
}

const usual: NotificationKind[] = ['deployment.failed', 'slice.degraded', 'lease.expiring'];

export function NewWebhookForm({ forAllSlices, onMade, onCancel }: NewWebhookFormProps) {
  const { t } = useTranslation('webhooks');
  const utils = trpc.useUtils();
  const create = trpc.webhooks.create.useMutation();
  const initialValues: Values = { name: '', url: '', events: usual, allSlices: false };
  const { form, ...frame } = useSchemaForm({
    schema: createWebhookInput,
    initialValues,
    save: async (input) => {
      const { webhook, secret } = await create.mutateAsync(input);
      onMade(webhook.name, secret);
      await utils.webhooks.list.invalidate();
    },
  });
  return (
    <PanelForm {...frame} submit={t('form.create')} onCancel={onCancel} gap="md">
      <Fields form={form} />
      {forAllSlices ? (
        <Switch
          label={t('form.allSlices')}
          description={t('form.allSlicesHelp')}
          {...form.getInputProps('allSlices', { type: 'checkbox' })}
        />
      ) : null}
    </PanelForm>
  );
}

export function EditWebhookForm({ webhook, onDone }: { webhook: Webhook; onDone: () => void }) {
  const { t } = useTranslation(['webhooks', 'common']);
  const utils = trpc.useUtils();
  const update = trpc.webhooks.update.useMutation();
  const { id, name, url, events } = webhook;
  const initialValues: Values = { name, url, events, allSlices: webhook.allSlices };
  const { form, ...frame } = useSchemaForm({
    schema: updateWebhookInput,
    initialValues,
    toInput: ({ allSlices: _stays, ...values }) => ({ ...values, id }),
    save: async (input) => {
      await update.mutateAsync(input);
      await utils.webhooks.list.invalidate();
      notifyDone(t('form.saved'));
      onDone();
    },
  });
  return (
    <PanelForm {...frame} submit={t('common:actions.save')} onCancel={onDone} gap="md">
      <Fields form={form} />
    </PanelForm>
  );
}
