import { and, eq, isNull } from 'drizzle-orm';
import { templates } from '#drizzle/schema/templates';
import { limits } from '#shared/limits';
import { annotationsOf } from '#shared/topology/annotations';
import type { Catalogue } from '#shared/topology/catalogue';
import type { Topology } from '#shared/topology/schema';
import { wordsIn, wordsVersion } from '#shared/words';
import type { Transaction } from '#server/db/client';
import { replaceWords, templatesToIndex } from '#server/db/queries/template-words';
import { catalogueOf, readTopology, revisionId } from '#server/db/queries/topologies';
import { inTransaction } from '#server/db/transaction';
import type { DomainContext } from '../context';

/**
 * What a template is found by besides its name: its description, and of its drawing what VMs and networks are called, what they are made of, in
 * which subnets they are, and what is written beside them. No content of files, commands or user-data: these are programs, and may hold secrets.
 * Names of flavours and images are those of the time at which it was saved. `used`: these.
 */
function wordsOfTemplate(
  description: string,
  { vms, networks, edges, annotations }: Topology,
  used: Catalogue,
): string[] {
  const texts = [
    description,
    ...annotationsOf({ annotations }).map((one) =>
      one.kind === 'shape' ? '' : one.kind === 'group' ? one.name : one.text,
    ),
    ...[...used.images, ...used.flavours].map(({ name }) => name),
    ...networks.flatMap(({ name, ownSubnet }) => [name, ownSubnet ?? '']),
    ...vms.flatMap(({ name, label, hostname, icon }) => [name, label, hostname, icon ?? '']),
    ...edges.map(({ ownSubnet }) => ownSubnet ?? ''),
  ];
  return wordsIn(texts.join('\n'), limits.wordsPerTemplate);
}

/** Keeps what the template is found by, in the transaction that has changed it and holds its row. */
export async function indexTemplate(
  tx: Transaction,
  { id, description, topology }: { id: number; description: string; topology: Topology },
): Promise<void> {
  await replaceWords(tx, id, wordsOfTemplate(description, topology, await catalogueOf(tx, topology)));
  await tx.update(templates).set({ wordsVersion }).where(eq(templates.id, id));
}

/**
 * Indexes templates of older versions of the product, and those that were indexed by older rules; until then they are found by their names. Each in
 * a transaction of its own: several servers may do it at once, and one that is killed is followed by the next. One that cannot be indexed is told in
 * the log and keeps none of the others waiting. Answers how many it was.
 */
export async function indexOldTemplates(
  ctx: Pick<DomainContext, 'db' | 'log'>,
  signal = new AbortController().signal,
  size = 100,
): Promise<number> {
  let done = 0;
  let ids = await templatesToIndex(ctx.db, { version: wordsVersion, behind: 0, limit: size });
  while (ids.length > 0) {
    for (const id of ids) {
      if (signal.aborted) return done;
      try {
        if (await indexOld(ctx, id)) done += 1;
      } catch (error) {
        ctx.log.warn('A template was not indexed for searches.', { templateId: id, error });
      }
    }
    ids = await templatesToIndex(ctx.db, { version: wordsVersion, behind: ids.at(-1) ?? 0, limit: size });
  }
  return done;
}

/** Whether it was still to be done. */
function indexOld(ctx: Pick<DomainContext, 'db'>, id: number): Promise<boolean> {
  return inTransaction(ctx.db, async (tx) => {
    const [row] = await tx
      .select()
      .from(templates)
      .where(and(eq(templates.id, id), isNull(templates.deletedAt)))
      .for('update');
    if (row === undefined || row.wordsVersion === wordsVersion) return false;
    const topology = await readTopology(tx, await revisionId(tx, id, row.revision));
    await indexTemplate(tx, { id, description: row.description, topology });
    return true;
  });
}
