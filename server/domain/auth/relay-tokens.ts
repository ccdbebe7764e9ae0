import { hkdfSync, randomUUID } from 'node:crypto';
import { jwtVerify, SignJWT } from 'jose';
import { z } from 'zod';
import { consoleKinds, type ConsoleKind } from '#shared/image';

const algorithm = 'HS256';
const issuer = 'trama-relay';
/** From one server to the next it takes a moment; their clocks may differ by more. */
const lifeSeconds = 30;

/** A key of its own, so that what passes between servers can never be taken for a session, nor the other way round. */
const keyOf = (secret: Uint8Array) => new Uint8Array(hkdfSync('sha256', secret, '', 'trama: between servers', 32));

const claimsSchema = z.object({
  vm: z.number().int().positive(),
  slice: z.number().int().positive(),
  zone: z.number().int().positive(),
  user: z.number().int().positive(),
  // of a server from before there were others
  kind: z.enum(consoleKinds).default('serial'),
  jti: z.string(),
  exp: z.number(),
});

/** The console that one server asks another for, on behalf of a user whose rights it has checked. */
export interface RelayGrant {
  vmId: number;
  sliceId: number;
  zoneId: number;
  userId: number;
  kind: ConsoleKind;
}

/** A token for one console of one VM, good once, for the server process of that name. Servers on a database share `secret`. */
export function signRelay(secret: Uint8Array, grant: RelayGrant & { server: string; now: Date }): Promise<string> {
  const issued = Math.floor(grant.now.getTime() / 1000);
  const { vmId: vm, sliceId: slice, zoneId: zone, userId: user, kind } = grant;
  return new SignJWT({ vm, slice, zone, user, kind })
    .setProtectedHeader({ alg: algorithm })
    .setIssuer(issuer)
    .setAudience(grant.server)
    .setJti(randomUUID())
    .setExpirationTime(issued + lifeSeconds)
    .sign(keyOf(secret));
}

/** Takes in relay tokens that were made for this server process, each once. */
export function createRelayVerifier(options: {
  secret: Uint8Array;
  server: string;
  now: () => Date;
}): (token: string) => Promise<RelayGrant | null> {
  const { secret, server, now } = options;
  const key = keyOf(secret);
  /** When each token that was used would have run out. This process is the only one that takes them. */
  const used = new Map<string, number>();
  return async (token) => {
    const { payload } = await jwtVerify(token, key, {
      algorithms: [algorithm],
      issuer,
      audience: server,
      currentDate: now(),
    }).catch(() => ({ payload: null }));
    const claims = claimsSchema.safeParse(payload).data;
    if (claims === undefined || used.has(claims.jti)) return null;
    const seconds = now().getTime() / 1000;
    for (const [id, until] of used) if (until < seconds) used.delete(id);
    used.set(claims.jti, claims.exp);
    const { vm, slice, zone, user, kind } = claims;
    return { vmId: vm, sliceId: slice, zoneId: zone, userId: user, kind };
  };
}
