import { and, asc, count, eq, inArray, sql } from 'drizzle-orm';
import type { z } from 'zod';
import { templateDrafts } from '#drizzle/schema/templates';
import { AppError } from '#shared/errors';
import { limits } from '#shared/limits';
import {
  draftDocumentSchema,
  type draftInput,
  type savedDraftSchema,
  type saveDraftInput,
  type TemplateDraft,
} from '#shared/template-draft';
import { readTopology, revisionId } from '#server/db/queries/topologies';
import { iso } from '#server/db/rows';
import { inTransaction } from '#server/db/transaction';
import { paceOfEach } from '#server/lib/pace';
import type { Actor, DomainContext } from '../context';
import { loadTemplate } from '../templates/access';

/** Who draws sends one every few seconds: this is beyond what several pages do. */
const paceOf = paceOfEach<number>({ perSecond: 2, burst: 20 });

type Of = z.infer<typeof draftInput>;
/** A template that was never saved is 0 there. */
const rowOf = (actor: Actor, { templateId }: Of) =>
  and(eq(templateDrafts.userId, actor.userId), eq(templateDrafts.templateId, templateId ?? 0));

/**
 * What the actor has drawn of a template, or of a new one, and not saved; null where there is nothing, and where what an older version
 * kept cannot be drawn any more. NOT_FOUND for a template that they may not see.
 */
export async function readDraft(
  ctx: Pick<DomainContext, 'db'>,
  { actor, of }: { actor: Actor; of: Of },
): Promise<TemplateDraft | null> {
  const template = of.templateId === null ? null : await loadTemplate(ctx.db, { actor, id: of.templateId });
  const [row] = await ctx.db.select().from(templateDrafts).where(rowOf(actor, of));
  const document = draftDocumentSchema.safeParse(row?.document);
  if (row === undefined || !document.success) return null;
  const { revision } = row;
  // what was drawn before is the owner's to see: it may have been taken out before the template was shared
  const isOlder = template?.access === 'own' && revision !== null && revision < template.revision;
  const base = isOlder ? await readTopology(ctx.db, await revisionId(ctx.db, template.id, revision)) : null;
  return { document: document.data, revision, base, savedAt: iso(row.savedAt) };
}

/**
 * Keeps what the actor has drawn, in place of what was kept before: no revision, and not written down. Of the drafts of one user
 * the last `limits.draftsPerUser` stay. PAYLOAD_TOO_LARGE, RATE_LIMITED; NOT_FOUND or FORBIDDEN for a template that they may not change.
 */
export async function saveDraft(
  ctx: Pick<DomainContext, 'db' | 'clock'>,
  { actor, draft }: { actor: Actor; draft: z.infer<typeof saveDraftInput> },
): Promise<z.infer<typeof savedDraftSchema>> {
  const { templateId, revision, document } = draft;
  const savedAt = ctx.clock.now();
  if (!paceOf(ctx.db).take(actor.userId, savedAt.getTime()))
    throw new AppError('RATE_LIMITED', 'Drafts are sent too often. Wait a moment.');
  if (Buffer.byteLength(JSON.stringify(document)) > limits.draftBytes)
    throw new AppError('PAYLOAD_TOO_LARGE', `A draft has at most ${limits.draftBytes / 1e6} MB. Save the template.`);
  return inTransaction(ctx.db, async (tx) => {
    if (templateId !== null) await loadTemplate(tx, { actor, id: templateId, need: 'operate' });
    await tx
      .insert(templateDrafts)
      .values({ userId: actor.userId, templateId: templateId ?? 0, revision, document, savedAt })
      .onDuplicateKeyUpdate({ set: { revision, document, savedAt } });
    const [kept] = await tx
      .select({ drafts: count() })
      .from(templateDrafts)
      .where(eq(templateDrafts.userId, actor.userId));
    const beyond = (kept?.drafts ?? 0) - limits.draftsPerUser;
    if (beyond > 0) {
      const oldest = await tx
        .select({ id: templateDrafts.id })
        .from(templateDrafts)
        .where(and(eq(templateDrafts.userId, actor.userId), sql`${templateDrafts.templateId} <> ${templateId ?? 0}`))
        .orderBy(asc(templateDrafts.savedAt), asc(templateDrafts.id))
        .limit(beyond);
      await tx.delete(templateDrafts).where(
        inArray(
          templateDrafts.id,
          oldest.map(({ id }) => id),
        ),
      );
    }
    return { savedAt: iso(savedAt) };
  });
}

/** Gives up what the actor has drawn of it. Once or twice is the same. */
export async function dropDraft(
  ctx: Pick<DomainContext, 'db'>,
  { actor, of }: { actor: Actor; of: Of },
): Promise<void> {
  await ctx.db.delete(templateDrafts).where(rowOf(actor, of));
}
