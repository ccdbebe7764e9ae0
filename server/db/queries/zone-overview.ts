import { getTableColumns, sql } from 'drizzle-orm';
import { availabilityZones } from '#drizzle/schema/catalogue';
import { homes } from '#drizzle/schema/homes';
import { slices, sliceVms, zoneSums } from '#drizzle/schema/slices';
import type { Resources } from '#shared/primitives';
import type { Queryable } from '#server/db/client';
import { number, preparedLists } from '../prepared';
import { homeFields, type HomeState } from './homes';
import { holding, type ZoneRow } from './zones';

/** What the slices of a zone take together: RAM in MiB, disk in GiB; its running VMs, and its live slices. */
export interface ZoneUse {
  allocated: Resources;
  runningVms: number;
  slices: number;
}

export interface ZoneOverview {
  zone: ZoneRow;
  home: HomeState | null;
  use: ZoneUse;
}

const fields = {
  zones: {
    ...getTableColumns(availabilityZones),
    place: number(sql`row_number() over (order by ${availabilityZones.sortKey}, ${availabilityZones.id})`),
  },
  homes: homeFields,
  sums: getTableColumns(zoneSums),
  running: { zoneId: slices.zoneId, vms: number(sql`count(*)`) },
};
const overviewOf = preparedLists<typeof fields, Record<string, never>>(fields, {
  zones: (list) => sql`select ${list} from ${availabilityZones}`,
  homes: (list) => sql`select ${list} from ${homes}`,
  sums: (list) => sql`select ${list} from ${zoneSums}`,
  running: (list) => sql`select ${list} from ${sliceVms} inner join ${slices} on ${slices.id} = ${sliceVms.sliceId}
    where ${sliceVms.status} = 'running' and ${holding} group by ${slices.zoneId}`,
});

/** All zones by name, each with its home and what is in use of it, in one statement. They are few. */
export async function zoneOverview(q: Queryable): Promise<ZoneOverview[]> {
  const rows = await overviewOf(q, {});
  const homeOf = new Map(rows.homes.map((home) => [home.id, home]));
  const sumsOf = new Map(rows.sums.map((sums) => [sums.zoneId, sums]));
  const runningIn = new Map(rows.running.map(({ zoneId, vms }) => [zoneId, vms]));
  return rows.zones
    .toSorted((a, b) => a.place - b.place)
    .map((zone) => {
      const { vcpus = 0, ramMb = 0, diskGb = 0, slices: live = 0 } = sumsOf.get(zone.id) ?? {};
      return {
        zone,
        home: zone.homeId === null ? null : (homeOf.get(zone.homeId) ?? null),
        use: {
          allocated: { vcpus, ramMb, diskGb },
          runningVms: runningIn.get(zone.id) ?? 0,
          slices: Math.max(0, live),
        },
      };
    });
}
