import { and, eq, isNull } from 'drizzle-orm';
import type { z } from 'zod';
import { slices } from '#drizzle/schema/slices';
import { AppError } from '#shared/errors';
import type { createSliceInput, renameSliceInput, setRestartInput, Slice } from '#shared/slice';
import type { NewLease } from '#shared/lease';
import { say, type Said } from '#shared/sentence';
import { annotationsOf } from '#shared/topology/annotations';
import { allocateAddresses } from '#shared/topology/addresses';
import type { Resources } from '#shared/primitives';
import { extraDiskGb } from '#shared/topology/disk';
import type { Topology } from '#shared/topology/schema';
import { sizeOf } from '#shared/topology/size';
import type { Queryable, Transaction } from '#server/db/client';
import { duplicateIndex } from '#server/db/errors';
import { insertSliceParts, type SliceParts } from '#server/db/queries/slices';
import { catalogueOf, readTopology, revisionId } from '#server/db/queries/topologies';
import { countSlice, zoneById, type ZoneRow } from '#server/db/queries/zones';
import { inTransaction } from '#server/db/transaction';
import { appendEvents } from '#server/events/append';
import { recordAudit } from '../audit';
import type { Actor, DomainContext } from '../context';
import { hiddenImages } from '../images/visible';
import { firstLease, whyImpossibleIn } from '../leases/lease';
import { nameTakenBy } from '../names';
import { totalsOf } from '../quotas/problems';
import { assertWithinQuota, lockOwner } from '../quotas/quotas';
import { loadTemplate } from '../templates/access';
import { assertValid } from '../templates/write-templates';
import { isOffered } from '../zones/zones';
import { assertNotDestroyed, loadSlice } from './access';
import { assertFilled, filledDrawing, keepValues } from './parameter-values';
import { wholeSlice } from './read-slices';

const nameIndex = 'slices_owner_live_name_unique';

/** The zone; ZONE_UNAVAILABLE unless slices can be made in the zone. Whether it can run them now is for the plan to say. */
async function usableZone(ctx: DomainContext, q: Queryable, zoneId: number): Promise<ZoneRow> {
  const zone = await zoneById(q, zoneId);
  if (zone === null || !isOffered(ctx, zone))
    throw new AppError('ZONE_UNAVAILABLE', say('ZONE_NOT_THERE'), { field: 'zoneId' });
  if (!zone.enabled)
    throw new AppError('ZONE_UNAVAILABLE', say('ZONE_CLOSED', { zone: zone.name }), {
      field: 'zoneId',
      params: { name: zone.name },
    });
  return zone;
}

/** The slice that an earlier call with this key made; null if there was none. */
async function madeBefore(q: Queryable, actor: Actor, key: string | undefined): Promise<number | null> {
  if (key === undefined) return null;
  const [row] = await q
    .select({ id: slices.id })
    .from(slices)
    .where(and(eq(slices.ownerId, actor.userId), eq(slices.idempotencyKey, key)));
  return row?.id ?? null;
}

/** The parts of a slice, made from a drawing: with all its properties, the sizes of now, and addresses. */
export async function copyOfDrawing(q: Queryable, topology: Topology): Promise<SliceParts> {
  const catalogue = await catalogueOf(q, topology);
  const flavours = new Map(catalogue.flavours.map((flavour) => [flavour.id, flavour]));
  return partsOfDrawing(topology, (vm) => {
    const flavour = flavours.get(vm.flavourId);
    if (flavour === undefined) throw new Error(`There is no flavour ${vm.flavourId}`);
    return sizeOf(vm, flavour);
  });
}

/** As {@link copyOfDrawing}, with the sizes that are told. */
export function partsOfDrawing(topology: Topology, sizeIn: (vm: Topology['vms'][number]) => Resources): SliceParts {
  const addresses = allocateAddresses(topology);
  return {
    vms: topology.vms.map((vm) => {
      const { vcpus, ramMb, diskGb } = sizeIn(vm);
      const forwards = vm.forwards.map((forward) => ({ ...forward, hostAddress: null, hostPort: null }));
      return { ...vm, vcpus, ramMb, diskGb, extraDiskGb: extraDiskGb(vm.disks), forwards };
    }),
    networks: topology.networks.map(({ subnets: _subnets, ...network }) => ({
      ...network,
      subnet: addresses.networks.get(network.key) ?? '',
    })),
    edges: topology.edges.map(({ subnets: _subnets, sourceNic: _source, targetNic: _target, ...edge }) => {
      const place = addresses.edges.get(edge.key);
      if (place === undefined) throw new Error(`The edge ${edge.key} has no addresses`);
      return { ...edge, ...place };
    }),
    annotations: annotationsOf(topology),
  };
}

/** What a new slice is made of. */
interface Origin {
  zoneId: number;
  parts: SliceParts;
  row: Pick<typeof slices.$inferInsert, 'templateId' | 'templateRevision' | 'restartAfterReboot' | 'driftPolicy'>;
  audit: { action: string; details: Record<string, unknown> };
  /** What there is to be done besides, once its parts are there. */
  after?: (sliceId: number) => Promise<void>;
}

/**
 * Makes a slice of a template's current revision: a copy of the drawing, with addresses and with the flavours' sizes.
 * Nothing is deployed. VMs keep flavours and images that were retired since the template was saved, as an edit of the
 * template would. A repeat with the same `idempotencyKey` answers the slice that the first call made.
 * What the template asks for is filled in with `values`, which are kept, and what is drawn once for several is replicated.
 * NAME_TAKEN, ZONE_UNAVAILABLE, NOT_FOUND (the template), QUOTA_EXCEEDED; INVALID_INPUT for a lease or values that may not be.
 */
export async function createSlice(
  ctx: DomainContext,
  { actor, slice }: { actor: Actor; slice: z.infer<typeof createSliceInput> },
): Promise<Slice> {
  const { name, templateId, values = {}, zoneId, restartAfterReboot, lease, idempotencyKey } = slice;
  const secret = ctx.settings.jwtSecret;
  // asked before the transaction: a provider may take its time
  const impossible = lease?.atEnd === undefined ? null : await whyImpossibleIn(ctx, { zoneId, atEnd: lease.atEnd });
  return makeSlice(ctx, {
    ...{ actor, name, idempotencyKey },
    lease: { asked: lease, impossible },
    async origin(tx) {
      const { id, name: template, revision } = await loadTemplate(tx, { actor, id: templateId });
      const drawing = await readTopology(tx, await revisionId(tx, id, revision));
      const { topology, problems } = await filledDrawing(tx, { viewerId: actor.userId, drawing, values });
      assertFilled(problems);
      // of a template that is shared the images need not be
      assertValid(await hiddenImages(tx, { actor, topology }));
      return {
        zoneId,
        parts: await copyOfDrawing(tx, topology),
        row: { templateId, templateRevision: revision, restartAfterReboot },
        audit: { action: 'slices.create', details: { templateId, template, revision } },
        after: (sliceId) => keepValues(tx, { secret, sliceId, drawing, values }),
      };
    },
  });
}

/**
 * Makes a slice of what `origin` reads, as a draft. A repeat with the same `idempotencyKey` answers the slice that the first call made.
 * NAME_TAKEN, ZONE_UNAVAILABLE, QUOTA_EXCEEDED, and what `origin` rejects with.
 */
export async function makeSlice(
  ctx: DomainContext,
  options: {
    actor: Actor;
    name: string;
    idempotencyKey?: string | undefined;
    /** As it was asked for, and why the zone cannot do what that says. */
    lease?: { asked: NewLease | null | undefined; impossible: Said | null };
    origin: (tx: Transaction) => Promise<Origin>;
  },
): Promise<Slice> {
  const { actor, name, idempotencyKey, origin } = options;
  const make = async (tx: Transaction): Promise<{ whole: Slice; isNew: boolean }> => {
    // the quota's lock; and an account that was disabled meanwhile makes nothing more
    if (!(await lockOwner(tx, actor.userId))) throw new AppError('UNAUTHENTICATED', 'Sign in first.');
    const earlier = await madeBefore(tx, actor, idempotencyKey);
    if (earlier !== null) return { whole: await wholeSlice(tx, { actor, id: earlier }), isNew: false };
    const { zoneId, parts, row, audit, after } = await origin(tx);
    const zone = await usableZone(ctx, tx, zoneId);
    await assertWithinQuota(tx, actor.userId, {
      slices: 1,
      ...totalsOf(parts.vms.map((vm) => ({ ...vm, diskGb: vm.diskGb + vm.extraDiskGb }))),
    });
    const now = ctx.clock.now();
    const [{ insertId }] = await tx
      .insert(slices)
      .values({
        ...row,
        ownerId: actor.userId,
        zoneId,
        name,
        idempotencyKey: idempotencyKey ?? null,
        updatedAt: now,
      })
      .catch(nameTakenBy(nameIndex, 'slice', name));
    await insertSliceParts(tx, insertId, parts);
    await after?.(insertId);
    await appendEvents(tx, insertId, [{ type: 'slice.status', status: 'draft' }]);
    await firstLease(
      tx,
      { id: insertId, zoneId, ownerId: actor.userId, now },
      options.lease?.asked,
      options.lease?.impossible,
    );
    await recordAudit(tx, actor, {
      action: audit.action,
      objectType: 'slice',
      objectId: insertId,
      details: { name, ...audit.details, zoneId, zone: zone.name },
    });
    // last: whoever makes a slice in this zone waits for it
    await countSlice(tx, insertId, null);
    return { whole: await wholeSlice(tx, { actor, id: insertId }), isNew: true };
  };
  try {
    const { whole, isNew } = await inTransaction(ctx.db, make);
    if (isNew) ctx.bus.notify(whole.id);
    return whole;
  } catch (error) {
    // two of the same at once: the other one was faster, or its name was, which then is this one's
    const twin = duplicateIndex(error) === null ? null : await madeBefore(ctx.db, actor, idempotencyKey);
    if (twin === null) throw error;
    return inTransaction(ctx.db, (tx) => wholeSlice(tx, { actor, id: twin }));
  }
}

/**
 * Whether the slice's VMs come back by themselves after a restart of their machine: for its owner and administrators.
 * INVALID_TRANSITION for a slice that was destroyed.
 */
export async function setRestart(
  ctx: DomainContext,
  { actor, slice: { id, restartAfterReboot } }: { actor: Actor; slice: z.infer<typeof setRestartInput> },
): Promise<Slice> {
  const changed = await inTransaction(ctx.db, async (tx) => {
    const row = await loadSlice(tx, { actor, id, lock: true, need: 'manage' });
    assertNotDestroyed(row);
    if (row.restartAfterReboot !== restartAfterReboot) {
      await tx.update(slices).set({ restartAfterReboot, updatedAt: ctx.clock.now() }).where(eq(slices.id, id));
      await appendEvents(tx, id, [{ type: 'slice.changed', what: 'restart' }]);
      await recordAudit(tx, actor, {
        action: 'slices.set-restart',
        objectType: 'slice',
        objectId: id,
        details: { name: row.name, restartAfterReboot },
      });
    }
    return wholeSlice(tx, { actor, id });
  });
  ctx.bus.notify(id);
  return changed;
}

/** For its owner and administrators. NAME_TAKEN; INVALID_TRANSITION for a slice that was destroyed. */
export async function renameSlice(
  ctx: DomainContext,
  { actor, slice: { id, name } }: { actor: Actor; slice: z.infer<typeof renameSliceInput> },
): Promise<Slice> {
  const renamed = await inTransaction(ctx.db, async (tx) => {
    const row = await loadSlice(tx, { actor, id, lock: true, need: 'manage' });
    assertNotDestroyed(row, 'SLICE_NOT_RENAMABLE');
    if (row.name !== name) {
      await tx
        .update(slices)
        .set({ name, updatedAt: ctx.clock.now() })
        .where(and(eq(slices.id, id), isNull(slices.deletedAt)))
        .catch(nameTakenBy(nameIndex, 'slice', name));
      await appendEvents(tx, id, [{ type: 'slice.changed', what: 'name', name }]);
      await recordAudit(tx, actor, {
        action: 'slices.rename',
        objectType: 'slice',
        objectId: id,
        details: { from: row.name, to: name },
      });
    }
    return wholeSlice(tx, { actor, id });
  });
  ctx.bus.notify(id);
  return renamed;
}
