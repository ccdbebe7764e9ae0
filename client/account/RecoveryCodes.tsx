import { Button, Checkbox, CopyButton, Group, Stack, Text } from '@mantine/core';
import { Check, Copy, Download } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { downloadText } from '../hooks/download';
import classes from './account.module.css';

interface RecoveryCodesProps {
  codes: readonly string[];
  /** Whose they are, in the file. */
  email: string;
  onDone: () => void;
}

/** The codes, this once. Not left before one says that they are kept. */
export function RecoveryCodes({ codes, email, onDone }: RecoveryCodesProps) {
  const { t } = useTranslation('account');
  const [kept, setKept] = useState(false);
  const text = `${codes.join('\n')}\n`;
  const download = () =>
    downloadText(
      'trama-recovery-codes.txt',
      `${t('factor.file', { email, host: window.location.host })}\n\n${text}`,
      'text/plain',
    );
  return (
    <Stack gap="md">
      <Text size="sm" role="status">
        {t('factor.codesText')}
      </Text>
      <ol className={classes.codes}>
        {codes.map((code) => (
          <li key={code}>{code}</li>
        ))}
      </ol>
      <Group gap="xs">
        <CopyButton value={text} timeout={2000}>
          {({ copied, copy }) => (
            <Button
              variant="default"
              onClick={copy}
              autoFocus
              leftSection={copied ? <Check size={15} /> : <Copy size={15} />}
            >
              {copied ? t('factor.copied') : t('factor.copy')}
            </Button>
          )}
        </CopyButton>
        <Button variant="default" leftSection={<Download size={15} />} onClick={download}>
          {t('factor.download')}
        </Button>
      </Group>
      <Checkbox label={t('factor.kept')} checked={kept} onChange={(event) => setKept(event.currentTarget.checked)} />
      <Group justify="flex-end">
        <Button disabled={!kept} onClick={onDone}>
          {t('factor.done')}
        </Button>
      </Group>
    </Stack>
  );
}
