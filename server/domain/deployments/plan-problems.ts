import { operationOf, refusal, removesSlice, type Refusal } from '#shared/deployment/operations';
import { problemOf, type Problem } from '#shared/errors';
import type { Resources } from '#shared/primitives';
import type { QuotaUse } from '#shared/quota';
import { say, saidOf, together, type Said } from '#shared/sentence';
import type { Capability } from '#shared/zone';
import { quotaProblems } from '../quotas/problems';
import type { PlanInput, PlanVm } from './plan-input';

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
  if (input.leaseEnded === true && operationOf(input.kind).takesQuota)
    problems.push(problemOf('LEASE_ENDED', { code: 'LEASE_ENDED', params: { slice: input.slice.name } }, {}));
  problems.push(...input.invalid);
  if (input.quota !== null && added !== null) problems.push(...quotaProblems(input.quota, added));
  problems.push(...zoneProblems(input, needs, started));
  problems.push(...vmProblems(input, made));
  return problems;
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

function zoneProblems({ zone }: PlanInput, needs: Resources, started: readonly PlanVm[]): Problem[] {
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

function vmProblems({ zone }: PlanInput, made: readonly PlanVm[]): Problem[] {
  const problems: Problem[] = [];
  const can = zone.capabilities;
  for (const vm of made) {
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
    for (const { field, name, unit } of zone.vmLimits ? resources : []) {
      // a kernel image has no disk
      if (zone.vmLimits === null || (field === 'diskGb' && vm.image.kind === 'kernel')) continue;
      const { min, max } = zone.vmLimits[field];
      if (vm[field] < min || vm[field] > max)
        problem(
          'VM_OUT_OF_RANGE',
          `VM ${vm.name} has ${unit === '' ? `${vm[field]} ${name}` : `${vm[field]}${unit} of ${name}`}; zone ${zone.name} runs VMs with ${min}${unit} to ${max}${unit}.`,
          'flavourId',
          { resource: field, has: vm[field], min, max },
        );
    }
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
        'flavourId',
        { image: vm.image.name, needs: vm.image.minRamMb, has: vm.ramMb },
      );
    if (vm.diskGb < vm.image.minDiskGb)
      problem(
        'IMAGE_NEEDS_DISK',
        `VM ${vm.name} has ${vm.diskGb} GiB of disk, but image ${vm.image.name} needs ${vm.image.minDiskGb} GiB.`,
        'flavourId',
        { image: vm.image.name, needs: vm.image.minDiskGb, has: vm.diskGb },
      );
  }
  return problems;
}
