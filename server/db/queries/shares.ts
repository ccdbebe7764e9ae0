import { and, asc, count, eq, isNotNull, isNull, or, sql, type Placeholder, type SQL } from 'drizzle-orm';
import { sliceShares, slices } from '#drizzle/schema/slices';
import { templates, templateShares } from '#drizzle/schema/templates';
import { users } from '#drizzle/schema/users';
import type { ShareLevel, TemplateShareLevel } from '#shared/sharing';
import type { Queryable } from '#server/db/client';

/** With whom something is shared, by name. */
const people = { id: users.id, name: users.name, email: users.email };
/** Who can sign in: others are not told of. */
const enabled = and(isNull(users.disabledAt), isNull(users.deletedAt));

/** What a slice is shared with a user for; null if it is not. `lock`: as the row is now, not as this transaction sees it. */
export async function shareLevelOf(
  q: Queryable,
  sliceId: number,
  userId: number,
  lock: boolean,
): Promise<ShareLevel | null> {
  const query = q
    .select({ level: sliceShares.level })
    .from(sliceShares)
    .where(and(eq(sliceShares.sliceId, sliceId), eq(sliceShares.userId, userId)));
  const [row] = await (lock ? query.for('update') : query);
  return row?.level ?? null;
}

/** Condition on `slices`: shared with the user. */
export function sliceSharedWith(userId: number): SQL {
  return sql`exists (select 1 from ${sliceShares} where ${sliceShares.sliceId} = ${slices.id} and ${sliceShares.userId} = ${userId})`;
}

/** Which slices are shared with the user: read from an index alone. */
export async function idsOfSlicesSharedWith(q: Queryable, userId: number): Promise<Set<number>> {
  const rows = await q.select({ id: sliceShares.sliceId }).from(sliceShares).where(eq(sliceShares.userId, userId));
  return new Set(rows.map((row) => row.id));
}

/** With whom a slice is shared, by name; `userId` restricts it to one. The caller has checked the access. */
export function sliceShareRows(q: Queryable, sliceId: number, userId?: number) {
  return q
    .select({ user: people, level: sliceShares.level, createdAt: sliceShares.createdAt })
    .from(sliceShares)
    .innerJoin(users, eq(users.id, sliceShares.userId))
    .where(
      and(eq(sliceShares.sliceId, sliceId), enabled, userId === undefined ? undefined : eq(sliceShares.userId, userId)),
    )
    .orderBy(asc(users.sortKey), asc(users.id));
}

/** With how many living users a slice is shared, disabled ones too. */
export async function countSliceShares(q: Queryable, sliceId: number): Promise<number> {
  const [row] = await q
    .select({ shares: count() })
    .from(sliceShares)
    .innerJoin(users, eq(users.id, sliceShares.userId))
    .where(and(eq(sliceShares.sliceId, sliceId), isNull(users.deletedAt)));
  return row?.shares ?? 0;
}

/** Shares a slice, or changes for what. */
export async function putSliceShare(q: Queryable, sliceId: number, userId: number, level: ShareLevel): Promise<void> {
  await q.insert(sliceShares).values({ sliceId, userId, level }).onDuplicateKeyUpdate({ set: { level } });
}

/** Whether there was one. */
export async function deleteSliceShare(q: Queryable, sliceId: number, userId: number): Promise<boolean> {
  const [result] = await q
    .delete(sliceShares)
    .where(and(eq(sliceShares.sliceId, sliceId), eq(sliceShares.userId, userId)));
  return result.affectedRows > 0;
}

/** What a template is shared with a user for; null if it is not. `lock`: as the row is now, not as this transaction sees it. */
export async function templateShareLevelOf(
  q: Queryable,
  templateId: number,
  userId: number,
  lock: boolean,
): Promise<TemplateShareLevel | null> {
  const query = q
    .select({ level: templateShares.level })
    .from(templateShares)
    .where(and(eq(templateShares.templateId, templateId), eq(templateShares.userId, userId)));
  const [row] = await (lock ? query.for('update') : query);
  return row?.level ?? null;
}

/** Condition on `templates`: shared with the user. */
export function templateSharedWith(userId: number | Placeholder): SQL {
  return sql`exists (select 1 from ${templateShares} where ${templateShares.templateId} = ${templates.id} and ${templateShares.userId} = ${userId})`;
}

/** Of `templates`: what it is shared with the user for, or null. */
export function templateSharedFor(userId: number | Placeholder): SQL {
  return sql`(select ${templateShares.level} from ${templateShares} where ${templateShares.templateId} = ${templates.id} and ${templateShares.userId} = ${userId})`;
}

/** Condition on `templates`: not deleted, and the user's own, published or shared with them. */
export function visibleTemplate(userId: number | Placeholder): SQL | undefined {
  return and(
    isNull(templates.deletedAt),
    or(eq(templates.ownerId, userId), isNotNull(templates.publishedAt), templateSharedWith(userId)),
  );
}

/** Condition on `templates`: shared with anybody who can sign in. */
export const templateIsShared = sql<number>`exists (select 1 from ${templateShares} inner join ${users} \`sharer\` on \`sharer\`.\`id\` = ${templateShares.userId}
  where ${templateShares.templateId} = ${templates.id} and \`sharer\`.\`disabled_at\` is null and \`sharer\`.\`deleted_at\` is null)`;

/** With whom a template is shared, by name; `userId` restricts it to one. The caller has checked the access. */
export function templateShareRows(q: Queryable, templateId: number, userId?: number) {
  return q
    .select({ user: people, level: templateShares.level, createdAt: templateShares.createdAt })
    .from(templateShares)
    .innerJoin(users, eq(users.id, templateShares.userId))
    .where(
      and(
        eq(templateShares.templateId, templateId),
        enabled,
        userId === undefined ? undefined : eq(templateShares.userId, userId),
      ),
    )
    .orderBy(asc(users.sortKey), asc(users.id));
}

/** With how many living users a template is shared, disabled ones too. */
export async function countTemplateShares(q: Queryable, templateId: number): Promise<number> {
  const [row] = await q
    .select({ shares: count() })
    .from(templateShares)
    .innerJoin(users, eq(users.id, templateShares.userId))
    .where(and(eq(templateShares.templateId, templateId), isNull(users.deletedAt)));
  return row?.shares ?? 0;
}

/** Shares a template, or changes for what. */
export async function putTemplateShare(
  q: Queryable,
  templateId: number,
  userId: number,
  level: TemplateShareLevel,
): Promise<void> {
  await q.insert(templateShares).values({ templateId, userId, level }).onDuplicateKeyUpdate({ set: { level } });
}

/** Whether there was one. */
export async function deleteTemplateShare(q: Queryable, templateId: number, userId: number): Promise<boolean> {
  const [result] = await q
    .delete(templateShares)
    .where(and(eq(templateShares.templateId, templateId), eq(templateShares.userId, userId)));
  return result.affectedRows > 0;
}
