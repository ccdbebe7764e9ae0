import type { z } from 'zod';
import { AppError } from '#shared/errors';
import { planChaos, type ChaosLimits } from '#shared/links/chaos';
import { inOrder, secondsOf, type LinkStep } from '#shared/links/run';
import type {
  chaosLinksInput,
  LinkRun,
  RunKind,
  runOfSliceSchema,
  scheduleLinksInput,
  stopLinksInput,
} from '#shared/links/schema';
import { say, saidOf, together } from '#shared/sentence';
import { runningSliceStatuses } from '#shared/slice-status';
import type { Queryable, Transaction } from '#server/db/client';
import { databaseTime } from '#server/db/queries/leases';
import { insertLinkRun, linkRunOf, writeLinkRun, type LinkRunRow } from '#server/db/queries/link-runs';
import { loadSliceModel, type SliceModel } from '#server/db/queries/slice-model';
import { touchSlice } from '#server/db/queries/slices';
import { zoneById } from '#server/db/queries/zones';
import { iso } from '#server/db/rows';
import { inTransaction } from '#server/db/transaction';
import { insertEvents } from '#server/events/append';
import { recordAudit } from '../audit';
import type { Actor, DomainContext } from '../context';
import { askZone } from '../deployments/situation';
import { loadSlice, type SliceRow } from '../slices/access';
import { linksIn } from './links';

type RunOfSlice = z.infer<typeof runOfSliceSchema>;

function publicRun({ id, kind, status, restore, ...row }: LinkRunRow, now: Date): LinkRun {
  const { steps, outcomes, durationSeconds, startedAt, chaos } = row;
  return {
    ...{ id, kind, status, restore, durationSeconds, steps, outcomes },
    startedAt: iso(startedAt),
    elapsedMs: Math.max(0, now.getTime() - startedAt.getTime()),
    chaos: chaos === null ? null : limitsOf(chaos),
  };
}

const limitsOf = ({ edges: _edges, ...limits }: ChaosLimits) => limits;

async function runOf(q: Queryable, sliceId: number): Promise<RunOfSlice> {
  const row = await linkRunOf(q, sliceId);
  return { run: row === null ? null : publicRun(row, await databaseTime(q)) };
}

/** The slice's run of link changes that goes on, or its last one. NOT_FOUND. */
export async function getLinkRun(ctx: DomainContext, { actor, id }: { actor: Actor; id: number }): Promise<RunOfSlice> {
  return runOf(ctx.db, (await loadSlice(ctx.db, { actor, id })).id);
}

/**
 * Begins a run whose steps are given. INVALID_TRANSITION for a slice that does not run, SLICE_BUSY while another run goes on; INVALID_INPUT, on
 * its field, for a link that is not there, and for one that the zone cannot bend.
 */
export async function scheduleLinks(
  ctx: DomainContext,
  { actor, run: { id, restore, ...run } }: { actor: Actor; run: z.infer<typeof scheduleLinksInput> },
): Promise<RunOfSlice> {
  const bent = run.steps.findIndex(({ deed, link }) => deed === 'bend' && Object.keys(link ?? {}).length > 0);
  if (bent !== -1) await assertBends(ctx, { actor, id }, `steps.${bent}.link`);
  return begin(ctx, { actor, id, kind: 'sequence' }, (model) => {
    const there = new Set(model.edges.map(({ key }) => key));
    run.steps.forEach(({ edge }, index) => assertThere(there, edge, `steps.${index}.edge`));
    const steps = inOrder(run.steps);
    return { steps, restore, durationSeconds: run.durationSeconds ?? secondsOf(steps, restore), chaos: null };
  });
}

/** Begins a run in which links fail by chance, within limits; all are up at its end. Refused as of {@link scheduleLinks}, and where nothing would fail. */
export async function startChaos(
  ctx: DomainContext,
  { actor, chaos: { id, edges: chosen, ...limits } }: { actor: Actor; chaos: z.infer<typeof chaosLinksInput> },
): Promise<RunOfSlice> {
  return begin(ctx, { actor, id, kind: 'chaos' }, (model) => {
    const states = new Map(Object.entries(linksIn(model)));
    chosen?.forEach((edge, index) => assertThere(states, edge, `edges.${index}`));
    const edges = [...new Set(chosen ?? model.edges.map(({ key }) => key))].filter(
      (edge) => states.get(edge)?.down === false,
    );
    if (edges.length === 0) throw new AppError('INVALID_INPUT', say('LINKS_NONE'), { field: 'edges' });
    const chaos = { ...limits, edges };
    const steps = planChaos(chaos);
    if (steps.length === 0) throw new AppError('INVALID_INPUT', say('LINKS_QUIET'), { field: 'durationSeconds' });
    return { steps, restore: true, durationSeconds: limits.durationSeconds, chaos };
  });
}

/** Ends the slice's run now; what it has changed is put back, as it was begun or is said here. What has ended stays so. */
export async function stopLinks(
  ctx: DomainContext,
  { actor, id, restore }: { actor: Actor } & z.infer<typeof stopLinksInput>,
): Promise<RunOfSlice> {
  await inTransaction(ctx.db, async (tx) => {
    const slice = await loadSlice(tx, { actor, id, lock: true, need: 'manage' });
    const run = await linkRunOf(tx, id, { lock: true });
    if (run === null || run.status === 'ended') return;
    const kept = { status: 'ending', restore: restore ?? run.restore } as const;
    await writeLinkRun(tx, run, { ...kept, nextAt: await databaseTime(tx) });
    await insertEvents(tx, id, [runEvent(run, 'stopped')]);
    await recordAudit(tx, actor, {
      action: 'links.stop',
      objectType: 'slice',
      objectId: id,
      details: { name: slice.name, restore: kept.restore },
    });
  });
  ctx.bus.notify(id);
  return getLinkRun(ctx, { actor, id });
}

/** What the history says of a run, but for its steps. */
export function runEvent({ kind }: Pick<LinkRunRow, 'kind'>, what: 'begun' | 'stopped' | 'ended') {
  return { type: 'slice.links', what, kind, label: null, deed: null, error: null, sentences: null } as const;
}

interface Planned {
  steps: LinkStep[];
  restore: boolean;
  durationSeconds: number;
  chaos: ChaosLimits | null;
}

/** `plan`: the run's steps by what the slice's links are now. */
async function begin(
  ctx: DomainContext,
  { actor, id: sliceId, kind }: { actor: Actor; id: number; kind: RunKind },
  plan: (model: SliceModel) => Planned,
): Promise<RunOfSlice> {
  await inTransaction(ctx.db, async (tx) => {
    const slice = await loadSlice(tx, { actor, id: sliceId, lock: true, need: 'manage' });
    assertRuns(slice);
    await assertNoOther(tx, slice);
    const run = plan(await loadSliceModel(tx, sliceId));
    const startedAt = await databaseTime(tx);
    await insertLinkRun(tx, { sliceId, kind, ...run, outcomes: [], touched: {}, startedAt, nextAt: startedAt });
    await touchSlice(tx, sliceId);
    await insertEvents(tx, sliceId, [runEvent({ kind }, 'begun')]);
    const { chaos, durationSeconds, restore } = run;
    const details = { name: slice.name, durationSeconds, restore, steps: run.steps.length };
    await recordAudit(tx, actor, {
      action: kind === 'chaos' ? 'links.chaos' : 'links.schedule',
      objectType: 'slice',
      objectId: sliceId,
      details: chaos === null ? details : { ...details, seed: chaos.seed, links: chaos.edges.length },
    });
  });
  ctx.bus.notify(sliceId);
  return getLinkRun(ctx, { actor, id: sliceId });
}

function assertRuns({ name, status }: SliceRow): void {
  if (runningSliceStatuses.some((one) => one === status)) return;
  throw new AppError('INVALID_TRANSITION', say('LINKS_NOT_RUNNING', { name, status }), { params: { status } });
}

async function assertNoOther(tx: Transaction, { id, name }: SliceRow): Promise<void> {
  const run = await linkRunOf(tx, id, { lock: true });
  if (run !== null && run.status !== 'ended') throw new AppError('SLICE_BUSY', say('LINKS_CHANGING', { name }));
}

function assertThere(there: { has: (edge: string) => boolean }, edge: string, field: string): void {
  if (!there.has(edge)) throw new AppError('INVALID_INPUT', say('LINKS_NO_SUCH', { edge }), { field });
}

async function assertBends(ctx: DomainContext, { actor, id }: { actor: Actor; id: number }, field: string) {
  const zone = await zoneById(ctx.db, (await loadSlice(ctx.db, { actor, id, need: 'manage' })).zoneId);
  const able = zone === null ? undefined : (await askZone(ctx, zone)).description?.capabilities.impair;
  if (zone === null || able?.ok !== false) return;
  const why = able.reason === null ? say('REASON_UNKNOWN') : saidOf(able.reason, able.sentences);
  throw new AppError('INVALID_INPUT', together(say('LINKS_UNBENDABLE', { zone: zone.name }), why), { field });
}
