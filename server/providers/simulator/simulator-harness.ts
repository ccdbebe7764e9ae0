import { withoutPrefix } from '#shared/topology/prefix';
import { readFile } from 'node:fs/promises';
import { expect } from 'vitest';
import { bends, directionsOf } from '#shared/topology/link';
import { canonical } from '#shared/topology/properties';
import { openSettings } from '#shared/zone-settings';
import { contractParts } from '../contract-fixtures';
import type { ContractHarness } from '../contract-harness';
import type { ImageSpec, NetworkEnd, NicSpec, VmSpec } from '../provider';
import { savedContentAt } from './simulated-keeping';
import { createSimulatorProvider } from './simulator-provider';
import { appliedLink, crashVm, spoil, type SimulatedSlice, type SimulatorState } from './simulator-state';

const image: ImageSpec = {
  id: 1,
  name: 'tiny',
  kind: 'kernel',
  source: 'builtin:tiny',
  sha256: null,
  readyMarker: 'SIMULATED-READY',
};

/** For the contract of providers; `again` answers what a new server finds of the state of the last one. */
export async function simulatorHarness(
  first: SimulatorState,
  again: (last: SimulatorState) => Promise<SimulatorState>,
): Promise<ContractHarness> {
  let state = first;
  const powered = (slice: { id: number }, vmId: number) => state.slices.get(slice.id)?.vms.get(vmId);
  const internetLimits = () => Promise.resolve(harness.internetLimits);
  const harness: ContractHarness = {
    internetLimits: { kbps: null, usedUp: false },
    provider: createSimulatorProvider({ state, parts: contractParts, internetLimits }),
    settings: [
      openSettings.parse({ provider: 'simulator' }),
      openSettings.parse({ provider: 'simulator', launchLimit: 1 }),
    ],
    image,
    disks: [
      { ...image, id: 2, kind: 'disk' },
      { ...image, id: 3, kind: 'disk' },
    ],
    async restart() {
      await harness.provider.close();
      state = await again(state);
      harness.provider = createSimulatorProvider({ state, parts: contractParts, internetLimits });
      return harness.provider;
    },
    async kill(slice, vmId) {
      crashVm(state, slice.id, vmId);
    },
    async loseImage(slice) {
      for (const vmId of state.slices.get(slice.id)?.vms.keys() ?? [])
        spoil(state, slice.id, vmId, { lacksImage: true });
    },
    async intrude(slice, vmId) {
      spoil(state, slice.id, vmId, { intruder: 'sleep' });
      return async () => spoil(state, slice.id, vmId, { intruder: null });
    },
    async countMachines(slice, vmId) {
      return powered(slice, vmId)?.power === 'on' ? 1 : 0;
    },
    async machineRam(slice, vmId) {
      return powered(slice, vmId)?.spec.ramMb ?? 0;
    },
    async diskOf(slice, vmId) {
      const vm = powered(slice, vmId);
      return { id: String(vm?.disk), gb: vm?.diskGb ?? 0 };
    },
    async remember(slice, vmId, word) {
      Object.assign(powered(slice, vmId) ?? {}, { memory: word });
      state.keep?.(slice.id);
    },
    async recall(slice, vmId) {
      return powered(slice, vmId)?.memory ?? '';
    },
    async writeDisk(slice, vmId, word) {
      Object.assign(powered(slice, vmId) ?? {}, { content: word });
      state.keep?.(slice.id);
    },
    async readDisk(slice, vmId) {
      return powered(slice, vmId)?.content ?? '';
    },
    async guestDisks(slice, vmId) {
      const disks = Object.entries(powered(slice, vmId)?.extraDisks ?? {});
      return disks.map(([label, { sizeGb }]) => ({ label, gb: sizeGb }));
    },
    async writeInGuest(slice, vmId, label, word) {
      const vm = powered(slice, vmId);
      const disk = vm?.extraDisks[label];
      if (vm && disk) vm.extraDisks = { ...vm.extraDisks, [label]: { ...disk, content: word } };
      state.keep?.(slice.id);
    },
    async readInGuest(slice, vmId, label) {
      return powered(slice, vmId)?.extraDisks[label]?.content ?? '';
    },
    async readSaved(path) {
      const [word = ''] = (await readFile(path)).subarray(savedContentAt).toString().split('\0');
      return word;
    },
    async countDiskSnapshots() {
      return 0;
    },
    async roundTrip(slice, from, to) {
      const near = state.slices.get(slice.id);
      const far = [...state.slices].find(([, { vms }]) => vms.has(to.id))?.[0];
      return far === undefined || far === slice.id ? roundTripOf(near, from, to) : acrossOf(near, far, from, to);
    },
    async lostWhile(_slice, _from, _to, work) {
      await work();
      return 0;
    },
    async askForAddress(slice, vm) {
      return servedNicOf(state.slices.get(slice.id), vm)?.address ?? null;
    },
    async resolve(slice, vm, name) {
      const known = state.slices.get(slice.id);
      const nic = servedNicOf(known, vm);
      const named = [...(known?.vms.values() ?? [])].find(({ spec }) => spec.name === name);
      const found = nic && named?.spec.nics.find(({ peer }) => canonical(peer) === canonical(nic.peer));
      return found == null ? null : withoutPrefix(found.address);
    },
    async countRelays(slice) {
      return bentIn(state.slices.get(slice.id)).length > 0 ? 1 : 0;
    },
    async killRelays(slice) {
      for (const edgeId of bentIn(state.slices.get(slice.id))) state.slices.get(slice.id)?.dead.add(edgeId);
      state.keep?.(slice.id);
    },
    async dispose() {
      expect(state.slices.size).toBe(0);
      expect(state.usedPorts.size).toBe(0);
      await harness.provider.close();
      expect(state.listeners.size).toBe(0);
    },
  };
  return harness;
}

/** Ids of the edges that are bent. */
function bentIn(slice: SimulatedSlice | undefined): number[] {
  // what is suspended has nothing that bends
  const rests = [...(slice?.vms.values() ?? [])].every(({ power }) => power === 'off');
  const ids = [...(slice?.applied.edges.keys() ?? [])];
  return rests ? [] : ids.filter((id) => bends(appliedLink(slice, id)));
}

/** The first NIC of a VM, if it is on a network that has a server of addresses. */
function servedNicOf(slice: SimulatedSlice | undefined, { nics: [nic] }: VmSpec): NicSpec | null {
  if (nic === undefined || !('networkId' in nic.peer)) return null;
  return slice?.applied.networks.get(nic.peer.networkId)?.properties['dhcp'] === true ? nic : null;
}

/** Of guests of two slices: it takes no time, if networks that they are on are joined. */
function acrossOf(near: SimulatedSlice | undefined, farId: number, from: VmSpec, to: VmSpec): number | null {
  const isOn = ({ nics }: VmSpec, networkId: number) =>
    nics.some(({ peer }) => 'networkId' in peer && peer.networkId === networkId);
  const isWay = ({ networkId, far }: { networkId: number; far: NetworkEnd }) =>
    far.sliceId === farId && isOn(from, networkId) && isOn(to, far.networkId);
  return [...(near?.joins.values() ?? [])].some(isWay) ? 0 : null;
}

/** The time that all links between two guests take, there and back, by the way on which each is at one end. */
function roundTripOf(slice: SimulatedSlice | undefined, from: VmSpec, to: VmSpec): number | null {
  if (!slice) return null;
  const edges = from.nics.flatMap(({ edgeId, peer }) =>
    'vmId' in peer
      ? peer.vmId === to.id
        ? [edgeId]
        : []
      : [edgeId, ...to.nics.flatMap((nic) => (canonical(nic.peer) === canonical(peer) ? [nic.edgeId] : []))],
  );
  let took = 0;
  for (const id of edges) {
    const { down } = slice.applied.edges.get(id)?.properties ?? { down: true };
    if (down === true || slice.dead.has(id)) return null;
    const { forth, back } = directionsOf(appliedLink(slice, id) ?? {});
    for (const { delayMs = 0, lossPercent = 0 } of [forth, back]) {
      if (lossPercent === 100) return null;
      took += delayMs;
    }
  }
  return took;
}
