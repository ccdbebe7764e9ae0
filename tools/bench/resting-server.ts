/** Trama as `npm start` runs it, but that its simulated zones have all that rows say is stopped ({@link withResting}). */
import mysql from 'mysql2/promise';
import { createProviderRegistry, type ProviderRegistryOptions } from '#server/provider-registry';
import type { Provider } from '#server/providers/provider';
import { withResting } from '#server/testing/resting-zone';
import { root } from '../../rig/trama-server';
import { launch } from '../launch';

const database = mysql.createPool({ uri: process.env['DATABASE_URL'] ?? '', connectionLimit: 1 });

function providers(options: ProviderRegistryOptions) {
  const registry = createProviderRegistry(options);
  const made = new Map<Provider, Provider>();
  return {
    ...registry,
    async forZone(zone: Parameters<typeof registry.forZone>[0]) {
      const provider = await registry.forZone(zone);
      if (zone.provider !== 'simulator') return provider;
      const known = made.get(provider) ?? withResting(provider, database);
      made.set(provider, known);
      return known;
    },
  };
}

await launch({ root, development: false, providers });
