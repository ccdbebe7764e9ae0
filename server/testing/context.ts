import { BlockList } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { AppError } from '#shared/errors';
import type { Database } from '#server/db/client';
import { imageFolders } from '#server/domain/images/upload-files';
import type { DomainContext, Home, ProviderRegistry } from '#server/domain/context';
import { createEventBus } from '#server/events/bus';
import { systemClock } from '#server/lib/clock';
import { silentLogger } from '#server/lib/logger';
import type { Provider } from '#server/providers/provider';

/** The provider for every zone. */
export function registryOf(provider: Provider): ProviderRegistry {
  return {
    forZone: () => Promise.resolve(provider),
    forget: () => Promise.resolve(),
    testConnection: () => Promise.resolve({ ok: true, steps: [], offers: { flavours: [], images: [] } }),
    runnable: () => Promise.resolve(['simulator'] as const),
    close: () => provider.close(),
  };
}

/** The provider for zones of the simulator; this machine has no other. */
export function simulatorOnly(simulator: Provider): ProviderRegistry {
  return {
    forZone: (zone) =>
      zone.provider === 'simulator'
        ? Promise.resolve(simulator)
        : Promise.reject(new AppError('ZONE_UNAVAILABLE', 'QEMU is not installed on this machine.')),
    forget: () => Promise.resolve(),
    testConnection: () => Promise.resolve({ ok: true, steps: [], offers: { flavours: [], images: [] } }),
    runnable: () => Promise.resolve(['simulator'] as const),
    close: () => simulator.close(),
  };
}

/** A server that no other one shares the database with. */
export const alone: Home = { id: null, everything: true, accompanied: false };

/** What a test's installation is like, but for its database: the one place that says so. */
export function withoutDatabase(provider: Provider, overrides: Partial<DomainContext> = {}): Omit<DomainContext, 'db'> {
  return {
    bus: createEventBus(),
    providers: registryOf(provider),
    home: alone,
    clock: systemClock,
    log: silentLogger,
    settings: {
      registrationOpen: true,
      registrationDomains: null,
      jwtSecret: new TextEncoder().encode('a secret of thirty-two characters'),
      argon2: { memoryCost: 8, timeCost: 1 },
      sessionHours: 12,
      sessionIdleHours: 6,
      auditDays: 365,
      simulator: true,
      images: imageFolders(path.join(os.tmpdir(), `trama-test-images-${process.pid}`)),
      imageNetworks: new BlockList(),
      webhooks: { networks: new BlockList(), http: false },
    },
    ...overrides,
  };
}

/** What a test gives to the functions of the domain. */
export function testContext(db: Database, provider: Provider, overrides: Partial<DomainContext> = {}): DomainContext {
  return { db, ...withoutDatabase(provider, overrides) };
}
