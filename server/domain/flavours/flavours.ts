import { and, eq, isNull } from 'drizzle-orm';
import type { z } from 'zod';
import { flavours } from '#drizzle/schema/catalogue';
import { AppError, notFound } from '#shared/errors';
import type { createFlavourInput, Flavour, flavourPage, listFlavoursInput, updateFlavourInput } from '#shared/flavour';
import { say } from '#shared/sentence';
import type { Queryable } from '#server/db/client';
import { page } from '#server/db/keyset';
import { flavourById, flavourRows, type FlavourRow } from '#server/db/queries/flavours';
import { usersOf } from '#server/db/queries/uses';
import { inTransaction } from '#server/db/transaction';
import { recordAudit } from '../audit';
import type { Actor, DomainContext } from '../context';
import { nameTakenBy, usersInWords } from '../names';

function publicFlavour(row: FlavourRow): Flavour {
  const { id, name, vcpus, ramMb, diskGb, retiredAt, createdAt, inUse } = row;
  return { id, name, vcpus, ramMb, diskGb, retiredAt, createdAt, inUse };
}

async function loadFlavour(q: Queryable, id: number): Promise<FlavourRow> {
  const row = await flavourById(q, id);
  if (row === null) throw notFound('flavour');
  return row;
}

/** Locks the row until the transaction ends: whoever takes this flavour for a VM meanwhile waits. */
async function lockFlavour(q: Queryable, id: number): Promise<typeof flavours.$inferSelect> {
  const [row] = await q.select().from(flavours).where(eq(flavours.id, id)).for('update');
  if (row === undefined) throw notFound('flavour');
  return row;
}

/** By name. Everyone sees the same ones. */
export async function listFlavours(
  ctx: DomainContext,
  { query }: { query: z.infer<typeof listFlavoursInput> },
): Promise<z.infer<typeof flavourPage>> {
  const rows = await flavourRows(ctx.db, query);
  return page(rows, query.limit, publicFlavour, (row) => [row.sortKey ?? row.name, row.id]);
}

/** NAME_TAKEN. */
export async function createFlavour(
  ctx: DomainContext,
  { actor, flavour }: { actor: Actor; flavour: z.infer<typeof createFlavourInput> },
): Promise<Flavour> {
  return inTransaction(ctx.db, async (tx) => {
    const [{ insertId }] = await tx
      .insert(flavours)
      .values(flavour)
      .catch(nameTakenBy('flavours_live_name_unique', 'flavour', flavour.name));
    await recordAudit(tx, actor, {
      action: 'flavours.create',
      objectType: 'flavour',
      objectId: insertId,
      details: flavour,
    });
    return publicFlavour(await loadFlavour(tx, insertId));
  });
}

/**
 * Changes name and size. Slices have copies of the size and keep theirs; templates follow. NAME_TAKEN, FLAVOUR_RETIRED.
 */
export async function updateFlavour(
  ctx: DomainContext,
  { actor, flavour: { id, ...values } }: { actor: Actor; flavour: z.infer<typeof updateFlavourInput> },
): Promise<Flavour> {
  return inTransaction(ctx.db, async (tx) => {
    const old = await lockFlavour(tx, id);
    if (old.retiredAt !== null) throw new AppError('FLAVOUR_RETIRED', say('RETIRED_UNCHANGEABLE', { name: old.name }));
    await tx
      .update(flavours)
      .set(values)
      .where(eq(flavours.id, id))
      .catch(nameTakenBy('flavours_live_name_unique', 'flavour', values.name));
    await recordAudit(tx, actor, {
      action: 'flavours.update',
      objectType: 'flavour',
      objectId: id,
      details: {
        from: { name: old.name, vcpus: old.vcpus, ramMb: old.ramMb, diskGb: old.diskGb },
        to: values,
      },
    });
    return publicFlavour(await loadFlavour(tx, id));
  });
}

/** No new VM can take it from now on; its name becomes free. FLAVOUR_IN_USE while VMs have it. Twice is once. */
export async function retireFlavour(ctx: DomainContext, { actor, id }: { actor: Actor; id: number }): Promise<Flavour> {
  return inTransaction(ctx.db, async (tx) => {
    const old = await lockFlavour(tx, id);
    if (old.retiredAt === null) {
      const users = await usersOf(tx, 'flavourId', id);
      if (users.templates + users.slices > 0)
        throw new AppError('FLAVOUR_IN_USE', `${old.name} is used by ${usersInWords(users)}.`, {
          params: { name: old.name, ...users },
        });
      await tx
        .update(flavours)
        .set({ retiredAt: ctx.clock.now() })
        .where(and(eq(flavours.id, id), isNull(flavours.retiredAt)));
      await recordAudit(tx, actor, {
        action: 'flavours.retire',
        objectType: 'flavour',
        objectId: id,
        details: { name: old.name },
      });
    }
    return publicFlavour(await loadFlavour(tx, id));
  });
}
