import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Applied, Change } from '#shared/deployment/applied';
import { canonical, propertiesOf, withoutDefaults, type Effect, type PartSchema } from '#shared/topology/properties';
import { lostDisks } from '#shared/topology/disk';
import { topologyParts } from '#shared/topology/schema';
import type { EdgeSpec, ImageSpec, NetworkSpec, NicSpec, VmSpec } from './provider';

/*
 * What counts as applied of a spec. One rule for planner and providers, so that what the one wants and the other has done can
 * be compared. In it are the stated properties of each part (`shared/topology/schema.ts`) that have an effect, and of VMs and
 * edges what the rows say besides. Not in it: ids, and what follows from them (uuid, MACs that nobody has chosen); the names of networks and images, which no
 * guest is told; the NICs of a VM, which are their edges'; its neighbours' names, which it is told by `tellNames` and at its next
 * start. A VM's image is its id: who edits an image in the catalogue changes nothing that exists.
 */

/** In front of every digest. A digest of another version says nothing about a difference. */
const version = 1;

/** As much of a VM's spec as is its own. */
export type VmDefinition = Pick<VmSpec, 'name' | 'vcpus' | 'ramMb' | 'diskGb'> & {
  image: Pick<ImageSpec, 'id' | 'kind'>;
};

export function appliedVm(spec: VmDefinition, parts = topologyParts): Applied {
  const { name, vcpus, ramMb, diskGb, image } = spec;
  // a kernel image has no disk
  const disk = image.kind === 'disk' ? { diskGb } : {};
  return applied('vm', { name, vcpus, ramMb, ...disk, image: { id: image.id, kind: image.kind } }, parts.vm, spec);
}

export function appliedNetwork(spec: NetworkSpec, parts = topologyParts): Applied {
  return applied('network', {}, parts.network, spec);
}

export function appliedEdge(spec: EdgeSpec, parts = topologyParts): Applied {
  const { source, target } = spec;
  const far = 'vmId' in target ? { vmId: target.vmId } : { networkId: target.networkId };
  const farNic = 'vmId' in target ? farNicOf(target.nic) : {};
  const own = {
    between: [{ vmId: source.vmId }, far],
    sourceNic: source.nic.index,
    sourceAddress: source.nic.address,
    ...(source.nic.address6 !== undefined && { sourceAddress6: source.nic.address6 }),
    ...(source.nic.mtu !== undefined && { mtu: source.nic.mtu }),
    ...(source.nic.dhcp === true && { dhcp: true }),
    ...farNic,
  };
  return applied('edge', own, parts.edge, spec);
}

const farNicOf = ({ index, address, address6 }: NicSpec) => ({
  targetNic: index,
  targetAddress: address,
  ...(address6 !== undefined && { targetAddress6: address6 }),
});

function applied(kind: string, own: Record<string, unknown>, part: PartSchema, spec: object): Applied {
  const stated = propertiesOf(part).flatMap(({ name, facts }) =>
    facts.effect === 'none' || facts.ofNics === true ? [] : [name],
  );
  // what is at its default is left out, so that a property which is stated later makes no difference by itself
  const set = Object.entries(withoutDefaults(part, spec)).filter(([name]) => stated.includes(name));
  const properties = { ...own, ...Object.fromEntries(set) };
  const hash = createHash('sha256')
    .update(canonical([kind, properties]))
    .digest('hex');
  return { digest: `${version}:${hash.slice(0, 32)}`, properties };
}

type Rule = Effect | ((from: unknown, to: unknown) => Effect);

/** How changes of what the rows say besides the stated properties take effect. */
const ownRules: Record<keyof typeof topologyParts, Record<string, Rule>> = {
  vm: {
    name: 'restart',
    vcpus: 'restart',
    ramMb: 'restart',
    // a disk can grow under its file system, not shrink
    diskGb: (from, to) => (typeof from === 'number' && typeof to === 'number' && to > from ? 'restart' : 'recreate'),
    // a kernel is read at each start, a disk was made from its image
    image: (from, to) => (isKernel(from) && isKernel(to) ? 'restart' : 'recreate'),
  },
  network: {},
  edge: {
    between: 'recreate',
    sourceNic: 'restart',
    sourceAddress: 'restart',
    targetNic: 'restart',
    targetAddress: 'restart',
    sourceAddress6: 'restart',
    targetAddress6: 'restart',
    mtu: 'restart',
    // only told, at the guest's next start
    dhcp: 'live',
  },
};

function isKernel(image: unknown): boolean {
  return typeof image === 'object' && image !== null && 'kind' in image && image.kind === 'kernel';
}

/**
 * Property by property, how what is wanted differs from what was applied. Nothing where what was applied is not known, or was
 * written down by another version's rule; properties that this version does not know are passed over.
 */
export function changesOf(
  kind: keyof typeof topologyParts,
  before: Applied | null,
  wanted: Applied,
  parts = topologyParts,
): Change[] {
  if (before === null || before.digest === wanted.digest || versionOf(before) !== versionOf(wanted)) return [];
  const stated = propertiesOf(parts[kind]).map(({ name, facts }): [string, Rule] => [name, facts.effect]);
  const rules = new Map<string, Rule>([...Object.entries(ownRules[kind]), ...stated]);
  return [...rules].flatMap(([property, rule]): Change[] => {
    const from = before.properties[property] ?? null;
    const to = wanted.properties[property] ?? null;
    const effect = typeof rule === 'function' ? rule(from, to) : rule;
    if (effect === 'none' || canonical(from) === canonical(to)) return [];
    return [{ property, effect, from: valueOf(before, property), to: valueOf(wanted, property) }];
  });
}

/** The value of a property as JSON; null where it is not set, or as by default. */
export function valueOf({ properties }: Applied, property: string): string | null {
  const value = properties[property] ?? null;
  return value === null ? null : canonical(value);
}

const versionOf = ({ digest }: Applied) => digest.slice(0, digest.indexOf(':'));

/**
 * The spec that a VM which is as `before` can be given now: that which is wanted, but for what `allowed` does not let be
 * changed, which stays. What takes effect live is always allowed; a change of extra disks by which data are lost takes what a re-creation takes.
 */
export function applicable(
  before: VmSpec,
  wanted: VmSpec,
  allowed: { restart: boolean; recreate: boolean },
  parts = topologyParts,
): VmSpec {
  const values = new Map<string, unknown>(Object.entries(before));
  const kept = changesOf('vm', appliedVm(before, parts), appliedVm(wanted, parts), parts)
    .filter(
      (change) => change.effect !== 'live' && !(allowed[change.effect] && (allowed.recreate || !dropsDisk(change))),
    )
    .map(({ property }): [string, unknown] => [property, values.get(property)]);
  return { ...wanted, ...Object.fromEntries(kept) };
}

/** Whether anything of it has to be made anew, with the disk that it boots; its extra disks stay. */
export function recreates(changes: readonly Change[]): boolean {
  return changes.some(({ effect }) => effect === 'recreate');
}

/** Whether an extra disk goes, or becomes smaller: what is on it is lost. */
export function dropsDisks(changes: readonly Change[]): boolean {
  return changes.some(dropsDisk);
}

/** As they may have been written down by any version. */
const disksWrittenDown = z.array(z.object({ label: z.string(), sizeGb: z.number() }));

function dropsDisk({ property, from, to }: Change): boolean {
  if (property !== 'disks') return false;
  const disks = (json: string | null) => (json === null ? [] : disksWrittenDown.parse(JSON.parse(json)));
  return lostDisks(disks(from), disks(to)).length > 0;
}

/** Whether what is on any disk is lost: done only for who has been told so. */
export function losesData(changes: readonly Change[]): boolean {
  return recreates(changes) || dropsDisks(changes);
}
