import { KeyedMutex } from '#server/lib/keyed-mutex';
import { say, told } from '#shared/sentence';
import type { OpenSettings } from '#shared/zone-settings';
import { asProviderError } from '../errors';
import type { Provider, SliceObservation, SliceRef, VmSpec, ZoneDescription } from '../provider';
import type { CloudSettings } from './client/settings';
import { wait } from './client/caller';
import { cloudOf, type Cloud } from './cloud';
import { consolesOf } from './consoles';
import { describeCloud } from './describe-zone';
import { foundIn } from './found';
import { emptySlice, takeInventory, type SliceInventory } from './inventory';
import { imagesOf, sizeOf, type ImageFiles } from './images';
import { keepingOf } from './keeping';
import { machinesOf } from './machines';
import { namesOf } from './names';
import { observationOf } from './observation';
import { portSecurityOf } from './port-security';
import { statusOf } from './server-state';
import { createServerWatch } from './server-watch';
import { surplusOf } from './surplus';
import { wiringOf } from './wiring';
import { freed, unsupported, type ZoneParts } from './zone-parts';

export interface OpenStackProviderOptions {
  /** What tells what is this zone's in the project: letters, digits and hyphens, never another one. */
  mark: string;
  settings: CloudSettings;
  log: (message: string, details?: Record<string, unknown>) => void;
  /** Of images that are uploaded; without them none is. */
  files?: ImageFiles;
  /** Waits between two looks, and before a repeat. The clock's unless given. */
  pause?: ZoneParts['pause'];
}

/** So often it is looked whether anything is left of a slice: a request that was taken for lost can come late. */
const removalRounds = 4;
/** A round of the reconciler looks at its slices and then asks which there are: within so long by the same look. */
const sameRoundMs = 5_000;
/** How long a description is good for: pages ask for it again and again. */
const describedMs = 30_000;

/** VMs, networks and links in a project of an OpenStack cloud. */
export function createOpenStackProvider(options: OpenStackProviderOptions): Provider {
  const { mark, settings, log, files = null, pause = wait } = options;
  const names = namesOf(mark);
  let current: Cloud | null = null;
  let given = settings;
  const cloud = () => (current ??= cloudOf(given, pause));
  const parts: ZoneParts = {
    mark,
    names,
    cloud,
    securityGroup: portSecurityOf(cloud),
    pause,
    mutex: new KeyedMutex(),
    log,
  };
  const watch = createServerWatch(parts);
  const images = imagesOf(parts, files);
  const machines = machinesOf(parts, watch, images);
  const wiring = wiringOf(parts, machines);
  const removeSurplus = surplusOf(parts);
  let looking: Promise<unknown> = Promise.resolve();
  let nextLook: Promise<Map<number, SliceInventory>> | null = null;
  let round: { slices: Map<number, SliceInventory>; at: number } | null = null;
  let described: { description: Promise<ZoneDescription>; at: number } | null = null;

  /** What is seen by a look that begins after this call. Those who ask while one is under way share the one after it. */
  function look(): Promise<Map<number, SliceInventory>> {
    nextLook ??= (async () => {
      await looking.catch(() => undefined);
      nextLook = null;
      const look = takeInventory(cloud(), mark, names);
      looking = look;
      return look;
    })();
    return nextLook;
  }
  const sliceOf = async (slice: SliceRef) => (await look()).get(slice.id) ?? emptySlice();

  async function describe(): Promise<ZoneDescription> {
    const servers = await cloud().nova.servers([mark]);
    const sum = (of: (flavour: { vcpus: number; ram: number }) => number) =>
      servers.reduce((total, { flavor }) => total + of(flavor), 0);
    return describeCloud(cloud(), { vcpus: sum(({ vcpus }) => vcpus), ramMb: sum(({ ram }) => ram) });
  }
  const nicsOf = (slice: SliceInventory, vmId: number) =>
    slice.nics.filter((nic) => nic.vmId === vmId).map(({ port }) => port);
  const forwards = { forwards: [] };
  const notOffered = async () => {
    throw unsupported(say('CLOUD_NOT_OFFERED'));
  };
  const define = async (slice: SliceRef, vm: VmSpec) => {
    round = null;
    await images.of(vm.image);
    await machines.ensureDefined(slice.id, vm);
    return forwards;
  };

  return {
    kind: 'openstack',
    async configure(settings: OpenSettings) {
      if (settings.provider !== 'openstack') return;
      given = settings;
      current?.caller.close();
      current = null;
      described = null;
    },
    async describe({ refresh = false } = {}) {
      if (described === null || refresh || Date.now() - described.at > describedMs) {
        const made = { description: describe(), at: Date.now() };
        described = made;
        made.description.catch(() => {
          if (described === made) described = null;
        });
      }
      return described.description;
    },
    async ensureImage(image) {
      return { sizeMb: sizeOf(await images.ensure(image)) };
    },
    async imageState(image) {
      try {
        return await images.state(image);
      } catch (error) {
        // whether a cloud that is away has it, nobody knows now
        const known = asProviderError(error, say('IMAGE_BAD'));
        if (known.code !== 'IMAGE_INVALID') return { state: 'absent' };
        return { state: 'unbuildable', reason: told(known.sentences) };
      }
    },
    async pruneImages() {
      return null;
    },
    ensureNetwork: (slice, network) => wiring.ensureNetwork(slice.id, network),
    removeNetwork: (slice, networkId) => wiring.removeNetwork(slice.id, networkId),
    ensureVm: define,
    async updateVm(slice, vm, { recreate = false } = {}) {
      await machines.requireDefined(slice.id, vm.id);
      const server = await machines.serverOf(slice.id, vm.id);
      // what is suspended keeps what it was suspended with
      if (recreate && server !== null && ['stopped', 'failed'].includes(statusOf(server)))
        await machines.removeServer(server);
      return define(slice, vm);
    },
    updateNetwork: (slice, network) => wiring.ensureNetwork(slice.id, network),
    async updateEdge(slice, edge) {
      const known = await sliceOf(slice);
      const vmIds = known.nics.filter(({ edgeId }) => edgeId === edge.id).map(({ vmId }) => vmId);
      await wiring.replaceEdge(slice.id, edge, vmIds);
    },
    // a guest hears them from its configuration, which is that of its first start
    tellNames: async () => undefined,
    startVm: (slice, vm, { signal } = {}) => machines.start(slice.id, vm, signal),
    awaitReady: (slice, vm, { signal } = {}) => machines.awaitReady(slice.id, vm, signal),
    stopVm: (slice, vmId) => machines.stop(slice.id, vmId),
    rebootVm: (slice, vm, { signal } = {}) => machines.reboot(slice.id, vm, signal),
    async removeVm(slice, vmId) {
      const known = await sliceOf(slice);
      await machines.remove(slice.id, vmId, nicsOf(known, vmId));
      const rest = await sliceOf(slice);
      if (rest.definitions.size === 0 && rest.servers.size === 0) await removeNetworks(rest.own);
    },
    ...keepingOf(parts, machines),
    takeSnapshot: notOffered,
    restoreSnapshot: notOffered,
    removeSnapshot: async () => undefined,
    saveDisk: notOffered,
    ensureEdge: (slice, edge) => wiring.ensureEdge(slice.id, edge),
    async removeEdge(slice, edgeId) {
      const known = await sliceOf(slice);
      const vmIds = known.nics.filter((nic) => nic.edgeId === edgeId).map(({ vmId }) => vmId);
      await wiring.removeEdge(slice.id, edgeId, vmIds);
    },
    observe: async (slice) => observationOf(await sliceOf(slice), new Date()),
    async observeMany(slices) {
      const all = await look();
      const observedAt = new Date();
      round = { slices: all, at: observedAt.getTime() };
      await removeSurplus(all.values());
      return new Map(
        slices.map(({ id }): [number, SliceObservation] => [
          id,
          observationOf(all.get(id) ?? emptySlice(), observedAt),
        ]),
      );
    },
    usage: async () => new Map(),
    joinNetworks: notOffered,
    // none is joined
    partNetworks: async () => undefined,
    // nobody is led out
    internetUse: async () => new Map(),
    limitInternet: async () => undefined,
    // its hosts are the cloud's
    machine: async () => null,
    async removeSlice(slice) {
      machines.forget(slice.id);
      round = null;
      for (let rounds = 0; rounds < removalRounds; rounds += 1) {
        const { everything } = await sliceOf(slice);
        const { servers, ports, networks } = everything;
        if (servers.length + ports.length + networks.length === 0) return;
        await Promise.all(servers.map((server) => machines.removeServer(server)));
        await Promise.all(ports.map(({ id }) => freed(parts, () => cloud().neutron.deletePort(id))));
        await removeNetworks(networks);
      }
    },
    async listSlices() {
      // once: who asks again wants to know what has become of it
      const seen = round !== null && Date.now() - round.at < sameRoundMs ? round.slices : await look();
      round = null;
      return [...seen.keys()];
    },
    found: () => foundIn(cloud()),
    ...consolesOf(parts, machines),
    guestStatus: notOffered,
    runInGuest: notOffered,
    runAfterBoot: async () => undefined,
    ranAfterBoot: async () => [],
    openCapture: notOffered,
    openCounters: notOffered,
    // what changes by itself is found by the reconciler's next round
    onChange: () => () => undefined,
    async close() {
      watch.close();
      current?.caller.close();
      current = null;
    },
  };

  async function removeNetworks(networks: SliceInventory['own']): Promise<void> {
    await Promise.all(networks.map(({ id }) => freed(parts, () => cloud().neutron.deleteNetwork(id))));
  }
}
