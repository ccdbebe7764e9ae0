import { Alert, Button, Group, Stack, Text } from '@mantine/core';
import { KeyRound } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { CopyBlock } from '../ui/CopyBlock';
import { formatExact } from '../ui/format';

export interface Link {
  /** On this server, with the token as its fragment. */
  path: string;
  expiresAt: string;
}

/** A link to choose a password by, shown this once. */
export function PasswordLink({ link, onDone }: { link: Link; onDone: () => void }) {
  const { t, i18n } = useTranslation('users');
  return (
    <Stack gap="sm">
      <Text size="sm">{t('link.text')}</Text>
      <CopyBlock value={window.location.origin + link.path} label={t('link.copy')} focus />
      <Alert variant="light" color="yellow" icon={<KeyRound size={18} />}>
        {t('link.once', { until: formatExact(Date.parse(link.expiresAt), i18n.language) })}
      </Alert>
      <Group justify="flex-end">
        <Button onClick={onDone}>{t('link.done')}</Button>
      </Group>
    </Stack>
  );
}
