import { AppError, type Problem } from '#shared/errors';
import type { Resources } from '#shared/primitives';
import { exceeded, type Quota, type QuotaField, type QuotaUse } from '#shared/quota';

const words: Record<QuotaField, { what: string; unit: string }> = {
  slices: { what: 'slices', unit: '' },
  vms: { what: 'VMs', unit: '' },
  vcpus: { what: 'vCPUs', unit: '' },
  ramMb: { what: 'of RAM', unit: ' MiB' },
  diskGb: { what: 'of disk', unit: ' GiB' },
  runningVms: { what: 'running VMs', unit: '' },
  runningVcpus: { what: 'vCPUs of running VMs', unit: '' },
  runningRamMb: { what: 'of RAM of running VMs', unit: ' MiB' },
};

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
    const { what, unit } = words[field];
    const params = { field, used: quota.used[field], more: added[field] ?? 0, limit: quota.limits[field] ?? 0 };
    return {
      code: 'QUOTA_EXCEEDED',
      message: `The quota allows ${params.limit}${unit} ${what}: ${params.used}${unit} used, ${params.more}${unit} more needed.`,
      field,
      params,
    };
  });
}

/** QUOTA_EXCEEDED that names every quantity of {@link quotaProblems}; `params` are those of the first. */
export function quotaExceeded(problems: readonly Problem[]): AppError {
  const [first] = problems;
  return new AppError('QUOTA_EXCEEDED', problems.map(({ message }) => message).join(' '), {
    ...(first?.params === undefined ? {} : { params: first.params }),
    problems: [...problems],
  });
}
