import { Alert, Button, Stack } from '@mantine/core';
import { CircleAlert } from 'lucide-react';
import { useTranslation } from 'react-i18next';

/** Something could not be shown: the sentence that says why, and the way to try again. */
export function ErrorPanel({ message, onRetry }: { message: string; onRetry?: (() => void) | undefined }) {
  const { t } = useTranslation();
  return (
    <Alert variant="light" color="red" icon={<CircleAlert size={18} />} title={t('failed.title')} role="alert">
      <Stack gap="xs" align="flex-start">
        {message}
        {onRetry === undefined ? null : (
          <Button size="xs" variant="default" onClick={onRetry}>
            {t('actions.retry')}
          </Button>
        )}
      </Stack>
    </Alert>
  );
}
