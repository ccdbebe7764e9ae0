import { AppError, type Problem } from '#shared/errors';
import type { Resources } from '#shared/primitives';
import { countedFields, exceeded, type CountedField, type Quota, type QuotaUse } from '#shared/quota';
import { plain, say, together, told, type Said, type SentenceCode } from '#shared/sentence';

const words = {
  slices: 'QUOTA_SLICES',
  vms: 'QUOTA_VMS',
  vcpus: 'QUOTA_VCPUS',
  ramMb: 'QUOTA_RAM',
  diskGb: 'QUOTA_DISK',
  runningVms: 'QUOTA_RUNNING_VMS',
  runningVcpus: 'QUOTA_RUNNING_VCPUS',
  runningRamMb: 'QUOTA_RUNNING_RAM',
  snapshots: 'QUOTA_SNAPSHOTS',
  imageMb: 'QUOTA_IMAGES',
} as const satisfies Record<CountedField, SentenceCode>;

/** What VMs add to their owner's totals. */
export function totalsOf(vms: readonly Resources[]): Pick<QuotaUse, 'vms' | 'vcpus' | 'ramMb' | 'diskGb'> {
  const sum = { vms: vms.length, vcpus: 0, ramMb: 0, diskGb: 0 };
  for (const vm of vms) {
    sum.vcpus += vm.vcpus;
    sum.ramMb += vm.ramMb;
    sum.diskGb += vm.diskGb;
  }
  return sum;
}

/** What VMs add to what their owner runs, once they are asked to run. */
export function runningOf(vms: readonly Resources[]): Pick<QuotaUse, 'runningVms' | 'runningVcpus' | 'runningRamMb'> {
  const { vms: runningVms, vcpus: runningVcpus, ramMb: runningRamMb } = totalsOf(vms);
  return { runningVms, runningVcpus, runningRamMb };
}

/**
 * One problem for each quantity of which there would be more than the quota allows, were `added` added. `params`: field,
 * used, more (what is asked for) and limit. Pure.
 */
export function quotaProblems(quota: Quota, added: Partial<QuotaUse>): Problem[] {
  return exceeded(quota, added).map((field) => {
    const params = { field, used: quota.used[field], more: added[field] ?? 0, limit: quota.limits[field] ?? 0 };
    return {
      code: 'QUOTA_EXCEEDED',
      message: say(words[field], params).message,
      field,
      params,
    };
  });
}

function saidOfQuota({ message, field, params }: Problem): Said {
  const known = countedFields.find((name) => name === field);
  return known === undefined ? plain(message) : told([{ code: words[known], params }]);
}

/** QUOTA_EXCEEDED that names every quantity of {@link quotaProblems}; `params` are those of the first. */
export function quotaExceeded(problems: readonly Problem[]): AppError {
  const [first] = problems;
  return new AppError('QUOTA_EXCEEDED', together(...problems.map(saidOfQuota)), {
    ...(first?.params === undefined ? {} : { params: first.params }),
    problems: [...problems],
  });
}
