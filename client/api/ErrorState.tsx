import { ErrorPanel } from '../ui/ErrorPanel';
import { useErrorMessage } from './error-message';

/** An error of the API in the place of what it kept from loading. */
export function ErrorState({ error, onRetry }: { error: unknown; onRetry?: (() => void) | undefined }) {
  const errorMessage = useErrorMessage();
  return <ErrorPanel message={errorMessage(error)} onRetry={onRetry} />;
}
