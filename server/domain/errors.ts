import { AppError } from '#shared/errors';
import { told, type Said } from '#shared/sentence';
import { isContention, isDatabaseFull, isDatabaseUnavailable } from '#server/db/errors';
import { ProviderError } from '#server/lib/provider-error';

/** What an error says that is meant for the user, whoever made it; null for all others, of which nothing is told. */
export function whatIsSaid(error: unknown): Said | null {
  if (error instanceof AppError) return error.said;
  return error instanceof ProviderError ? told(error.sentences) : null;
}

/** What a user is told of `error`, if that is known: an {@link AppError}, or what keeps the database from its work. */
export function toAppError(error: unknown): AppError | null {
  if (error instanceof AppError) return error;
  if (isDatabaseFull(error))
    return new AppError(
      'DATABASE_FULL',
      'The disk of the database is full. Nothing that was saved is lost; an administrator has to make room.',
      { cause: error },
    );
  if (isContention(error))
    return new AppError('DATABASE_BUSY', 'Others were changing the same thing. Nothing was changed; try again.', {
      cause: error,
    });
  if (isDatabaseUnavailable(error))
    return new AppError('DATABASE_UNAVAILABLE', 'The database cannot be reached right now. Try again in a moment.', {
      cause: error,
    });
  return null;
}
