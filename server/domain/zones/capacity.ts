import type { Resources } from '#shared/primitives';
import type { ZoneRow } from '#server/db/queries/zones';
import { isLocal } from '../homes/places';

/**
 * What a zone may promise: the admin's limit, else what was measured, times the overcommit. Null while a part is unknown. A cloud's quotas are promised once:
 * how often its hosts are, it decides itself.
 */
export function capacityOf(zone: ZoneRow, physical: Resources | null): Resources | null {
  const promise = (limit: number | null, measured: number | undefined, factor: number) => {
    const base = limit ?? measured;
    return base === undefined ? null : Math.floor(base * (isLocal(zone.provider) ? factor : 1));
  };
  const vcpus = promise(zone.limitVcpus, physical?.vcpus, zone.overcommit.vcpus);
  const ramMb = promise(zone.limitRamMb, physical?.ramMb, zone.overcommit.ram);
  const diskGb = promise(zone.limitDiskGb, physical?.diskGb, zone.overcommit.disk);
  return vcpus === null || ramMb === null || diskGb === null ? null : { vcpus, ramMb, diskGb };
}

/** What is left of `capacity`, never below 0: an admin may lower a limit below what is in use. */
export function freeOf(capacity: Resources | null, allocated: Resources): Resources | null {
  if (capacity === null) return null;
  return {
    vcpus: Math.max(0, capacity.vcpus - allocated.vcpus),
    ramMb: Math.max(0, capacity.ramMb - allocated.ramMb),
    diskGb: Math.max(0, capacity.diskGb - allocated.diskGb),
  };
}
