import { TRPCClientError } from '@trpc/client';
import type { PublicError } from '#shared/errors';
import type { AppRouter } from '#server/rpc/app-router';

export function isApiError(error: unknown): error is TRPCClientError<AppRouter> {
  return error instanceof TRPCClientError;
}

/** What the server said, or null: the network was lost, or it is not an error of the API. */
export function appErrorOf(error: unknown): PublicError | null {
  return isApiError(error) ? (error.data?.app ?? null) : null;
}
