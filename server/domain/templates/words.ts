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
 * Names of flavours and images are those of the time at which it was saved. Pure.
 */
function wordsOfTemplate({
  description,
  topology,
  catalogue,
}: {
  description: string;
  topology: Topology;
  catalogue: Catalogue;
}): string[] {
  const { vms, networks, edges } = topology;
  const used = {
    flavours: new Set(vms.map(({ flavourId }) => flavourId)),
    images: new Set(vms.map(({ imageId }) => imageId)),
  };
  const texts = [
    description,
    ...annotationsOf(topology).map((one) => (one.kind === 'shape' ? '' : one.kind === 'group' ? one.name : one.text)),
    ...catalogue.images.filter(({ id }) => used.images.has(id)).map(({ name }) => name),
    ...catalogue.flavours.filter(({ id }) => used.flavours.has(id)).map(({ name }) => name),
    ...networks.flatMap(({ name, ownSubnet }) => [name, ownSubnet ?? '']),
    ...vms.flatMap(({ name, label, hostname, icon }) => [name, label, hostname, icon ?? '']),
    ...edges.map(({ ownSubnet }) => ownSubnet ?? ''),
  ];
  return wordsIn(texts.join('\n'), limits.wordsPerTemplate);
}

/** Keeps what the template is found by, in the transaction that has changed it and holds its row. */
export async function indexTemplate(
  tx: Transaction,
  template: { id: number; description: string; topology: Topology; catalogue?: Catalogue },
): Promise<void> {
  const catalogue = template.catalogue ?? (await catalogueOf(tx, template.topology));
  await replaceWords(tx, template.id, wordsOfTemplate({ ...template, catalogue }));
  await tx.update(templates).set({ wordsVersion }).where(eq(templates.id, template.id));
}

/**
 * Indexes templates of older versions of the product, and those that were indexed by older rules; until then they are found by their names. Each in
 * a transaction of its own: several servers may do it at once, and one that is killed is followed by the next. Answers how many it was.
 */
export async function indexOldTemplates(
  ctx: Pick<DomainContext, 'db'>,
  signal = new AbortController().signal,
  size = 100,
): Promise<number> {
  for (let done = 0; ;) {
    const ids = await templatesToIndex(ctx.db, wordsVersion, size);
    if (ids.length === 0) return done;
    for (const id of ids) {
      if (signal.aborted) return done;
      await inTransaction(ctx.db, async (tx) => {
        const [row] = await tx
          .select()
          .from(templates)
          .where(and(eq(templates.id, id), isNull(templates.deletedAt)))
          .for('update');
        if (row === undefined || row.wordsVersion === wordsVersion) return;
        const topology = await readTopology(tx, await revisionId(tx, id, row.revision));
        await indexTemplate(tx, { id, description: row.description, topology });
      });
      done += 1;
    }
  }
}
