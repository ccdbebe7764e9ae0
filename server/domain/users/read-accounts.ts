import type { z } from 'zod';
import { notFound } from '#shared/errors';
import type { Account, accountPage, foundUsersSchema, listUsersInput } from '#shared/user';
import type { Queryable } from '#server/db/client';
import { page } from '#server/db/keyset';
import {
  accountById,
  accountFacts,
  accountRows,
  findPeople,
  type AccountFacts,
  type AccountRow,
} from '#server/db/queries/accounts';
import { iso } from '#server/db/rows';
import type { Actor, DomainContext } from '../context';

/** More would not be looked through. */
const peopleFound = 10;

type Reading = Pick<DomainContext, 'clock' | 'settings'>;

function account(row: AccountRow, facts: AccountFacts): Account {
  return {
    id: row.id,
    kind: row.kind,
    email: row.email,
    name: row.name,
    role: row.role,
    secondFactor: row.totpEnabledAt !== null,
    createdAt: iso(row.createdAt),
    disabledAt: iso(row.disabledAt),
    ...facts,
    lastUsedAt: iso(facts.lastUsedAt),
  };
}

function factsOf(ctx: Reading, q: Queryable, ids: readonly number[]) {
  const now = ctx.clock.now();
  const usedAfter = new Date(now.getTime() - ctx.settings.sessionIdleHours * 3_600_000);
  return accountFacts(q, ids, { now, usedAfter });
}

/** Accounts by name, service accounts and disabled ones too; deleted ones are history. */
export async function listUsers(
  ctx: DomainContext,
  { query }: { query: z.infer<typeof listUsersInput> },
): Promise<z.infer<typeof accountPage>> {
  const rows = await accountRows(ctx.db, query);
  const factsById = await factsOf(
    ctx,
    ctx.db,
    rows.map((row) => row.id),
  );
  return page(
    rows,
    query.limit,
    (row) => account(row, factsById(row.id)),
    (row) => [row.sortKey ?? row.name, row.id],
  );
}

/** One account. NOT_FOUND, also when it was deleted. */
export function getUser(ctx: DomainContext, { id }: { id: number }): Promise<Account> {
  return wholeAccount(ctx, ctx.db, id);
}

/** {@link getUser} inside a transaction. */
export async function wholeAccount(ctx: Reading, q: Queryable, id: number): Promise<Account> {
  const row = await accountById(q, id);
  if (row === null) throw notFound('user');
  return account(row, (await factsOf(ctx, q, [id]))(id));
}

/** Other people in whose name or address the text occurs, to share something with: 10 at most, by name. */
export async function findUsers(
  ctx: DomainContext,
  { actor, search }: { actor: Actor; search: string },
): Promise<z.infer<typeof foundUsersSchema>> {
  const rows = await findPeople(ctx.db, { search, exceptId: actor.userId, limit: peopleFound });
  return { items: rows.map(({ id, name, email }) => ({ id, name, email })) };
}
