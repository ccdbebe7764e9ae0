import { figuresEverySeconds } from '#shared/figures';
import { linksOf } from '#server/db/queries/figures';
import { zonesByName, type ZoneRow } from '#server/db/queries/zones';
import { startBackgroundLoop } from '#server/lib/background-loop';
import type { Provider, VmUsage } from '#server/providers/provider';
import type { DomainContext } from '../context';
import { whatIsSaid } from '../errors';
import { serves } from '../homes/places';
import { FigureRecorder } from './recorder';
import { WatchedTraffic } from './watched-traffic';

interface Measuring {
  recorder: FigureRecorder;
  traffic: WatchedTraffic;
}

/** What each server of this process has measured. */
const measuring = new WeakMap<DomainContext['db'], Measuring>();

export function measuringOf({ db }: Pick<DomainContext, 'db'>): Measuring {
  const known = measuring.get(db) ?? { recorder: new FigureRecorder(), traffic: new WatchedTraffic() };
  measuring.set(db, known);
  return known;
}

/**
 * Measures once what all VMs of this server's zones use, and the machines that they run on. A zone that cannot be asked has a gap meanwhile.
 * @param now ms, by a clock that nobody sets
 */
export async function measureRound(ctx: DomainContext, now: number): Promise<void> {
  const { recorder, traffic } = measuringOf(ctx);
  recorder.begin(now);
  const zones = (await zonesByName(ctx.db)).filter((zone) => serves(ctx.home, zone));
  await Promise.all(zones.map((zone) => measureZone(ctx, zone, now)));
  // what is watched of a zone that is here no more is read by nobody
  for (const sliceId of traffic.sliceIds) if (!traffic.isWatched(sliceId, now)) await traffic.forget(sliceId);
}

async function measureZone(ctx: DomainContext, zone: ZoneRow, now: number): Promise<void> {
  const { recorder, traffic } = measuringOf(ctx);
  try {
    const provider = await ctx.providers.forZone(zone);
    const [usage, machine] = await Promise.all([provider.usage(), provider.machine()]);
    const readings = [];
    for (const [sliceId, vms] of usage) {
      if (vms.length === 0) continue;
      const isCounted = traffic.isWatched(sliceId, now) && vms.some(({ trafficBytes }) => trafficBytes === null);
      const passed = isCounted ? await trafficOfVms(ctx, provider, sliceId) : null;
      for (const vm of vms) readings.push({ sliceId, vmId: vm.vmId, reading: readingOf(vm, passed, now) });
    }
    recorder.record(zone.id, readings, machine && { ...machine, at: now });
  } catch (error) {
    // that a zone cannot be asked, those say who have to do something there; what nobody says is ours
    if (whatIsSaid(error) === null)
      ctx.log.warn('What VMs of a zone use was not measured.', { zoneId: zone.id, error });
  }
}

function readingOf(vm: VmUsage, passed: Map<number, number> | null, at: number) {
  const { vmId, run, cpuSeconds, memoryMb, diskBytes } = vm;
  const trafficBytes = vm.trafficBytes ?? passed?.get(vmId) ?? null;
  return { at, run, cpuSeconds, memoryMb, diskBytes, trafficBytes };
}

/** What has passed on all links of each VM of a slice, by the VMs' ids. */
async function trafficOfVms(ctx: DomainContext, provider: Provider, sliceId: number) {
  const passed = await measuringOf(ctx).traffic.read(provider, sliceId);
  if (passed === null) return null;
  const sums = new Map<number, number>();
  for (const { id, sourceVmId, targetVmId } of await linksOf(ctx.db, sliceId)) {
    const bytes = passed.get(id);
    if (bytes === undefined) continue;
    for (const vmId of [sourceVmId, targetVmId]) if (vmId !== null) sums.set(vmId, (sums.get(vmId) ?? 0) + bytes);
  }
  return sums;
}

/** Measures for as long as the server runs. Answers what stops it. */
export function startMeasuring(ctx: DomainContext, everyMs = figuresEverySeconds * 1000): () => Promise<void> {
  const stop = startBackgroundLoop({
    everyMs,
    atOnce: true,
    round: () => measureRound(ctx, performance.now()),
    onError: (error) => ctx.log.warn('What VMs use cannot be measured.', { error }),
    patienceMs: 1_000,
  });
  return async () => {
    await stop();
    const { traffic } = measuringOf(ctx);
    for (const sliceId of traffic.sliceIds) await traffic.forget(sliceId);
  };
}
