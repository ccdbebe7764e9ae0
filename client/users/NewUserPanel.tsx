import { Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import type { Role } from '#shared/permissions';
import { createServiceInput, createUserInput } from '#shared/user';
import { trpc } from '../api/trpc';
import { useSchemaForm } from '../hooks/schema-form';
import { PanelForm } from '../ui/FormFrame';
import { SidePanel } from '../ui/SidePanel';
import { PasswordLink, type Link } from './PasswordLink';
import { RoleField } from './RoleField';

export type NewUserKind = 'person' | 'service';

/** Makes an account; a person's ends with the link that they choose their password by. */
export function NewUserPanel({ kind, onClose }: { kind: NewUserKind | null; onClose: () => void }) {
  const { t } = useTranslation('users');
  const [made, setMade] = useState<{ name: string; link: Link } | null>(null);
  return (
    <SidePanel
      opened={kind !== null}
      onClose={onClose}
      // Back closes it, too
      onExitTransitionEnd={() => setMade(null)}
      title={made === null ? t(kind === 'service' ? 'newService' : 'new') : t('link.title', { name: made.name })}
    >
      {made !== null ? (
        <PasswordLink link={made.link} onDone={onClose} />
      ) : kind === 'person' ? (
        <PersonForm onMade={setMade} onCancel={onClose} />
      ) : kind === 'service' ? (
        <ServiceForm onDone={onClose} />
      ) : null}
    </SidePanel>
  );
}

interface PersonFormProps {
  onMade: (made: { name: string; link: Link }) => void;
  onCancel: () => void;
}

function PersonForm({ onMade, onCancel }: PersonFormProps) {
  const { t } = useTranslation('users');
  const utils = trpc.useUtils();
  const create = trpc.users.create.useMutation();
  const { form, ...frame } = useSchemaForm({
    schema: createUserInput,
    initialValues: { email: '', name: '', role: 'user' as Role },
    save: async (input) => {
      const { user, link } = await create.mutateAsync(input);
      void utils.users.list.invalidate();
      onMade({ name: user.name, link });
    },
  });
  return (
    <PanelForm {...frame} submit={t('create.submit')} onCancel={onCancel}>
      <TextInput
        label={t('create.email')}
        type="email"
        autoComplete="off"
        data-autofocus
        {...form.getInputProps('email')}
      />
      <TextInput label={t('create.name')} autoComplete="off" {...form.getInputProps('name')} />
      <RoleField {...form.getInputProps('role')} value={form.values.role} />
      <Text size="xs" c="dimmed">
        {t('create.help')} {t('create.emailed')}
      </Text>
    </PanelForm>
  );
}

function ServiceForm({ onDone }: { onDone: () => void }) {
  const { t } = useTranslation('users');
  const utils = trpc.useUtils();
  const navigate = useNavigate();
  const create = trpc.users.createService.useMutation();
  const { form, ...frame } = useSchemaForm({
    schema: createServiceInput,
    initialValues: { name: '', role: 'user' as Role },
    save: async (input) => {
      const user = await create.mutateAsync(input);
      utils.users.get.setData({ id: user.id }, user);
      void utils.users.list.invalidate();
      // in place of the panel: Back leads to the list
      void navigate(`/users/${user.id}`, { replace: true });
    },
  });
  return (
    <PanelForm {...frame} submit={t('create.submit')} onCancel={onDone}>
      <TextInput label={t('create.name')} autoComplete="off" data-autofocus {...form.getInputProps('name')} />
      <RoleField {...form.getInputProps('role')} value={form.values.role} />
      <Text size="xs" c="dimmed">
        {t('create.serviceHelp')}
      </Text>
    </PanelForm>
  );
}
