import { randomUUID } from 'node:crypto';
import { eq } from 'drizzle-orm';
import { availabilityZones } from '#drizzle/schema/catalogue';
import { homes } from '#drizzle/schema/homes';
import { slices } from '#drizzle/schema/slices';
import type { Role } from '#shared/auth';
import type { Topology } from '#shared/topology/schema';
import type { Database } from '#server/db/client';
import { insertSliceParts } from '#server/db/queries/slices';
import { countSlice } from '#server/db/queries/zones';
import { insertUser } from '#server/db/queries/users';
import { only } from '#server/db/rows';
import type { Actor } from '#server/domain/context';
import { copyOfDrawing } from '#server/domain/slices/write-slices';
import { small } from './drawings';

let serial = 0;

/** A person who may sign in nowhere, as an actor. */
export async function insertActor(db: Database, role: Role = 'user'): Promise<Actor> {
  const number = ++serial;
  const email = `user${number}@example.test`;
  const user = await insertUser(db, { email, name: `User ${number}`, passwordHash: 'none', role });
  return { userId: user.id, role, tokenId: 1, kind: 'session', scopes: null, ip: null };
}

/** The seeded zone, on the simulator. */
export async function simulatedZone(
  db: Database,
  limits: { vcpus?: number; ramMb?: number; diskGb?: number } = {},
): Promise<number> {
  const zone = only(await db.select().from(availabilityZones).limit(1), 'a zone');
  await db
    .update(availabilityZones)
    .set({
      provider: 'simulator',
      limitVcpus: limits.vcpus ?? 1_000_000,
      limitRamMb: limits.ramMb ?? 9_000_000,
      limitDiskGb: limits.diskGb ?? 1_000_000,
      overcommit: { vcpus: 1, ram: 1, disk: 1 },
    })
    .where(eq(availabilityZones.id, zone.id));
  return zone.id;
}

/** A home whose server is alive for as long as anybody asks, or has been away for long. Answers its id. */
export async function homeOf(db: Database, host: string, { away = false } = {}): Promise<number> {
  const [row] = await db.insert(homes).values({
    identity: randomUUID(),
    host,
    relayUrl: 'http://127.0.0.1:1',
    version: '0',
    server: away ? null : host,
    seenAt: new Date(away ? '2020-01-01' : '2100-01-01'),
  });
  return row.insertId;
}

/** A draft slice, with the rows that one made from a template gets, but without the template. */
export async function insertSlice(
  db: Database,
  actor: Actor,
  zoneId: number,
  topology: Topology = small,
): Promise<number> {
  const [slice] = await db.insert(slices).values({ ownerId: actor.userId, zoneId, name: `slice-${++serial}` });
  await insertSliceParts(db, slice.insertId, await copyOfDrawing(db, topology));
  await countSlice(db, slice.insertId, null);
  return slice.insertId;
}
