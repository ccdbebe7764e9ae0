/*
 * By its name everything in the cloud says what it is of ours: Neutron takes tags only in a second call, and what is made must be told from its first
 * instant on, or a crash between the two calls leaves something that nobody knows. `MARK.s12.v34`: of the zone with that mark, of slice 12, VM 34.
 */

/** What a name says. `network`: the slice's own, on which a port for each VM says that the VM is defined. */
export type Ours =
  | { sliceId: number; kind: 'slice' }
  | { sliceId: number; kind: 'vm'; vmId: number }
  | { sliceId: number; kind: 'network'; networkId: number }
  | { sliceId: number; kind: 'edge'; edgeId: number }
  | { sliceId: number; kind: 'nic'; edgeId: number; vmId: number };

export interface Names {
  slice(sliceId: number): string;
  vm(sliceId: number, vmId: number): string;
  network(sliceId: number, networkId: number): string;
  edge(sliceId: number, edgeId: number): string;
  /** The NIC of a VM at one end of an edge. */
  nic(sliceId: number, edgeId: number, vmId: number): string;
  /** Null for what is not of this zone. */
  read(name: string): Ours | null;
}

/** The names of what a zone makes, by its mark: letters, digits and hyphens. */
export function namesOf(mark: string): Names {
  const slice = (sliceId: number) => `${mark}.s${sliceId}`;
  return {
    slice,
    vm: (sliceId, vmId) => `${slice(sliceId)}.v${vmId}`,
    network: (sliceId, networkId) => `${slice(sliceId)}.n${networkId}`,
    edge: (sliceId, edgeId) => `${slice(sliceId)}.e${edgeId}`,
    nic: (sliceId, edgeId, vmId) => `${slice(sliceId)}.e${edgeId}.v${vmId}`,
    read(name) {
      if (!name.startsWith(`${mark}.s`)) return null;
      const found = /^s(\d+)(?:\.v(\d+)|\.n(\d+)|\.e(\d+)(?:\.v(\d+))?)?$/.exec(name.slice(mark.length + 1));
      if (found === null) return null;
      const [sliceId = 0, vmId, networkId, edgeId, nicOf] = found
        .slice(1)
        .map((digits: string | undefined) => (digits === undefined ? undefined : Number(digits)));
      if (vmId !== undefined) return { sliceId, kind: 'vm', vmId };
      if (networkId !== undefined) return { sliceId, kind: 'network', networkId };
      if (edgeId === undefined) return { sliceId, kind: 'slice' };
      return nicOf === undefined ? { sliceId, kind: 'edge', edgeId } : { sliceId, kind: 'nic', edgeId, vmId: nicOf };
    },
  };
}
