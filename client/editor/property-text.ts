import { topologyEdgeSchema, topologyVmSchema } from '#shared/topology/schema';
import { nicName } from '#shared/topology/nic-name';
import { withoutPrefix } from '#shared/topology/prefix';
import type { ExtraDisk } from '#shared/topology/disk';
import { formatDisk } from '../ui/format';
import { linkValueText } from './link-text';

/** `data 20 GiB, logs 5 GiB`; a dash where there are none. */
export function extraDisksText(disks: readonly ExtraDisk[], language: string): string {
  return disks.map(({ label, sizeGb }) => `${label} ${formatDisk(sizeGb, language)}`).join(', ') || '–';
}

/** A value of a property that is neither text nor number, in a sentence that says what it was and what it becomes; undefined for those that have no short words. */
export function propertyText(property: string, value: unknown, language: string): string | undefined {
  if (property === 'boot') return Array.isArray(value) ? value.join(', ') : '–';
  if (property === 'sourceNic' || property === 'targetNic') {
    const nic = topologyEdgeSchema.shape.sourceNic.safeParse(value ?? undefined).data;
    return nic && [nicName(nic.index), ...nic.addresses.map(withoutPrefix)].join(' ');
  }
  if (property !== 'disks') return linkValueText(property, value);
  const disks = topologyVmSchema.shape.disks.safeParse(value ?? undefined);
  return disks.success ? extraDisksText(disks.data, language) : undefined;
}
