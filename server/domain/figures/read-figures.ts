import type { z } from 'zod';
import { can } from '#shared/auth';
import {
  figuresKept,
  mostVmsOfFigures,
  type FigureKind,
  type SliceFigures,
  type sliceFiguresInput,
  type VmFigures,
  type ZoneFigures,
  type zoneFiguresInput,
} from '#shared/figures';
import { scopesAllow } from '#shared/scopes';
import { vmNames } from '#server/db/queries/figures';
import { zoneById } from '#server/db/queries/zones';
import { iso } from '#server/db/rows';
import type { Actor, DomainContext } from '../context';
import { assertHere } from '../homes/provider-here';
import { loadSlice } from '../slices/access';
import { loadZone } from '../zones/zones';
import { measuringOf } from './measure';
import type { ZoneFigure } from './recorder';
import { secondsOf, seriesOf } from './series';

/** Of how many VMs a zone's figures say that they use most. */
const topVms = 10;

/**
 * What the VMs of a slice have used in the last hour, as far as this server has measured it: nothing of it outlives the server. That somebody looks has
 * traffic counted. NOT_FOUND; FIGURES_UNAVAILABLE, saying which server has them, ZONE_AWAY.
 */
export async function sliceFigures(
  ctx: DomainContext,
  { actor, query: { id, vmIds, points } }: { actor: Actor; query: z.infer<typeof sliceFiguresInput> },
): Promise<SliceFigures> {
  const slice = await loadSlice(ctx.db, { actor, id });
  await assertHere(ctx, await zoneById(ctx.db, slice.zoneId), 'figures');
  const { recorder, traffic } = measuringOf(ctx);
  if (slice.deletedAt === null && recorder.times !== null) traffic.look(id, recorder.times.last);
  const known = recorder.ofSlice(id);
  const wanted = vmIds === undefined ? known : known.filter((vmId) => vmIds.includes(vmId));
  const vms = wanted.slice(0, mostVmsOfFigures).map((vmId): VmFigures => {
    const of = (kind: FigureKind) => seriesOf(recorder.vm(vmId, kind), points);
    return { vmId, cpu: of('cpu'), memory: of('memory'), disk: of('disk'), traffic: of('traffic') };
  });
  return { ...timesOf(ctx, points), measured: known.length, vms };
}

/** The same of all VMs of a zone together, and of the machine that they are on. NOT_FOUND; refused as {@link sliceFigures} is. */
export async function zoneFigures(
  ctx: DomainContext,
  { actor, query: { id, points } }: { actor: Actor; query: z.infer<typeof zoneFiguresInput> },
): Promise<ZoneFigures> {
  await assertHere(ctx, await loadZone(ctx, ctx.db, id), 'figures');
  const { recorder } = measuringOf(ctx);
  const maySeeAll = can(actor.role, 'slices:see-all') && scopesAllow(actor.scopes, 'slices', 'read');
  const busiest = maySeeAll ? recorder.busiestOfZone(id, topVms) : [];
  const names = await vmNames(
    ctx.db,
    busiest.map(({ vmId }) => vmId),
  );
  const machine = recorder.machine(id);
  const of = (figure: ZoneFigure) => seriesOf(recorder.zone(id, figure), points);
  return {
    ...timesOf(ctx, points),
    cpu: of('cpu'),
    memory: of('memory'),
    vms: of('vms'),
    machine: machine && { ...machine, cpu: of('machineCpu'), memory: of('machineMemory') },
    top: !maySeeAll
      ? null
      : busiest.flatMap(({ vmId, cpu, memory }) => {
          const named = names.get(vmId);
          return named === undefined ? [] : [{ ...named, cpu, memory }];
        }),
  };
}

/** When series were measured: the clock of now, as long ago as another one says that nobody sets. */
function timesOf(ctx: DomainContext, points: number): Pick<SliceFigures, 'at' | 'since' | 'stepSeconds'> {
  const { times } = measuringOf(ctx).recorder;
  const now = ctx.clock.now().getTime();
  const timeOf = (ms: number) => iso(new Date(now - (performance.now() - ms)));
  return {
    at: times === null ? iso(new Date(now)) : timeOf(times.last),
    since: times === null ? null : timeOf(times.first),
    stepSeconds: secondsOf(figuresKept, points),
  };
}
