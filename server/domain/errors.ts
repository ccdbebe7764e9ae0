import { AppError } from '#shared/errors';
import { isDatabaseUnavailable } from '#server/db/errors';

/** What a user is told of `error`, if that is known: an {@link AppError} in it, or DATABASE_UNAVAILABLE. */
export function toAppError(error: unknown): AppError | null {
  if (error instanceof AppError) return error;
  if (isDatabaseUnavailable(error))
    return new AppError('DATABASE_UNAVAILABLE', 'The database cannot be reached right now. Try again in a moment.', {
      cause: error,
    });
  return null;
}
