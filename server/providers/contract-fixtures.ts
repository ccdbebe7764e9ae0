import { withoutPrefix } from '#shared/topology/prefix';
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { tinyReadyMarker } from '#shared/image';
import { propertyFacts } from '#shared/topology/properties';
import { topologyEdgeSchema, topologyNetworkSchema, topologyVmSchema, vmDefaults } from '#shared/topology/schema';
import type { EdgeSpec, ImageSpec, NicSpec, VmSpec } from './provider';

/** An RFC 4122 UUID made from a name, as the planner makes them from ids. */
export function uuidOf(name: string): string {
  const hex = createHash('sha256').update(name).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** The topology's schemas with a property for each effect that none of its own has yet. */
export const contractParts = {
  vm: topologyVmSchema.extend({ motd: z.string().default('').register(propertyFacts, { effect: 'live' }) }),
  network: topologyNetworkSchema.extend({
    dns: z.array(z.string()).default([]).register(propertyFacts, { effect: 'restart' }),
  }),
  edge: topologyEdgeSchema,
};

/** The built-in guest, as real providers' tests boot it. */
export const tiny: ImageSpec = {
  id: 1,
  name: 'tiny',
  kind: 'kernel',
  source: 'builtin:tiny',
  sha256: null,
  readyMarker: tinyReadyMarker,
};

/** A small VM on `image`; `id` makes its uuid. */
export function vmSpec(id: number, image: ImageSpec, overrides: Partial<VmSpec> = {}): VmSpec {
  return {
    id,
    name: `vm-${id}`,
    uuid: uuidOf(`contract-vm-${id}`),
    vcpus: 1,
    ramMb: 96,
    diskGb: 1,
    image,
    ...vmDefaults(),
    nics: [],
    hosts: [],
    routes: [],
    sshKeys: [],
    ...overrides,
  };
}

function mac(edgeId: number, end: number): string {
  const hex = (value: number) => (value & 0xff).toString(16).padStart(2, '0');
  return `52:54:00:${hex(edgeId >> 8)}:${hex(edgeId)}:${hex(end)}`;
}

function nic(edgeId: number, end: number, vm: VmSpec, address: string, peer: NicSpec['peer']): NicSpec {
  return { edgeId, index: vm.nics.length, mac: mac(edgeId, end), address, peer };
}

/** An edge between two VMs in a /30 of its own; the NICs are not added to the VMs. */
export function link(edgeId: number, a: VmSpec, b: VmSpec): EdgeSpec & { target: { vmId: number; nic: NicSpec } } {
  const subnet = `10.${(edgeId >> 8) & 0xff}.${edgeId & 0xff}`;
  return {
    id: edgeId,
    source: { vmId: a.id, nic: nic(edgeId, 1, a, `${subnet}.1/30`, { vmId: b.id }) },
    target: { vmId: b.id, nic: nic(edgeId, 2, b, `${subnet}.2/30`, { vmId: a.id }) },
  };
}

/** The attachment of a VM to a network, with host number `host` in the network's /24. */
export function attachment(edgeId: number, vm: VmSpec, networkId: number, host: number): EdgeSpec {
  return {
    id: edgeId,
    source: { vmId: vm.id, nic: nic(edgeId, 1, vm, `10.200.${networkId & 0xff}.${host}/24`, { networkId }) },
    target: { networkId },
  };
}

/** The VM with one more NIC. */
export function withNic(vm: VmSpec, added: NicSpec): VmSpec {
  return { ...vm, nics: [...vm.nics, added] };
}

/** Two VMs joined by one edge, as the planner hands them over. */
export function pair(
  ids: { a: number; b: number; edge: number },
  image: ImageSpec,
): { a: VmSpec; b: VmSpec; edge: EdgeSpec } {
  const a = vmSpec(ids.a, image);
  const b = vmSpec(ids.b, image);
  const edge = link(ids.edge, a, b);
  const names = [
    { address: addressOf(edge.source.nic), name: a.name },
    { address: addressOf(edge.target.nic), name: b.name },
  ];
  return {
    a: { ...withNic(a, edge.source.nic), hosts: names },
    b: { ...withNic(b, edge.target.nic), hosts: names },
    edge,
  };
}

/** The address without its prefix length. */
export function addressOf(end: NicSpec): string {
  return withoutPrefix(end.address);
}
