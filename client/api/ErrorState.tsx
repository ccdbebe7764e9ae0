import { ErrorPanel, type ErrorPanelProps } from '../ui/ErrorPanel';
import { useErrorMessage } from './error-message';

/** An error of the API in the place of what it kept from loading. */
export function ErrorState({ error, ...panel }: Omit<ErrorPanelProps, 'message'> & { error: unknown }) {
  const errorMessage = useErrorMessage();
  return <ErrorPanel message={errorMessage(error)} {...panel} />;
}
