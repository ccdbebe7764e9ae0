import { ProviderError } from '#server/lib/provider-error';
import { say } from '#shared/sentence';

/** Nobody answers in the guest, or not within the time. */
export const silentGuest = (cause?: unknown) => new ProviderError('TIMEOUT', say('GUEST_SILENT'), true, cause);
export const noGuestAgent = (cause?: unknown) => new ProviderError('TIMEOUT', say('GUEST_NO_AGENT'), true, cause);
export const floodedGuest = () => new ProviderError('UNAVAILABLE', say('GUEST_FLOODS'), true);
export const noGuestPort = () => new ProviderError('UNAVAILABLE', say('GUEST_NO_PORT'), false);
/** Its agent was told not to do it, or cannot. */
export const refusedByAgent = (cause?: unknown) =>
  new ProviderError('UNSUPPORTED', say('GUEST_AGENT_REFUSES'), false, cause);
