import type { Found } from '../provider';
import type { Cloud } from './cloud';

/** As {@link namesOf} makes them, of whichever zone. */
const pattern = /^(trama-\d+-[a-z0-9]+)\.s(\d+)(?:\.|$)/;

/** What there is of slices in a zone's project, of all zones and installations whose it is; in three lists. */
export async function foundIn(cloud: Cloud): Promise<Found[]> {
  const { project } = await cloud.caller.grant();
  const ofProject = { project_id: project.id };
  const [servers, networks, ports] = await Promise.all([
    cloud.nova.servers([]),
    cloud.neutron.networks(ofProject),
    cloud.neutron.ports(ofProject),
  ]);
  const found = new Map<string, Found & { parts: NonNullable<Found['parts']> }>();
  for (const [kind, things] of Object.entries({ servers, networks, ports }) as [
    keyof NonNullable<Found['parts']>,
    readonly { name: string }[],
  ][])
    for (const thing of things) {
      const [, mark, digits] = pattern.exec(thing.name) ?? [];
      if (mark === undefined) continue;
      const sliceId = Number(digits);
      const name = `${mark}.s${sliceId}`;
      const known = found.get(name) ?? { name, mark, sliceId, parts: { servers: 0, networks: 0, ports: 0 } };
      known.parts[kind] += 1;
      found.set(name, known);
    }
  return [...found.values()].toSorted((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true }));
}
