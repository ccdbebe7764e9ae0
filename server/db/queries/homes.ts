import { and, asc, eq, gt, inArray, isNull, lt, ne, notInArray, or, sql, type SQL } from 'drizzle-orm';
import { availabilityZones, imageStates, zoneDepartures, zoneQuestions, zoneReports } from '#drizzle/schema/catalogue';
import { homes } from '#drizzle/schema/homes';
import { localProviderKinds, type ProviderKind, type ZoneReport } from '#shared/zone';
import type { Database, Queryable, Transaction } from '#server/db/client';
import { inTransaction } from '#server/db/transaction';
import { prepared, truth } from '../prepared';
import { providerZone, type ProviderZone } from './zones';

/** A server's last sign of life is this old at most, else it is away. */
export const awayAfterMs = 15_000;

/** The database's clock decides: servers' clocks differ. */
const now = sql`utc_timestamp(3)`;
const longAgo = sql`timestampadd(microsecond, ${sql.raw(String(-awayAfterMs * 1000))}, utc_timestamp(3))`;
/** Some server works on the home. */
const alive = sql<number>`(${homes.server} is not null and ${homes.seenAt} >= ${longAgo})`;

export interface HomeState {
  id: number;
  identity: string;
  host: string;
  relayUrl: string;
  bootId: string | null;
  server: string | null;
  seenAt: Date;
  alive: boolean;
}

const columns = {
  id: homes.id,
  identity: homes.identity,
  host: homes.host,
  relayUrl: homes.relayUrl,
  bootId: homes.bootId,
  server: homes.server,
  seenAt: homes.seenAt,
  alive,
};
/** {@link HomeState}, for a prepared statement. */
export const homeFields = { ...columns, alive: truth(alive) };
const oneHome = prepared<typeof homeFields, { id: number }>(
  homeFields,
  (list) => sql`select ${list} from ${homes} where ${homes.id} = ${sql.placeholder('id')}`,
);
const stateOf = (row: Omit<HomeState, 'alive'> & { alive: number }): HomeState => ({ ...row, alive: row.alive === 1 });

export async function homeByIdentity(q: Queryable, identity: string): Promise<HomeState | null> {
  const [row] = await q.select(columns).from(homes).where(eq(homes.identity, identity));
  return row === undefined ? null : stateOf(row);
}

export async function homeById(q: Queryable, id: number): Promise<HomeState | null> {
  const [row] = await oneHome(q, { id });
  return row ?? null;
}

/** What a server says of itself as it takes a home. */
export type HomeSigns = Pick<typeof homes.$inferInsert, 'identity' | 'host' | 'relayUrl' | 'version'> & {
  server: string;
};

/** Makes the home's row if it lacks. */
export async function insertHome(q: Queryable, signs: HomeSigns, bootId: string | null): Promise<void> {
  await q
    .insert(homes)
    .values({ ...signs, bootId, server: null, seenAt: now })
    .onDuplicateKeyUpdate({ set: { identity: signs.identity } });
}

/** Takes a home for the server that `signs` names, unless `holder`'s life is still to be reckoned with. False: not had. */
export async function takeHome(
  q: Queryable,
  id: number,
  signs: HomeSigns,
  options: { holder: string | null; holderIsDead: boolean },
): Promise<boolean> {
  const { holder, holderIsDead } = options;
  const same = holder === null ? isNull(homes.server) : eq(homes.server, holder);
  const free = holder === null || holderIsDead ? undefined : lt(homes.seenAt, longAgo);
  const [result] = await q
    .update(homes)
    .set({ ...signs, seenAt: now })
    .where(and(eq(homes.id, id), same, free));
  return result.affectedRows === 1;
}

/** Notes in which run of the machine its VMs are. */
export async function writeBootId(q: Queryable, id: number, bootId: string): Promise<void> {
  await q.update(homes).set({ bootId }).where(eq(homes.id, id));
}

/** The heartbeat. False: the home is another server's by now. */
export async function keepHome(q: Queryable, id: number, server: string): Promise<boolean> {
  const [result] = await q
    .update(homes)
    .set({ seenAt: now })
    .where(and(eq(homes.id, id), eq(homes.server, server)));
  return result.affectedRows === 1;
}

/** Lets go of the home: from now on everybody knows that its server is away. */
export async function leaveHome(q: Queryable, id: number, server: string): Promise<void> {
  await q
    .update(homes)
    .set({ server: null, seenAt: now })
    .where(and(eq(homes.id, id), eq(homes.server, server)));
}

/** Whether other homes than this have a living server. */
export async function othersAlive(q: Queryable, id: number): Promise<boolean> {
  return (await q.$count(homes, and(sql`${homes.id} <> ${id}`, alive))) > 0;
}

/**
 * Gives local zones that have no home this one, but for those that an administrator has released, one statement per zone, so that of two servers each gets it whole or not at
 * all. `all`: those of other homes too, for a database that no other server can reach. Answers the ids.
 */
export async function adoptZones(
  q: Queryable,
  homeId: number,
  options: { providers: readonly ProviderKind[]; all: boolean },
): Promise<number[]> {
  if (options.providers.length === 0) return [];
  const free = options.all
    ? or(isNull(availabilityZones.homeId), sql`${availabilityZones.homeId} <> ${homeId}`)
    : and(isNull(availabilityZones.homeId), eq(availabilityZones.released, false));
  const candidates = await q
    .select({ id: availabilityZones.id })
    .from(availabilityZones)
    .where(and(free, inArray(availabilityZones.provider, [...options.providers])));
  const adopted: number[] = [];
  for (const { id } of candidates) {
    const [result] = await q
      .update(availabilityZones)
      .set({ homeId, released: false })
      .where(and(eq(availabilityZones.id, id), free));
    if (result.affectedRows === 1) adopted.push(id);
  }
  return adopted;
}

/** Zones that a home works on, as a condition: its own, and those whose providers have no home. Null: not even its own. */
export function servedBy(homeId: number | null): SQL | undefined {
  const anybodys = notInArray(availabilityZones.provider, [...localProviderKinds]);
  return homeId === null ? anybodys : or(eq(availabilityZones.homeId, homeId), anybodys);
}

/** Keeps what the home says of its zone. */
export async function writeReport(q: Queryable, zoneId: number, report: ZoneReport, observedAt: Date): Promise<void> {
  const values = { report, observedAt };
  await q
    .insert(zoneReports)
    .values({ zoneId, ...values })
    .onDuplicateKeyUpdate({ set: values });
}

export async function reportOf(q: Queryable, zoneId: number): Promise<{ report: ZoneReport; observedAt: Date } | null> {
  const [row] = await q.select().from(zoneReports).where(eq(zoneReports.zoneId, zoneId));
  return row ?? null;
}

/** Asks the home of a zone to look anew. Answers the number of the question. */
export async function askAnew(db: Database, zoneId: number): Promise<number> {
  return inTransaction(db, async (tx) => {
    await tx
      .insert(zoneQuestions)
      .values({ zoneId, asked: 1 })
      .onDuplicateKeyUpdate({ set: { asked: sql`${zoneQuestions.asked} + 1` } });
    const [row] = await tx
      .select({ asked: zoneQuestions.asked })
      .from(zoneQuestions)
      .where(eq(zoneQuestions.zoneId, zoneId));
    return row?.asked ?? 0;
  });
}

export async function isAnswered(q: Queryable, zoneId: number, question: number): Promise<boolean> {
  const [row] = await q
    .select({ answered: zoneQuestions.answered })
    .from(zoneQuestions)
    .where(eq(zoneQuestions.zoneId, zoneId));
  // one that is gone went with its zone
  return row === undefined || row.answered >= question;
}

/** What is asked of the zones of a home, by the newest question of each. */
export function openQuestions(q: Queryable, homeId: number): Promise<{ zone: ProviderZone; question: number }[]> {
  return q
    .select({ zone: providerZone, question: zoneQuestions.asked })
    .from(zoneQuestions)
    .innerJoin(availabilityZones, eq(availabilityZones.id, zoneQuestions.zoneId))
    .where(and(eq(availabilityZones.homeId, homeId), gt(zoneQuestions.asked, zoneQuestions.answered)));
}

/** This question of the zone is answered, and all before it. */
export async function answerTo(q: Queryable, zoneId: number, question: number): Promise<void> {
  await q.update(zoneQuestions).set({ answered: question }).where(eq(zoneQuestions.zoneId, zoneId));
}

/** All homes by their machines' names, with the names of the zones that are at them. They are few. */
export async function homesWithZones(q: Queryable): Promise<{ home: HomeState; zones: string[] }[]> {
  const rows = await q.select(columns).from(homes).orderBy(asc(homes.host), asc(homes.id));
  const zones = await q
    .select({ name: availabilityZones.name, homeId: availabilityZones.homeId })
    .from(availabilityZones)
    .orderBy(asc(availabilityZones.sortKey));
  return rows.map((row) => ({
    home: stateOf(row),
    zones: zones.filter(({ homeId }) => homeId === row.id).map(({ name }) => name),
  }));
}

/** Notes that a zone was taken from a home, and forgets what that has said of it. */
export async function departFrom(tx: Transaction, zoneId: number, homeId: number): Promise<void> {
  await tx.insert(zoneDepartures).values({ zoneId, homeId }).onDuplicateKeyUpdate({ set: { homeId } });
  await tx.delete(zoneReports).where(eq(zoneReports.zoneId, zoneId));
  await tx.delete(imageStates).where(eq(imageStates.zoneId, zoneId));
}

/** Locks what {@link departFrom} has noted until the transaction's end: meanwhile the zone is not given back. False: it was. */
export async function lockDeparture(tx: Transaction, zoneId: number, homeId: number): Promise<boolean> {
  const rows = await tx
    .select({ zoneId: zoneDepartures.zoneId })
    .from(zoneDepartures)
    .where(and(eq(zoneDepartures.zoneId, zoneId), eq(zoneDepartures.homeId, homeId)))
    .for('update');
  return rows.length > 0;
}

/** Zones that were taken from a home, whose remains it is to remove. */
export function departuresOf(q: Queryable, homeId: number): Promise<ProviderZone[]> {
  return q
    .select(providerZone)
    .from(zoneDepartures)
    .innerJoin(availabilityZones, eq(availabilityZones.id, zoneDepartures.zoneId))
    .where(
      and(
        eq(zoneDepartures.homeId, homeId),
        // one that came back to it by adoption is its own
        or(isNull(availabilityZones.homeId), ne(availabilityZones.homeId, homeId)),
      ),
    );
}

export async function deleteDeparture(q: Queryable, zoneId: number, homeId: number): Promise<void> {
  await q.delete(zoneDepartures).where(and(eq(zoneDepartures.zoneId, zoneId), eq(zoneDepartures.homeId, homeId)));
}
