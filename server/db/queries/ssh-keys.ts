import { and, asc, eq } from 'drizzle-orm';
import { sshKeys } from '#drizzle/schema/ssh-keys';
import type { Queryable, Transaction } from '#server/db/client';

export type SshKeyRow = typeof sshKeys.$inferSelect;

/** An account's keys, as they were added. */
export function sshKeysOf(q: Queryable, userId: number): Promise<SshKeyRow[]> {
  return q.select().from(sshKeys).where(eq(sshKeys.userId, userId)).orderBy(asc(sshKeys.id));
}

/** A key of this account; null for everybody else's. */
export async function sshKeyOf(
  q: Queryable,
  { id, userId }: { id: number; userId: number },
): Promise<SshKeyRow | null> {
  const [row] = await q
    .select()
    .from(sshKeys)
    .where(and(eq(sshKeys.id, id), eq(sshKeys.userId, userId)));
  return row ?? null;
}

export async function insertSshKey(tx: Transaction, key: typeof sshKeys.$inferInsert): Promise<number> {
  const [{ insertId }] = await tx.insert(sshKeys).values(key);
  return insertId;
}

/** Answers whether it was there. */
export async function deleteSshKeyRow(tx: Transaction, id: number): Promise<boolean> {
  const [deleted] = await tx.delete(sshKeys).where(eq(sshKeys.id, id));
  return deleted.affectedRows > 0;
}

/** When an account goes. */
export async function deleteSshKeysOf(tx: Transaction, userId: number): Promise<void> {
  await tx.delete(sshKeys).where(eq(sshKeys.userId, userId));
}
