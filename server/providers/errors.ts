import { hasCode } from '#server/lib/error-code';
import { ProviderError } from '#server/lib/provider-error';
import { CommandError } from '#server/lib/run-command';
import { say, together, type Said } from '#shared/sentence';

/** The wait was called off by the caller's signal. */
export function aborted(signal: AbortSignal): ProviderError {
  return new ProviderError('ABORTED', say('CALLED_OFF'), true, signal.reason);
}

/** A call about a VM that `ensureVm` has not defined, or that is removed. */
export function notDefined(what: 'virtual machine' | 'network'): ProviderError {
  return new ProviderError('INTERNAL', say(what === 'network' ? 'NETWORK_NOT_DEFINED' : 'VM_NOT_DEFINED'), false);
}

/** No console, no start that goes on: the VM is stopped. */
export function notRunning(said: Said = say('VM_NOT_RUNNING')): ProviderError {
  return new ProviderError('NOT_RUNNING', said, true);
}

/** `error` as it may cross the provider's border: what is not a {@link ProviderError} becomes the cause of one. */
export function asProviderError(error: unknown, said: Said): ProviderError {
  if (error instanceof ProviderError) return error;
  if (isDiskFull(error)) return new ProviderError('NO_CAPACITY', together(said, say('DISK_FULL')), true, error);
  return new ProviderError('INTERNAL', said, true, error);
}

/** Whether it failed for want of room, here or in a program that was run. */
export function isDiskFull(error: unknown): boolean {
  if (hasCode(error, 'ENOSPC', 'EDQUOT')) return true;
  return error instanceof CommandError && /No space left on device|Disk quota exceeded/.test(error.stderr);
}

/** Lets only {@link ProviderError} out. */
export function guarded<Result>(work: Promise<Result>, said: Said): Promise<Result> {
  return work.catch((error: unknown) => {
    throw asProviderError(error, said);
  });
}
