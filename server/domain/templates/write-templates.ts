import { and, eq, isNull } from 'drizzle-orm';
import type { z } from 'zod';
import { templates } from '#drizzle/schema/templates';
import { AppError, type Problem } from '#shared/errors';
import { limits } from '#shared/limits';
import type { duplicateTemplateInput, Template, updateTemplateInput } from '#shared/template';
import { withAddresses } from '#shared/topology/addresses';
import { sameTopology } from '#shared/topology/same';
import type { Topology } from '#shared/topology/schema';
import { checkTopology } from '#shared/topology/formats/user-data';
import { sizeProblems } from '#shared/topology/size';
import { validateTopology } from '#shared/topology/validate';
import { say } from '#shared/sentence';
import type { Queryable, Transaction } from '#server/db/client';
import { duplicateIndex } from '#server/db/errors';
import { countOwned } from '#server/db/queries/account-sums';
import { replaceTags, tagsOf } from '#server/db/queries/template-tags';
import { hasTemplates, takenTemplateNames } from '#server/db/queries/templates';
import { catalogueOf, insertRevision, readTopology, revisionId } from '#server/db/queries/topologies';
import { inTransaction } from '#server/db/transaction';
import { recordAudit } from '../audit';
import type { Actor, DomainContext } from '../context';
import { hiddenImages } from '../images/visible';
import { copyName, nameTakenBy } from '../names';
import { lockOwner } from '../quotas/quotas';
import { loadTemplate } from './access';
import { wholeTemplate } from './read-templates';
import { indexTemplate } from './words';

const nameIndex = 'templates_owner_live_name_unique';
/** More would not be read, and each takes room on the wire. */
const problemsTold = 200;

/** INVALID_TOPOLOGY with all problems of a drawing, if there are any. */
export function assertValid(problems: readonly Problem[]): void {
  const [first] = problems;
  if (first === undefined) return;
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : '';
  throw new AppError('INVALID_TOPOLOGY', `${first.message}${more}`, {
    field: 'topology',
    ...(first.node === undefined ? {} : { node: first.node }),
    params: { count: problems.length },
    problems: problems.slice(0, problemsTold),
  });
}

/** What VMs would get that the actor may not give them; what `kept` has already it keeps. */
async function deniedOf(
  q: Queryable,
  drawing: { actor: Actor; topology: Topology; kept?: Topology },
): Promise<Problem[]> {
  const { actor, topology, kept } = drawing;
  return [...(await hiddenImages(q, drawing)), ...sizeProblems(topology, actor.role, kept)];
}

interface NewTemplate {
  name: string;
  description: string;
  tags?: readonly string[];
  topology: Topology;
  /** What is said of its first revision. */
  message?: string | undefined;
}

/**
 * Runs `work`, which makes one template of the actor's, in a transaction that others of theirs wait for: two at once do not
 * both take the last place. Nothing is read before the lock, nor plainly by it: that would fix what `work` sees. UNAUTHENTICATED
 * when the account was disabled meanwhile.
 */
function makingOne<Result>(
  ctx: DomainContext,
  actor: Actor,
  work: (tx: Transaction) => Promise<Result>,
): Promise<Result> {
  return inTransaction(ctx.db, async (tx) => {
    if (!(await lockOwner(tx, actor.userId))) throw new AppError('UNAUTHENTICATED', 'Sign in first.');
    return work(tx);
  });
}

/** Adds the rows of a template whose drawing has been checked, by {@link makingOne}. QUOTA_EXCEEDED beyond `limits.templatesPerUser`. */
async function insertTemplate(
  ctx: DomainContext,
  tx: Transaction,
  actor: Actor,
  { name, description, tags = [], topology, message = '' }: NewTemplate,
): Promise<number> {
  if (await hasTemplates(tx, actor.userId, limits.templatesPerUser))
    throw new AppError('QUOTA_EXCEEDED', say('TEMPLATES_LIMIT', { limit: limits.templatesPerUser }), {
      params: { limit: limits.templatesPerUser },
    });
  const now = ctx.clock.now();
  const [{ insertId }] = await tx
    .insert(templates)
    .values({ ownerId: actor.userId, name, description, revision: 1, updatedAt: now });
  await insertRevision(tx, {
    templateId: insertId,
    number: 1,
    createdBy: actor.userId,
    message,
    topology: withAddresses(topology),
  });
  await replaceTags(tx, insertId, tags);
  await indexTemplate(tx, { id: insertId, description, topology });
  await countOwned(tx, actor.userId, { templates: 1 });
  return insertId;
}

/** {@link insertTemplate} under the first name of `candidate(1)`, `candidate(2)` … that is free. */
async function insertUnderFreeName(
  ctx: DomainContext,
  tx: Transaction,
  actor: Actor,
  candidate: (n: number) => string,
  template: Omit<NewTemplate, 'name'>,
): Promise<number> {
  const batch = 50;
  for (let first = 1; ; first += batch) {
    const names = Array.from({ length: batch }, (_, index) => candidate(first + index));
    const taken = await takenTemplateNames(tx, actor.userId, names);
    for (const name of names) {
      if (taken.has(name.toLowerCase())) continue;
      try {
        return await insertTemplate(ctx, tx, actor, { ...template, name });
      } catch (error) {
        // taken meanwhile, or the same to the database's collation: only the statement was undone, so try the next
        if (duplicateIndex(error) !== nameIndex) throw error;
      }
    }
  }
}

/** Makes a template with its first revision. NAME_TAKEN, INVALID_TOPOLOGY, QUOTA_EXCEEDED. */
export async function createTemplate(
  ctx: DomainContext,
  { actor, template }: { actor: Actor; template: NewTemplate },
): Promise<Template> {
  return makingOne(ctx, actor, async (tx) => {
    const { topology } = template;
    assertValid(checkTopology(topology, await catalogueOf(tx, topology, { hold: true })));
    assertValid(await deniedOf(tx, { actor, topology }));
    const id = await insertTemplate(ctx, tx, actor, template).catch(nameTakenBy(nameIndex, 'template', template.name));
    await recordAudit(tx, actor, {
      action: 'templates.create',
      objectType: 'template',
      objectId: id,
      details: { name: template.name },
    });
    return wholeTemplate(tx, { actor, id });
  });
}

/** Makes a template of what a slice is, which `read` says in the same transaction. */
export async function createFromSlice(
  ctx: DomainContext,
  options: {
    actor: Actor;
    name: string;
    description: string;
    read: (tx: Transaction) => Promise<{ sliceId: number; slice: string; topology: Topology }>;
  },
): Promise<Template> {
  const { actor, name, description, read } = options;
  return makingOne(ctx, actor, async (tx) => {
    const { topology, ...slice } = await read(tx);
    const id = await insertTemplate(ctx, tx, actor, { name, description, topology }).catch(
      nameTakenBy(nameIndex, 'template', name),
    );
    await recordAudit(tx, actor, {
      action: 'slices.save-as-template',
      objectType: 'template',
      objectId: id,
      details: { name, ...slice },
    });
    return wholeTemplate(tx, { actor, id });
  });
}

/** Makes a template of an imported drawing, or of a lab of the gallery, under `name` or a free one like `suggestion`. */
export async function createImported(
  ctx: DomainContext,
  options: {
    actor: Actor;
    name: string | undefined;
    suggestion: (n: number) => string;
    description: string;
    tags?: readonly string[];
    message?: string | undefined;
    topology: Topology;
    action?: 'templates.import' | 'templates.create-from-lab';
  },
): Promise<Template> {
  const { actor, name, suggestion, description, tags, message, topology, action = 'templates.import' } = options;
  const imported = { description, topology, message, ...(tags !== undefined && { tags }) };
  return makingOne(ctx, actor, async (tx) => {
    assertValid(checkTopology(topology, await catalogueOf(tx, topology, { hold: true })));
    assertValid(sizeProblems(topology, actor.role));
    const id =
      name === undefined
        ? await insertUnderFreeName(ctx, tx, actor, suggestion, imported)
        : await insertTemplate(ctx, tx, actor, { name, ...imported }).catch(nameTakenBy(nameIndex, 'template', name));
    const made = await wholeTemplate(tx, { actor, id });
    await recordAudit(tx, actor, {
      action,
      objectType: 'template',
      objectId: id,
      details: { name: made.name },
    });
    return made;
  });
}

/**
 * Changes name, description, tags or drawing. A drawing that differs from the current one becomes the next revision; one that
 * does not is taken for saved, whatever it was made from, so that a repeat after a lost answer succeeds.
 * Name and tags are the owner's: FORBIDDEN for who may edit it. REVISION_CONFLICT when somebody saved since `baseRevision`; NAME_TAKEN; INVALID_TOPOLOGY.
 * `restoredFrom`: the older revision whose drawing it is.
 */
export async function updateTemplate(
  ctx: DomainContext,
  {
    actor,
    change,
    restoredFrom = null,
  }: { actor: Actor; change: z.infer<typeof updateTemplateInput>; restoredFrom?: number | null },
): Promise<Template> {
  const { id, name, description, tags, topology, baseRevision, message = '' } = change;
  return inTransaction(ctx.db, async (tx) => {
    const row = await loadTemplate(tx, { actor, id, lock: true, need: 'operate' });
    // where it stands among its owner's, the owner says
    const refiled = tags !== undefined || (name !== undefined && name !== row.name);
    if (refiled && row.access !== 'own')
      throw new AppError('FORBIDDEN', `Only the owner of ${row.name} may give it another name or tags.`, {
        params: { access: row.access, need: 'manage' },
      });
    let revision = row.revision;
    let drawn: Topology | null = null;
    if (topology !== undefined) {
      // before the first plain read, which fixes what this transaction sees
      const catalogue = await catalogueOf(tx, topology, { hold: true });
      const current = await readTopology(tx, await revisionId(tx, id, row.revision));
      // what is not valid has no addresses yet, and is refused below
      const valid = validateTopology(topology).length === 0;
      const placed = valid ? withAddresses(topology, current) : topology;
      if (!sameTopology(withAddresses(current), placed)) {
        if (baseRevision !== row.revision)
          throw new AppError(
            'REVISION_CONFLICT',
            `${row.name} was changed meanwhile: it is at revision ${row.revision}, and this started from ${baseRevision}.`,
            { params: { current: row.revision, base: baseRevision ?? 0 } },
          );
        // it may keep the retired flavours and images that it has
        assertValid(checkTopology(topology, catalogue, current));
        assertValid(await deniedOf(tx, { actor, topology, kept: current }));
        revision += 1;
        drawn = placed;
        const saved = { templateId: id, number: revision, createdBy: actor.userId, message, restoredFrom };
        await insertRevision(tx, { ...saved, topology: placed });
      }
    }
    const renamed = name !== undefined && name !== row.name;
    const described = description !== undefined && description !== row.description;
    const retagged = tags !== undefined && (await replaceTags(tx, id, tags));
    if (drawn !== null || described) {
      const current = drawn ?? (await readTopology(tx, await revisionId(tx, id, row.revision)));
      await indexTemplate(tx, { id, description: description ?? row.description, topology: current });
    }
    if (renamed || described || retagged || revision !== row.revision) {
      const [result] = await tx
        .update(templates)
        .set({
          name: name ?? row.name,
          description: description ?? row.description,
          revision,
          updatedAt: ctx.clock.now(),
        })
        .where(and(eq(templates.id, id), eq(templates.revision, row.revision), isNull(templates.deletedAt)))
        .catch(nameTakenBy(nameIndex, 'template', name ?? row.name));
      if (result.affectedRows === 0)
        throw new AppError('REVISION_CONFLICT', `${row.name} was changed meanwhile.`, {
          params: { current: row.revision, base: baseRevision ?? 0 },
        });
      await recordAudit(tx, actor, {
        action: restoredFrom === null ? 'templates.update' : 'templates.restore',
        objectType: 'template',
        objectId: id,
        details: {
          ...(restoredFrom === null ? {} : { restoredFrom }),
          ...(renamed ? { from: row.name, to: name } : {}),
          ...(retagged ? { tags } : {}),
          revision,
        },
      });
    }
    return wholeTemplate(tx, { actor, id });
  });
}

/**
 * A copy, the actor's own, of a template that they see, with the current drawing as its first revision. Without a name it
 * takes a free one: `web (copy)`. NAME_TAKEN.
 */
export async function duplicateTemplate(
  ctx: DomainContext,
  { actor, source: { id, name } }: { actor: Actor; source: z.infer<typeof duplicateTemplateInput> },
): Promise<Template> {
  return makingOne(ctx, actor, async (tx) => {
    const row = await loadTemplate(tx, { actor, id });
    const topology = await readTopology(tx, await revisionId(tx, id, row.revision));
    const copied = { description: row.description, tags: await tagsOf(tx, id), topology };
    const copy =
      name === undefined
        ? await insertUnderFreeName(ctx, tx, actor, (n) => copyName(row.name, n), copied)
        : await insertTemplate(ctx, tx, actor, { name, ...copied }).catch(nameTakenBy(nameIndex, 'template', name));
    const made = await wholeTemplate(tx, { actor, id: copy });
    await recordAudit(tx, actor, {
      action: 'templates.duplicate',
      objectType: 'template',
      objectId: copy,
      details: { name: made.name, templateId: id, template: row.name },
    });
    return made;
  });
}

/** Deletes the template; its slices stay as they are, and its name becomes free. */
export async function deleteTemplate(ctx: DomainContext, { actor, id }: { actor: Actor; id: number }): Promise<void> {
  await inTransaction(ctx.db, async (tx) => {
    const row = await loadTemplate(tx, { actor, id, lock: true, need: 'manage' });
    await tx
      .update(templates)
      .set({ deletedAt: ctx.clock.now() })
      .where(and(eq(templates.id, id), isNull(templates.deletedAt)));
    await countOwned(tx, row.ownerId, { templates: -1 });
    await recordAudit(tx, actor, {
      action: 'templates.delete',
      objectType: 'template',
      objectId: id,
      details: { name: row.name },
    });
  });
}
