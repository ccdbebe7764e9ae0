export type ProviderErrorCode =
  | 'UNAVAILABLE'
  | 'NO_CAPACITY'
  | 'IMAGE_INVALID'
  | 'UNSUPPORTED'
  /** The infrastructure does not take what the zone's settings say for signing in. */
  | 'ACCESS_DENIED'
  | 'VM_CRASHED'
  | 'TIMEOUT'
  | 'NOT_RUNNING'
  | 'ABORTED'
  | 'INTERNAL';

/**
 * What a provider's calls reject with. `message` is a sentence for the user (no paths, no secrets); the `cause` goes to the log.
 * It is here, below every layer, so that the domain recognises it by its class without importing providers.
 */
export class ProviderError extends Error {
  override readonly name = 'ProviderError';
  constructor(
    readonly code: ProviderErrorCode,
    message: string,
    /** Whether doing the same again can help. */
    readonly retryable: boolean,
    cause?: unknown,
  ) {
    super(message, { cause });
  }
}
