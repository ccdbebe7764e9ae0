import { Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { z } from 'zod';
import {
  beginSecondFactorInput,
  disableSecondFactorInput,
  enableSecondFactorInput,
  type secondFactorSetupSchema,
} from '#shared/auth';
import { trpc } from '../api/trpc';
import { notifyDone } from '../api/error-message';
import { PasswordField } from '../auth/PasswordField';
import { useSchemaForm, type SchemaForm } from '../hooks/schema-form';
import { CopyBlock } from '../ui/CopyBlock';
import { PanelForm } from '../ui/FormFrame';
import { SidePanel } from '../ui/SidePanel';
import { QrCode } from './QrCode';
import { RecoveryCodes } from './RecoveryCodes';

export type SecondFactorTask = 'setUp' | 'renew' | 'disable';
type Setup = z.infer<typeof secondFactorSetupSchema>;

function BeginForm({ onSetup, onCancel }: { onSetup: (setup: Setup) => void; onCancel: () => void }) {
  const { t } = useTranslation('account');
  const begin = trpc.auth.beginSecondFactor.useMutation();
  const { form, ...frame } = useSchemaForm({
    schema: beginSecondFactorInput,
    initialValues: { currentPassword: '' },
    save: async (input) => onSetup(await begin.mutateAsync(input)),
  });
  return (
    <PanelForm {...frame} submit={t('factor.begin')} onCancel={onCancel}>
      <Text size="sm">{t('factor.beginText')}</Text>
      <PasswordField
        label={t('profile.current')}
        description={t('profile.currentHelp')}
        name="currentPassword"
        autoComplete="current-password"
        data-autofocus
        {...form.getInputProps('currentPassword')}
      />
    </PanelForm>
  );
}

interface ConfirmFormProps {
  setup: Setup;
  onCodes: (codes: string[]) => void;
  onCancel: () => void;
}

function ConfirmForm({ setup, onCodes, onCancel }: ConfirmFormProps) {
  const { t } = useTranslation('account');
  const enable = trpc.auth.enableSecondFactor.useMutation();
  const { form, ...frame } = useSchemaForm({
    schema: enableSecondFactorInput,
    initialValues: { code: '' },
    save: async (input) => onCodes((await enable.mutateAsync(input)).codes),
  });
  return (
    <PanelForm {...frame} submit={t('factor.confirm')} onCancel={onCancel}>
      <Text size="sm">{t('factor.scan')}</Text>
      <QrCode text={setup.uri} label={t('factor.qr')} />
      <div>
        <Text size="xs" c="dimmed" mb={4}>
          {t('factor.secret')}
        </Text>
        <CopyBlock value={setup.secret} label={t('factor.copySecret')} />
      </div>
      <TextInput
        label={t('factor.code')}
        description={t('factor.codeHelp')}
        name="code"
        autoComplete="one-time-code"
        inputMode="numeric"
        autoFocus
        {...form.getInputProps('code')}
      />
    </PanelForm>
  );
}

type Proof = z.infer<typeof disableSecondFactorInput>;

interface ProofFormProps {
  text: string;
  label: string;
  save: (proof: Proof) => Promise<unknown>;
  onCancel: () => void;
}

/** Password and code, for what weakens the account. */
function ProofForm({ text, label, save, onCancel }: ProofFormProps) {
  const { t } = useTranslation('account');
  const { form, ...frame }: SchemaForm<Proof> = useSchemaForm({
    schema: disableSecondFactorInput,
    initialValues: { currentPassword: '', code: '' },
    save,
  });
  return (
    <PanelForm {...frame} submit={label} onCancel={onCancel}>
      <Text size="sm">{text}</Text>
      <PasswordField
        label={t('profile.current')}
        name="currentPassword"
        autoComplete="current-password"
        data-autofocus
        {...form.getInputProps('currentPassword')}
      />
      <TextInput
        label={t('factor.anyCode')}
        name="code"
        autoComplete="one-time-code"
        autoCapitalize="none"
        spellCheck={false}
        {...form.getInputProps('code')}
      />
    </PanelForm>
  );
}

/** One task from its first step to its last. */
function Task({ task, email, onCodes, codes, onClose }: TaskProps) {
  const { t } = useTranslation('account');
  const utils = trpc.useUtils();
  const [setup, setSetup] = useState<Setup | null>(null);
  const disable = trpc.auth.disableSecondFactor.useMutation();
  const renew = trpc.auth.renewRecoveryCodes.useMutation();
  if (codes !== null) return <RecoveryCodes codes={codes} email={email} onDone={onClose} />;
  if (task === 'disable')
    return (
      <ProofForm
        text={t('factor.disableText')}
        label={t('factor.disable')}
        onCancel={onClose}
        save={async (proof) => {
          await disable.mutateAsync(proof);
          await utils.auth.me.invalidate();
          notifyDone(t('factor.disabled'));
          onClose();
        }}
      />
    );
  if (task === 'renew')
    return (
      <ProofForm
        text={t('factor.renewText')}
        label={t('factor.renewSave')}
        onCancel={onClose}
        save={async (proof) => onCodes((await renew.mutateAsync(proof)).codes)}
      />
    );
  if (setup === null) return <BeginForm onSetup={setSetup} onCancel={onClose} />;
  return (
    <ConfirmForm
      setup={setup}
      onCancel={onClose}
      onCodes={(made) => {
        onCodes(made);
        void utils.auth.me.invalidate();
      }}
    />
  );
}

interface TaskProps {
  task: SecondFactorTask;
  email: string;
  codes: readonly string[] | null;
  onCodes: (codes: readonly string[]) => void;
  onClose: () => void;
}

export interface SecondFactorPanelProps {
  task: SecondFactorTask | null;
  email: string;
  onClose: () => void;
}

const titles = { setUp: 'factor.title', renew: 'factor.renewTitle', disable: 'factor.disableTitle' } as const;

/** Sets the second factor up, turns it off, or makes new recovery codes; what is shown once is left by its button only. */
export function SecondFactorPanel({ task, email, onClose }: SecondFactorPanelProps) {
  const { t } = useTranslation('account');
  const [codes, setCodes] = useState<readonly string[] | null>(null);
  // the panel keeps its words while it slides out
  const [shown, setShown] = useState<SecondFactorTask>('setUp');
  if (task !== null && task !== shown) setShown(task);
  const open = codes === null;
  return (
    <SidePanel
      opened={task !== null}
      onClose={onClose}
      title={open ? t(titles[shown]) : t('factor.codesTitle')}
      closeOnEscape={open}
      withCloseButton={open}
      onExitTransitionEnd={() => setCodes(null)}
    >
      <Task task={shown} email={email} codes={codes} onCodes={setCodes} onClose={onClose} />
    </SidePanel>
  );
}
