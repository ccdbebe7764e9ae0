import { and, eq, isNull } from 'drizzle-orm';
import { roles, users } from '#drizzle/schema/users';
import type { Role, User } from '#shared/auth';
import type { Queryable } from '#server/db/client';
import { iso, only } from '../rows';

const columns = {
  id: users.id,
  kind: users.kind,
  email: users.email,
  name: users.name,
  role: roles.name,
  createdAt: users.createdAt,
  passwordHash: users.passwordHash,
  disabledAt: users.disabledAt,
  totpEnabledAt: users.totpEnabledAt,
};

export interface UserRow {
  id: number;
  kind: 'person' | 'service';
  email: string;
  name: string;
  role: Role;
  createdAt: Date;
  passwordHash: string | null;
  disabledAt: Date | null;
  totpEnabledAt: Date | null;
}

/** As much of a user as others may know. */
export type PublicUserRow = Omit<UserRow, 'passwordHash' | 'disabledAt'>;

/** What others may know of a user. */
export function publicUser(row: PublicUserRow): User {
  return {
    id: row.id,
    kind: row.kind,
    email: row.email,
    name: row.name,
    role: row.role,
    secondFactor: row.totpEnabledAt !== null,
    createdAt: iso(row.createdAt),
  };
}

/** The living user with this e-mail address, disabled ones too. Letters' case does not matter. */
export async function userByEmail(q: Queryable, email: string): Promise<UserRow | null> {
  const [row] = await q
    .select(columns)
    .from(users)
    .innerJoin(roles, eq(roles.id, users.roleId))
    .where(eq(users.liveEmail, email));
  return row ?? null;
}

export async function userById(q: Queryable, id: number): Promise<UserRow | null> {
  const [row] = await q
    .select(columns)
    .from(users)
    .innerJoin(roles, eq(roles.id, users.roleId))
    .where(and(eq(users.id, id), isNull(users.deletedAt)));
  return row ?? null;
}

/** Adds a user. A duplicate of `users_live_email_unique` when the address is taken. */
export async function insertUser(
  q: Queryable,
  user: { email: string; name: string; passwordHash: string; role: Role },
): Promise<UserRow> {
  const role = only(await q.select({ id: roles.id }).from(roles).where(eq(roles.name, user.role)), `role ${user.role}`);
  const [{ insertId }] = await q
    .insert(users)
    .values({ email: user.email, name: user.name, passwordHash: user.passwordHash, roleId: role.id });
  return only(await listed(q, insertId), `user ${insertId}`);
}

function listed(q: Queryable, id: number): Promise<UserRow[]> {
  return q.select(columns).from(users).innerJoin(roles, eq(roles.id, users.roleId)).where(eq(users.id, id));
}
