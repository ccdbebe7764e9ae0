import { describeError } from '#server/lib/logger';
import type { SliceInventory, Things } from './inventory';
import { freed, gone, type ZoneParts } from './zone-parts';

/** Longer than whoever makes something looks for it: until then the one that came late may be the one that is found. */
const leftForMs = 60_000;

/**
 * Removes what is there twice, since a request that was taken for lost came late, once it has been seen so for a minute. What it cannot remove is seen
 * again by the next look. Resolves always.
 */
export function surplusOf(parts: ZoneParts): (slices: Iterable<SliceInventory>) => Promise<void> {
  let seenSince = new Map<string, number>();
  return async (slices) => {
    const now = Date.now();
    const all = [...slices].flatMap(({ surplus }) => everyOf(parts, surplus));
    seenSince = new Map(all.map(({ id }) => [id, seenSince.get(id) ?? now]));
    for (const { id, name, remove } of all) {
      if (now - (seenSince.get(id) ?? now) < leftForMs) continue;
      parts.log('What is there twice in the cloud is removed once.', { name, id });
      await remove().catch((error: unknown) =>
        parts.log('What is there twice in the cloud cannot be removed.', { name, id, error: describeError(error) }),
      );
    }
  };
}

function everyOf(parts: ZoneParts, { servers, ports, networks }: Things) {
  const { nova, neutron } = parts.cloud();
  return [
    ...servers.map(({ id, name }) => ({ id, name, remove: () => gone(nova.deleteServer(id)) })),
    ...ports.map(({ id, name }) => ({ id, name, remove: () => freed(parts, () => neutron.deletePort(id)) })),
    ...networks.map(({ id, name }) => ({ id, name, remove: () => gone(neutron.deleteNetwork(id)) })),
  ];
}
