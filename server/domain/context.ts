import type { Role } from '#shared/auth';
import type { Database } from '#server/db/client';
import type { EventBus } from '#server/events/bus';
import type { Clock } from '#server/lib/clock';
import type { Logger } from '#server/lib/logger';
import type { Provider } from '#server/providers/provider';

/** Who acts. Made by the transport from a session; domain functions trust it. */
export interface Actor {
  userId: number;
  role: Role;
  /** Row of `api_tokens` that the call came with. */
  tokenId: number;
  ip: string | null;
}

/** Gives the provider of a zone. Providers are made once per zone and kept. */
export interface ProviderRegistry {
  /** Rejects with ZONE_UNAVAILABLE when this server cannot make that provider. */
  forZone(zone: { id: number; provider: 'qemu' | 'openstack' | 'simulator' }): Promise<Provider>;
  close(): Promise<void>;
}

/** What every domain function needs besides the actor and its options. */
export interface DomainContext {
  db: Database;
  bus: EventBus;
  providers: ProviderRegistry;
  clock: Clock;
  log: Logger;
  settings: {
    registrationOpen: boolean;
    /** HS256 key for session tokens. */
    jwtSecret: Uint8Array;
    /** argon2id costs; cheaper in tests. */
    argon2: { memoryCost: number; timeCost: number };
    sessionHours: number;
    simulator: boolean;
  };
}
