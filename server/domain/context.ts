import type { BlockList } from 'node:net';
import type { Role, TokenKind } from '#shared/auth';
import type { SystemReason } from '#shared/deployment/operations';
import type { Scope } from '#shared/scopes';
import type { Database } from '#server/db/client';
import type { EventBus } from '#server/events/bus';
import type { Clock } from '#server/lib/clock';
import type { Logger } from '#server/lib/logger';
import type { Provider } from '#server/providers/provider';
import type { ProviderKind } from '#shared/zone';
import type { SettingsOf } from '#shared/zone-settings';
import type { ConnectionTest } from '#shared/zone-test';
import type { ProviderZone } from '#server/db/queries/zones';

/** Who acts. Made by the transport from a session; domain functions trust it. */
export interface Actor {
  userId: number;
  role: Role;
  /** Row of `api_tokens` that the call came with. */
  tokenId: number;
  kind: TokenKind;
  /** What the token is for; null for a session: all that its user may do. Never more than the role allows. */
  scopes: readonly Scope[] | null;
  ip: string | null;
}

/**
 * The server itself, for what follows from a decision without being asked for by anybody at that moment. It may do
 * everything, and its deeds are written down as its own.
 */
export interface SystemActor {
  kind: 'system';
  /** The account whose decision it follows from. */
  onBehalfOf: number;
  /** Which decision, as the action of the audit log: `users.delete`. */
  because: SystemReason;
}

/** The account that a deed is put down to. */
export function accountOf(actor: Actor | SystemActor): number {
  return actor.kind === 'system' ? actor.onBehalfOf : actor.userId;
}

/** Gives the provider of a zone. Providers are made once per zone and kept; changed settings reach the one that is kept. */
export interface ProviderRegistry {
  /**
   * As the zone's row says: give one that was read just now. Rejects with ZONE_UNAVAILABLE when this server cannot make that provider,
   * or cannot open the zone's secrets.
   */
  forZone(zone: ProviderZone): Promise<Provider>;
  /** Lets go of the provider of a zone that is there no more. */
  forget(zoneId: number): Promise<void>;
  /** Tries a cloud's settings out, whoever has them: nothing is kept of it, or made in the cloud. Never rejects. */
  testConnection(settings: SettingsOf<'openstack'>): Promise<ConnectionTest>;
  /** Local providers that this machine has what it takes to run. */
  runnable(): Promise<readonly ProviderKind[]>;
  close(): Promise<void>;
}

/** What this server has of the zones: the data folder that local zones name as their home. */
export interface Home {
  /** Row of `homes`; null while this server does not hold it. */
  readonly id: number | null;
  /** Every zone is this server's: no other one reaches the database. */
  readonly everything: boolean;
  /** Other servers are alive on the same database: what they write has to be looked for. */
  readonly accompanied: boolean;
  /** The run of the machine, if it is another one than that in which its VMs were seen last: they have ended since. */
  readonly rebooted?: string | null;
}

/** What every domain function needs besides the actor and its options. */
export interface DomainContext {
  db: Database;
  bus: EventBus;
  providers: ProviderRegistry;
  home: Home;
  clock: Clock;
  log: Logger;
  settings: {
    registrationOpen: boolean;
    /** Domains that an address must be of to register; null for any. */
    registrationDomains: readonly string[] | null;
    /** HS256 key for session tokens. */
    jwtSecret: Uint8Array;
    /** argon2id costs; cheaper in tests. */
    argon2: { memoryCost: number; timeCost: number };
    /** A session ends after so many hours in any case. */
    sessionHours: number;
    /** A session that is not used for so many hours ends. */
    sessionIdleHours: number;
    /** How long the audit log is kept. */
    auditDays: number;
    simulator: boolean;
    /** Of images of users' own, absolute: where uploads come in, and where what is made of them lies by its checksum. */
    images: { uploads: string; own: string };
    /** Networks that images may be fetched from although they are not of the public internet. */
    imageNetworks: BlockList;
    webhooks: {
      /** Networks that may be called although they are not of the public internet. */
      networks: BlockList;
      /** Whether addresses without TLS may be called. */
      http: boolean;
    };
  };
}
