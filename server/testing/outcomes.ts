import { AppError, type PublicError } from '#shared/errors';

/** The public error that a call ends with. Fails if it does not fail. */
export async function refusalOf(call: Promise<unknown>): Promise<PublicError> {
  try {
    await call;
  } catch (error) {
    // a subscription's own errors come as they are: the transport wraps them
    const cause = error instanceof AppError ? error : error instanceof Error ? error.cause : undefined;
    if (cause instanceof AppError) return cause.toPublic();
    throw error;
  }
  throw new Error('It was not refused.');
}

/** The code that a call ends with: ours, or `INVALID_INPUT` where the input's schema refused it, or `OK`. */
export async function outcomeOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return 'OK';
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    // a subscription's own errors come as they are: the transport wraps them
    if (error instanceof AppError) return error.code;
    if (error.cause instanceof AppError) return error.cause.code;
    if ('code' in error && error.code === 'BAD_REQUEST') return 'INVALID_INPUT';
    throw error;
  }
}
