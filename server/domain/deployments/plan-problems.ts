import {
  canWaitForRoom,
  keepsWhatRuns,
  operationOf,
  passesWithRoom,
  refusal,
  removesSlice,
  type Refusal,
} from '#shared/deployment/operations';
import { refusalSentence } from '#shared/cloud-flavour-sentences';
import { chooseFlavour } from '#shared/cloud-flavours';
import { imageRefusal } from '#shared/cloud-images';
import { problemOf, type Problem } from '#shared/errors';
import type { Resources } from '#shared/primitives';
import type { QuotaUse } from '#shared/quota';
import { say, saidOf, together, told, type Said } from '#shared/sentence';
import type { VmStatus } from '#shared/slice-status';
import { sizeDenied } from '#shared/topology/size';
import type { Capability } from '#shared/zone';
import { fits } from '../line/order';
import { quotaProblems } from '../quotas/problems';
import { countedProblems } from './counted-room';
import { holdsNothing, type PlanInput, type PlanSnapshots, type PlanTopology, type PlanVm } from './plan-input';
import { subnetProblems } from './subnet-problems';

const resources = [
  { field: 'vcpus', name: 'vCPUs', unit: '' },
  { field: 'ramMb', name: 'RAM', unit: ' MiB' },
  { field: 'diskGb', name: 'disk', unit: ' GiB' },
] as const satisfies readonly { field: keyof Resources; name: string; unit: string }[];

/**
 * Every reason why the plan cannot run, together. Destroy needs nothing of the zone but to be there, so it has none of
 * the zone's, and nothing of the quota. `made` are the VMs that the plan would make or change, `started` those that it would run,
 * `added` what it takes of the owner's quota.
 */
export function planProblems(
  input: PlanInput,
  needs: Resources,
  made: readonly PlanVm[],
  started: readonly PlanVm[],
  added: QuotaUse | null,
): Problem[] {
  const target = input.topology.vms.find((vm) => vm.key === input.targetVm)?.id ?? null;
  const refused = refusal(input.kind, input.slice.status, input.underway, target);
  const problems: Problem[] = refused ? [refusalProblem(input, refused)] : [];
  if (removesSlice(input.kind)) return problems;
  // a snapshot starts nothing: what is there can be kept
  const { takesQuota, whole } = operationOf(input.kind);
  if (input.leaseEnded === true && takesQuota && whole !== 'snapshot')
    problems.push(problemOf('LEASE_ENDED', { code: 'LEASE_ENDED', params: { slice: input.slice.name } }, {}));
  if (input.line?.waits === true && operationOf(input.kind).changesTopology) {
    const params = { slice: input.slice.name, zone: input.zone.name };
    problems.push(problemOf('SLICE_IN_LINE', { code: 'SLICE_IN_LINE', params }, {}));
  }
  problems.push(...input.invalid);
  if (input.quota !== null && added !== null) problems.push(...quotaProblems(input.quota, added));
  problems.push(...zoneProblems(input, needs, started));
  problems.push(...countedProblems(input, made));
  problems.push(...vmProblems(input, made));
  problems.push(...networkProblems(input));
  problems.push(...rateProblems(input, made));
  problems.push(...edgeProblems(input));
  problems.push(...subnetProblems(input));
  problems.push(...lostDiskProblems(input, made));
  problems.push(...wholeProblems(input));
  return problems;
}

/** Whether a plan that cannot run lacks nothing but room, which its zone would have if it were empty. */
export function isLackOfRoom(
  { kind, slice, zone }: Pick<PlanInput, 'kind' | 'slice' | 'zone'>,
  needs: Resources,
  problems: readonly Problem[],
): boolean {
  if (!canWaitForRoom(kind) || problems.length === 0 || zone.capacity === null) return false;
  // what holds room already has its place
  if (!(holdsNothing as readonly string[]).includes(slice.status)) return false;
  return problems.every(passesWithRoom) && fits(needs, zone.capacity);
}

/** The sentence of a refusal by the guard. */
export function refusalProblem(input: Pick<PlanInput, 'kind' | 'slice'>, refused: Refusal): Problem {
  if (refused.code === 'SLICE_BUSY')
    return {
      code: 'SLICE_BUSY',
      message: `Another operation on slice ${input.slice.name} is under way. Wait for it, cancel it or destroy the slice.`,
      params: { slice: input.slice.name },
    };
  return {
    code: 'INVALID_TRANSITION',
    message: `A slice that is ${refused.status} cannot be taken through “${input.kind}”.`,
    params: { kind: input.kind, status: refused.status },
  };
}

/** What a zone has said of what it cannot do. */
const whyNot = ({ reason, sentences }: Capability): Said =>
  reason === null ? say('REASON_UNKNOWN') : saidOf(reason, sentences);

function zoneProblems({ zone, line }: PlanInput, needs: Resources, started: readonly PlanVm[]): Problem[] {
  const problems: Problem[] = [];
  const params = { zone: zone.name };
  const takes = resources.some(({ field }) => needs[field] > 0);
  if (takes && !zone.enabled)
    problems.push({ code: 'ZONE_DISABLED', message: `Zone ${zone.name} is closed for new slices.`, params });
  if (zone.unavailable !== null)
    problems.push({
      code: 'ZONE_UNAVAILABLE',
      message: together(say('ZONE_CANNOT_BE_REACHED', params), zone.unavailable).message,
      params,
      because: [...zone.unavailable.sentences],
    });
  if (zone.away) problems.push(zone.away);
  const run = zone.capabilities?.run;
  if (run && !run.ok && started.length > 0) {
    const why = whyNot(run);
    const message = together(say('ZONE_CANNOT_RUN_VMS', params), why).message;
    problems.push({ code: 'ZONE_CANNOT_RUN', message, params, because: [...why.sentences] });
  }
  if (takes && line?.isKept === true)
    problems.push(problemOf('ROOM_KEPT', { code: 'ROOM_KEPT', params: { zone: zone.name } }, {}));
  if (zone.free) {
    for (const { field, name, unit } of resources) {
      const lacking = needs[field] - zone.free[field];
      if (lacking > 0)
        problems.push({
          code: 'NO_CAPACITY',
          message:
            `Not enough ${name} in zone ${zone.name}: the slice needs ${needs[field]}${unit}, ` +
            `${zone.free[field]}${unit} is free, ${lacking}${unit} is lacking.`,
          field,
          params: { zone: zone.name, resource: field, needs: needs[field], free: zone.free[field], lacking },
        });
    }
  }
  return problems;
}

/** Statuses of VMs whose memory nobody can ask for. */
export const unkeepable = ['paused', 'failed', 'notResponding'] as const satisfies readonly VmStatus[];

/** What keeps a slice from being suspended, kept or restored: on the VM that it is about. */
function wholeProblems({ kind, zone, topology, observation, snapshots, room }: PlanInput): Problem[] {
  const { whole } = operationOf(kind);
  if (!keepsWhatRuns(kind)) return [];
  const problems: Problem[] = [];
  if (room != null && room.freeMb !== null && room.needsMb > room.freeMb) {
    const params = { needs: room.needsMb, free: room.freeMb };
    problems.push(problemOf('KEEP_NO_ROOM', { code: 'KEEP_NO_ROOM', params }, {}));
  }
  const status = new Map(observation?.vms.map((vm) => [vm.id, vm.status]));
  const able = zone.capabilities?.[whole === 'suspend' ? 'suspend' : 'snapshot'];
  for (const { id, key, name } of topology.vms) {
    const now = status.get(id);
    const place = { vm: name, zone: zone.name };
    if (able?.ok === false && (whole !== 'suspend' || now !== undefined)) {
      const why = whyNot(able);
      const code = whole === 'suspend' ? 'SUSPEND_UNSUPPORTED' : 'SNAPSHOT_UNSUPPORTED';
      const { message, sentences } = together(say(code, place), why);
      problems.push({
        code,
        message,
        node: key,
        params: place,
        sentences: [...sentences],
        because: [...why.sentences],
      });
    }
    if (
      whole !== 'restore' &&
      (unkeepable as readonly unknown[]).includes(now) &&
      (whole !== 'snapshot' || now !== 'failed')
    )
      problems.push(problemOf('VM_NOT_KEEPABLE', { code: 'VM_NOT_KEEPABLE', params: { vm: name } }, { node: key }));
  }
  return [...problems, ...restoreProblems(topology, snapshots?.restored ?? null)];
}

/** Only a slice of the same VMs and networks can go back to a snapshot, and only to images that are still there. */
function restoreProblems({ vms, networks }: PlanTopology, restored: PlanSnapshots['restored']): Problem[] {
  if (restored === null) return [];
  const { name: snapshot, content, imagesGone } = restored;
  const problems: Problem[] = [];
  const then = new Map(content.vms.map((vm) => [vm.id, vm]));
  const now = new Set(vms.map(({ id }) => id));
  for (const { id, key, name } of vms) {
    const before = then.get(id);
    const params = { vm: name, snapshot };
    if (before === undefined)
      problems.push(problemOf('SNAPSHOT_VM_NEWER', { code: 'SNAPSHOT_VM_NEWER', params }, { node: key }));
    else if (imagesGone.has(before.image.id)) {
      const gone = { code: 'SNAPSHOT_IMAGE_GONE', params: { ...params, image: before.image.name } } as const;
      problems.push(problemOf('SNAPSHOT_IMAGE_GONE', gone, { node: key, field: 'imageId' }));
    }
  }
  for (const { id, name } of content.vms)
    if (!now.has(id))
      problems.push(problemOf('SNAPSHOT_VM_GONE', { code: 'SNAPSHOT_VM_GONE', params: { vm: name, snapshot } }, {}));
  const known = new Set(networks.map(({ id }) => id));
  if (content.networks.some((id) => !known.has(id)))
    problems.push(problemOf('SNAPSHOT_NETWORK_GONE', { code: 'SNAPSHOT_NETWORK_GONE', params: { snapshot } }, {}));
  return problems;
}

/** What a VM that is made was to begin with went with its snapshot. */
function lostDiskProblems({ lostDisks, observation }: PlanInput, made: readonly PlanVm[]): Problem[] {
  const there = new Set(observation?.vms.map(({ id }) => id));
  return made
    .filter(({ id }) => lostDisks?.has(id) === true && !there.has(id))
    .map(({ key, name }) =>
      problemOf('FIRST_DISK_GONE', { code: 'FIRST_DISK_GONE', params: { vm: name } }, { node: key }),
    );
}

/** What networks ask for that the zone cannot give. */
function networkProblems({ kind, zone, topology }: PlanInput): Problem[] {
  const can = zone.capabilities;
  if (can === null || operationOf(kind).builds !== 'everything') return [];
  return topology.networks.flatMap(({ key, name: network, needs }) =>
    needs.flatMap(({ property: field, capability, code, words }): Problem[] => {
      const able: Capability | undefined = can[capability];
      if (able?.ok !== false) return [];
      const why = whyNot(able);
      const message = `Network ${network} asks for ${words}, which zone ${zone.name} cannot give: ${why.message}`;
      return [{ code, message, node: key, field, params: { network, zone: zone.name }, because: [...why.sentences] }];
    }),
  );
}

/** VMs whose way to the internet their owner's quota slows down, in a zone that cannot. */
function rateProblems({ zone, quota }: PlanInput, made: readonly PlanVm[]): Problem[] {
  const kbps = quota?.limits.internetKbps ?? null;
  // not told by a server of an older version
  const able: Capability | undefined = zone.capabilities?.internetRate;
  if (kbps === null || able?.ok !== false || zone.capabilities?.internet.ok !== true) return [];
  const why = whyNot(able);
  return made.flatMap(({ key, name, needs }): Problem[] => {
    const property = needs.find(({ capability }) => capability === 'internet')?.property;
    if (property === undefined) return [];
    const params = { vm: name, zone: zone.name, kbps };
    const { message, sentences } = together(say('INTERNET_RATE_UNSUPPORTED', params), why);
    const place = { node: key, field: property, params };
    return [{ code: 'INTERNET_RATE_UNSUPPORTED', message, ...place, sentences: [...sentences] }];
  });
}

/** What edges ask for that the zone cannot give. */
function edgeProblems({ kind, zone, topology }: PlanInput): Problem[] {
  const can = zone.capabilities;
  if (can === null || operationOf(kind).builds !== 'everything') return [];
  const names = new Map([...topology.networks, ...topology.vms].map(({ key, name }) => [key, name]));
  return topology.edges.flatMap(({ key, source, target, needs }) =>
    needs.flatMap(({ property: field, capability, code, words }): Problem[] => {
      const able: Capability | undefined = can[capability];
      if (able?.ok !== false) return [];
      const why = whyNot(able);
      const link = `${names.get(source) ?? source}–${names.get(target) ?? target}`;
      const message = `Link ${link} asks for ${words}, which zone ${zone.name} cannot give: ${why.message}`;
      return [{ code, message, edge: key, field, params: { link, zone: zone.name }, because: [...why.sentences] }];
    }),
  );
}

/** Where it is said how much a VM has of something. */
function sizeField({ ownSize }: PlanVm, resource: keyof Resources): 'ownSize' | 'flavourId' {
  return resource !== 'diskGb' && ownSize?.[resource] !== undefined ? 'ownSize' : 'flavourId';
}

function vmProblems({ zone, sizesDenied }: PlanInput, made: readonly PlanVm[]): Problem[] {
  const problems: Problem[] = [];
  const can = zone.capabilities;
  for (const vm of made) {
    if (sizesDenied === true && vm.ownSize !== undefined) problems.push(sizeDenied(vm));
    const problem = (
      code: string,
      message: string,
      field: string,
      extra: Record<string, string | number> = {},
      why?: Said,
    ) => {
      const params = { vm: vm.name, zone: zone.name, ...extra };
      const because = why === undefined ? {} : { because: [...why.sentences] };
      problems.push({ code, message, node: vm.key, field, params, ...because });
    };
    for (const { property, capability, code, words } of can ? vm.needs : []) {
      const able = can?.[capability];
      if (able?.ok === false)
        problem(
          code,
          `VM ${vm.name} asks for ${words}, which zone ${zone.name} cannot give: ${whyNot(able).message}`,
          property,
          {},
          whyNot(able),
        );
    }
    if (can && vm.image.kind === 'disk' && !can.disks.ok)
      problem(
        'DISKS_UNSUPPORTED',
        `VM ${vm.name} boots from a disk image, which zone ${zone.name} cannot run: ${whyNot(can.disks).message}`,
        'imageId',
        {},
        whyNot(can.disks),
      );
    const unbuildable = unbuildableIn(zone, vm.image);
    if (unbuildable !== undefined) {
      const { image } = vm;
      const place = { vm: vm.name, zone: zone.name, image: image.name };
      const message = together(say('IMAGE_UNBUILDABLE', place), unbuildable).message;
      problem('IMAGE_UNBUILDABLE', message, 'imageId', { image: image.name }, unbuildable);
    }
    const known = problems.length;
    for (const { field, name, unit } of zone.vmLimits ? resources : []) {
      // a kernel image has no disk
      if (zone.vmLimits === null || (field === 'diskGb' && vm.image.kind === 'kernel')) continue;
      const { min, max } = zone.vmLimits[field];
      const has = field === 'diskGb' ? vm.bootDiskGb : vm[field];
      if (has < min || has > max)
        problem(
          'VM_OUT_OF_RANGE',
          `VM ${vm.name} has ${unit === '' ? `${has} ${name}` : `${has}${unit} of ${name}`}; zone ${zone.name} runs VMs with ${min}${unit} to ${max}${unit}.`,
          sizeField(vm, field),
          { resource: field, has, min, max },
        );
    }
    // what is out of range has been said
    if (problems.length === known) problems.push(...flavourProblems(zone, vm));
    if (zone.vmLimits && vm.nics > zone.vmLimits.nics)
      problem(
        'VM_TOO_MANY_NICS',
        `VM ${vm.name} needs ${vm.nics} NICs; a VM of zone ${zone.name} has at most ${zone.vmLimits.nics}.`,
        'edges',
        { needs: vm.nics, max: zone.vmLimits.nics },
      );
    if (vm.ramMb < vm.image.minRamMb)
      problem(
        'IMAGE_NEEDS_RAM',
        `VM ${vm.name} has ${vm.ramMb} MiB of RAM, but image ${vm.image.name} needs ${vm.image.minRamMb} MiB.`,
        sizeField(vm, 'ramMb'),
        { image: vm.image.name, needs: vm.image.minRamMb, has: vm.ramMb },
      );
    if (vm.bootDiskGb < vm.image.minDiskGb)
      problem(
        'IMAGE_NEEDS_DISK',
        `VM ${vm.name} has ${vm.bootDiskGb} GiB of disk, but image ${vm.image.name} needs ${vm.image.minDiskGb} GiB.`,
        'flavourId',
        { image: vm.image.name, needs: vm.image.minDiskGb, has: vm.bootDiskGb },
      );
  }
  return problems;
}

/** Why a zone cannot make an image: as it is there now where that is told, else what was found out last. */
function unbuildableIn({ images, unbuildable }: PlanInput['zone'], image: PlanVm['image']): Said | undefined {
  if (images === undefined) return unbuildable?.get(image.id);
  const refused = imageRefusal(images, image);
  return refused === null ? undefined : told([refused]);
}

/** Of a zone that has VMs in some sizes only: that it has none for this one. */
function flavourProblems({ flavours }: PlanInput['zone'], vm: PlanVm): Problem[] {
  if (flavours === undefined) return [];
  const { vcpus, ramMb, flavourId, image } = vm;
  // a kernel image has no disk
  const diskGb = image.kind === 'kernel' ? 0 : vm.bootDiskGb;
  const choice = chooseFlavour(flavours, { vcpus, ramMb, diskGb, flavourId });
  if (!('refused' in choice)) return [];
  const field = vm.ownSize === undefined ? 'flavourId' : 'ownSize';
  return [problemOf('VM_NO_FLAVOUR', refusalSentence(vm.name, choice.refused), { node: vm.key, field })];
}
