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
  | 'NOT_FOUND'
  | 'ABORTED'
  | 'INTERNAL';

/** As `shared/sentence.ts` has it; this layer may not import it. */
interface Said {
  readonly message: string;
  readonly sentences: readonly { code: string; params?: Record<string, string | number> | undefined }[];
}

/**
 * What a provider's calls reject with. What is said is meant for the user (no paths, no secrets); the `cause` goes to the log.
 * It is here, below every layer, so that the domain recognises it by its class without importing providers.
 */
export class ProviderError extends Error implements Said {
  override readonly name = 'ProviderError';
  readonly sentences: Said['sentences'];
  constructor(
    readonly code: ProviderErrorCode,
    said: Said,
    /** Whether doing the same again can help. */
    readonly retryable: boolean,
    cause?: unknown,
  ) {
    super(said.message, { cause });
    this.sentences = said.sentences;
  }
}
