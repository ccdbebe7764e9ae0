import type { CountedField } from '#shared/quota';
import { formatCount, formatDisk, formatRam } from '../ui/format';

/** How to write an amount of each, in the order in which they are shown. */
const formats: Record<CountedField, (amount: number, language: string) => string> = {
  slices: formatCount,
  vms: formatCount,
  vcpus: formatCount,
  ramMb: formatRam,
  diskGb: formatDisk,
  runningVms: formatCount,
  runningVcpus: formatCount,
  runningRamMb: formatRam,
  snapshots: formatCount,
  imageMb: formatRam,
};

export const quotaGroups = {
  total: ['slices', 'vms', 'vcpus', 'ramMb', 'diskGb', 'snapshots', 'imageMb'],
  running: ['runningVms', 'runningVcpus', 'runningRamMb'],
} as const satisfies Record<string, readonly CountedField[]>;

/** `12`, `1.5 GiB`: an amount of what the field counts. */
export function formatQuota(field: CountedField, amount: number, language: string): string {
  return formats[field](amount, language);
}

/** The field of that name, or null: names come from servers that may be newer. */
export function quotaFieldOf(name: unknown): CountedField | null {
  // not the tuple of `shared`, which would bring the schemas into the first load
  for (const fields of Object.values(quotaGroups)) for (const field of fields) if (field === name) return field;
  return null;
}
