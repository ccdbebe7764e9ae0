import { Text } from '@mantine/core';
import { appErrorOf } from '../api/app-error';
import { ErrorState } from '../api/ErrorState';
import { useErrorMessage } from '../api/error-message';

/** Why there are no figures, or no screens. That another server has them is no failure, and to try again is of no use. */
export function Unavailable({ error, onRetry }: { error: unknown; onRetry: () => void }) {
  const errorMessage = useErrorMessage();
  const code = appErrorOf(error)?.code;
  if (code !== 'FIGURES_UNAVAILABLE' && code !== 'SCREENS_UNAVAILABLE')
    return <ErrorState error={error} onRetry={onRetry} />;
  return (
    <Text size="sm" c="dimmed">
      {errorMessage(error)}
    </Text>
  );
}
