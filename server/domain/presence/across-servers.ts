import { and, eq, gt, inArray, lt, sql } from 'drizzle-orm';
import { templatePresence } from '#drizzle/schema/templates';
import { users } from '#drizzle/schema/users';
import { pointedSchema, type Pointed } from '#shared/presence';
import type { Database } from '#server/db/client';
import { presenceOf, type OpenPage } from './hub';
import type { DomainContext } from '../context';

/** A page whose server has not said for so long that it is there is not: its server was killed. */
const staysMs = 6_000;
/** How often a server says so of pages at which nothing happens. */
const sayAgainMs = 2_000;

type Context = Pick<DomainContext, 'db' | 'bus' | 'clock'>;

/**
 * Tells the other servers on the database who has templates open here, and reads who has them open there: at each look of the poller, so only while other
 * servers are alive, and nothing while nobody draws.
 */
export function presenceExchange({ db, bus, clock }: Context): () => Promise<void> {
  const hub = presenceOf(bus);
  /** As written: when, and with which state. */
  let written = new Map<string, { page: OpenPage; at: number }>();
  return async () => {
    const now = clock.now();
    const pages = hub.pages;
    const gone = [...written.keys()].filter((id) => !pages.some(({ page }) => page === id));
    if (gone.length > 0) await db.delete(templatePresence).where(inArray(templatePresence.page, gone));
    const due = pages.filter(({ page, at }) => {
      const last = written.get(page);
      return last === undefined || last.page.at !== at || now.getTime() - last.at >= sayAgainMs;
    });
    if (due.length > 0) await write(db, due, now);
    const at = new Map(due.map(({ page }) => [page, now.getTime()]));
    written = new Map(
      pages.map((page) => [page.page, { page, at: at.get(page.page) ?? written.get(page.page)?.at ?? 0 }]),
    );
    if (pages.length === 0) return hub.setElsewhere([]);
    const rows = await read(db, [...new Set(pages.map(({ templateId }) => templateId))], now);
    const here = new Map(pages.map((page) => [page.page, page]));
    // what a page of here has said to another server
    for (const row of rows)
      if (row.at > (here.get(row.page)?.at ?? row.at)) hub.point(row.user.id, row.page, row.pointed, row.at);
    hub.setElsewhere(rows.filter(({ page }) => !here.has(page)));
  };
}

async function write(db: Database, pages: readonly OpenPage[], now: Date): Promise<void> {
  const later = sql`values(at) >= ${templatePresence.at}`;
  await db
    .insert(templatePresence)
    .values(
      pages.map(({ page, templateId, user, pointed, at }) => ({
        ...{ page, templateId, userId: user.id, pointed, at, seenAt: now },
      })),
    )
    .onDuplicateKeyUpdate({
      set: {
        // before `at`, by which it goes
        pointed: sql`if(${later}, values(pointed), ${templatePresence.pointed})`,
        at: sql`greatest(values(at), ${templatePresence.at})`,
        seenAt: now,
      },
    });
  await db.delete(templatePresence).where(lt(templatePresence.seenAt, new Date(now.getTime() - 10 * staysMs)));
}

async function read(db: Database, templateIds: readonly number[], now: Date): Promise<OpenPage[]> {
  const rows = await db
    .select({
      ...{ page: templatePresence.page, templateId: templatePresence.templateId, pointed: templatePresence.pointed },
      ...{ at: templatePresence.at, user: { id: users.id, name: users.name } },
    })
    .from(templatePresence)
    .innerJoin(users, eq(users.id, templatePresence.userId))
    .where(
      and(
        inArray(templatePresence.templateId, [...templateIds]),
        gt(templatePresence.seenAt, new Date(now.getTime() - staysMs)),
      ),
    )
    .orderBy(templatePresence.page);
  return rows.map((row) => ({ ...row, pointed: pointedSchema.parse(row.pointed) }));
}

/** Says where a page points that is at another server; false when there is none. */
export async function pointElsewhere(
  { db, clock }: Pick<Context, 'db' | 'clock'>,
  { userId, page, pointed }: { userId: number; page: string; pointed: Pointed },
): Promise<boolean> {
  const [result] = await db
    .update(templatePresence)
    .set({ pointed, at: clock.now().getTime() })
    .where(and(eq(templatePresence.page, page), eq(templatePresence.userId, userId)));
  return result.affectedRows > 0;
}
