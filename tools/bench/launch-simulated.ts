import { createProviderRegistry, type ProviderRegistryOptions } from '#server/provider-registry';
import type { Provider } from '#server/providers/provider';
import { root } from '../../rig/trama-server';
import { launch } from '../launch';

/** Trama as `npm start` runs it, but that its simulated zones are what `change` makes of them. */
export async function launchSimulated(change: (simulator: Provider) => Provider): Promise<void> {
  function providers(options: ProviderRegistryOptions) {
    const registry = createProviderRegistry(options);
    const made = new Map<Provider, Provider>();
    return {
      ...registry,
      async forZone(zone: Parameters<typeof registry.forZone>[0]) {
        const provider = await registry.forZone(zone);
        if (zone.provider !== 'simulator') return provider;
        const known = made.get(provider) ?? change(provider);
        made.set(provider, known);
        return known;
      },
    };
  }
  await launch({ root, development: false, providers });
}
