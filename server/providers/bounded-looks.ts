import { say } from '#shared/sentence';
import { ProviderError } from '#server/lib/provider-error';
import { withTimeout } from '#server/lib/timeout';
import { aroundCalls } from './around-calls';
import type { Provider } from './provider';

/** Longer than a busy machine takes to look at all that it has. */
const patienceMs = 120_000;
const names = ['observe', 'observeMany', 'listSlices', 'usage', 'internetUse'] satisfies (keyof Provider)[];
const looks = new Set<PropertyKey>(names);

/**
 * The same provider, of which every look is answered: what is not seen within `ms` rejects as TIMEOUT. Steps have limits of their
 * own; a look has none where it is asked for, and whoever follows many slices, or ends a deployment, would wait for it for ever.
 */
export function withBoundedLooks(provider: Provider, ms = patienceMs): Provider {
  const late = () => new ProviderError('TIMEOUT', say('ZONE_LATE'), true);
  return aroundCalls(provider, (call, name) =>
    looks.has(name) ? withTimeout(call() as Promise<unknown>, ms, late) : call(),
  );
}
