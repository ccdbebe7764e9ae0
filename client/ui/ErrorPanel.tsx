import { Alert, Button, Stack } from '@mantine/core';
import { CircleAlert } from 'lucide-react';
import { useTranslation } from 'react-i18next';

export interface ErrorPanelProps {
  message: string;
  onRetry?: (() => void) | undefined;
  /** It stands for the whole page, so that its title is the page's heading. */
  wholePage?: boolean | undefined;
}

/** Something could not be shown: the sentence that says why, and the way to try again. */
export function ErrorPanel({ message, onRetry, wholePage = false }: ErrorPanelProps) {
  const { t } = useTranslation();
  const title = t('failed.title');
  return (
    <Alert
      variant="light"
      color="red"
      icon={<CircleAlert size={18} />}
      title={
        wholePage ? (
          <span role="heading" aria-level={1}>
            {title}
          </span>
        ) : (
          title
        )
      }
      role="alert"
    >
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
