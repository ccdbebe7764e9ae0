import { createHash } from 'node:crypto';
import { setTimeout as sleepFor } from 'node:timers/promises';
import { Semaphore } from '#server/lib/semaphore';
import type { Resources } from '#shared/primitives';
import type { VmLimits } from '#shared/zone';
import type { OpenSettings, SettingsOf } from '#shared/zone-settings';
import { canonical } from '#shared/topology/properties';
import { topologyParts, type TopologyParts } from '#shared/topology/schema';
import { asValue, say, told } from '#shared/sentence';
import { Changes } from '../changes';
import { appliedEdge, appliedNetwork, appliedVm, applicable, changesOf, recreates } from '../applied';
import { edgeStatuses } from '../edge-status';
import { aborted, asProviderError, notDefined, notRunning } from '../errors';
import { ProviderError } from '#server/lib/provider-error';
import { aroundCalls } from '../around-calls';
import type { EdgeSpec, ImageSpec, NicSpec, Provider, SliceObservation, VmSpec } from '../provider';
import { defaultPhysical, defaultVmLimits, everything } from './simulated-zone';
import { behavesAs, invalidImageSource, sentinels, type Sentinel } from './sentinels';
import { diskIn, extraDisksAfter, goOn, restOf, simulatedKeeping } from './simulated-keeping';
import { isGateOpen } from './simulated-gate';
import { simulatedCaptures } from './simulated-captures';
import { simulatedConsoles } from './simulated-consoles';
import { simulatedGuests } from './simulated-guests';
import { simulatedInternet, type SimulatedInternetOptions } from './simulated-internet';
import { joinsOf, leaveJoins, simulatedJoins } from './simulated-joins';
import { simulatedUsage } from './simulated-usage';
import {
  crashVm,
  createSimulatorState,
  forwardsOf,
  reservePorts,
  newSlice,
  newVm,
  show,
  spoil,
  type SimulatedSlice,
  type SimulatedVm,
  type SimulatorState,
} from './simulator-state';

export interface SimulatorOptions extends SimulatedInternetOptions {
  state?: SimulatorState;
  /** Milliseconds; all 0 unless given. */
  delays?: { call?: number; boot?: number; slowBoot?: number; stop?: number; crash?: number };
  /** Milliseconds since any fixed instant, never going back. */
  clock?: () => number;
  /** Resolves after `ms` of `clock`, rejects when `signal` fires. Called for delays above 0 only. */
  sleep?: (ms: number, signal?: AbortSignal) => Promise<void>;
  /** VMs that boot at once; as many as wish unless given, here or by the settings. */
  launchLimit?: number;
  /** Their delays take the place of `delays`. */
  settings?: SettingsOf<'simulator'>;
  physical?: Resources;
  /** Generous unless given. */
  vmLimits?: Partial<VmLimits>;
  /** With the properties that a test states. */
  parts?: TopologyParts;
}

/** A function, so that the answer is asked for anew after a wait. */
const isOn = (vm: SimulatedVm) => vm.power === 'on';

/**
 * Infrastructure that is only pretended, for tests of everything above the providers and for scale. Keeps the
 * contract, and fails on purpose for VMs named in {@link sentinels}.
 */
export function createSimulatorProvider(options: SimulatorOptions = {}): Provider {
  const state = options.state ?? createSimulatorState();
  const delays = { call: 0, boot: 0, slowBoot: 0, stop: 0, crash: 0, ...options.delays };
  // of the machine and not of the process, which what is simulated outlives
  const clock = options.clock ?? (() => Number(process.hrtime.bigint()) / 1e6);
  const sleep = options.sleep ?? ((ms, signal) => sleepFor(ms, undefined, signal ? { signal } : {}));
  const launchLimit = options.launchLimit ?? Number.MAX_SAFE_INTEGER;
  const launches = new Semaphore(launchLimit);
  /** Of what consoles show, and of VMs that go down. */
  const changes = new Changes();
  const onCrash = () => changes.notify();
  state.listeners.add(onCrash);
  let accessKey: string | null = null;
  const { parts = topologyParts } = options;
  const vmLimits = { ...defaultVmLimits, ...options.vmLimits };
  const ownListeners = new Set<(change: { sliceId: number }) => void>();

  async function pause(ms: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) throw aborted(signal);
    if (ms <= 0) return;
    try {
      await sleep(ms, signal);
    } catch (error) {
      if (signal?.aborted) throw aborted(signal);
      throw error;
    }
  }
  function configure(settings: OpenSettings): void {
    if (settings.provider !== 'simulator') return;
    launches.resize(settings.launchLimit ?? launchLimit);
    delays.call = settings.callDelayMs;
    delays.boot = settings.bootDelayMs;
    accessKey = settings.accessKey === undefined ? null : createHash('sha256').update(settings.accessKey).digest('hex');
    state.accessKey ??= accessKey;
  }
  if (options.settings) configure(options.settings);

  /** What each call does first, as over a network: it is refused, or takes its time. */
  async function enter(signal?: AbortSignal): Promise<void> {
    await pause(delays.call, signal);
    if (accessKey === state.accessKey) return;
    throw new ProviderError('ACCESS_DENIED', say('ZONE_ACCESS_DENIED'), false);
  }
  function sliceOf(sliceId: number): SimulatedSlice {
    let slice = state.slices.get(sliceId);
    if (!slice) state.slices.set(sliceId, (slice = newSlice()));
    return slice;
  }
  function definedVm(sliceId: number, vmId: number): SimulatedVm {
    const vm = state.slices.get(sliceId)?.vms.get(vmId);
    if (!vm) throw notDefined('virtual machine');
    return vm;
  }
  function dropIfEmpty(sliceId: number): void {
    const slice = state.slices.get(sliceId);
    if (slice?.vms.size === 0 && slice.networks.size === 0) state.slices.delete(sliceId);
  }
  function failOnce(sentinel: Sentinel, sliceId: number, vm: VmSpec): boolean {
    const key = `${sentinel}:${sliceId}:${vm.id}`;
    if (!behavesAs(vm.name, sentinel) || state.failedOnce.has(key)) return false;
    state.failedOnce.add(key);
    return true;
  }
  function checkImage(image: ImageSpec): void {
    const known = image.source === 'builtin:tiny' || !image.source.startsWith('builtin:');
    if (!known || image.source === invalidImageSource)
      throw new ProviderError('IMAGE_INVALID', say('IMAGE_UNKNOWN', { image: image.name }), false);
  }
  const reserve = (vm: SimulatedVm) => reservePorts(state, vm);
  function print(vm: SimulatedVm, text: string): void {
    output(vm, new TextEncoder().encode(text));
  }
  function output(vm: SimulatedVm, data: Uint8Array): void {
    show(vm, data);
    changes.notify();
  }
  async function awaitReady(
    sliceId: number,
    { id, ready }: Pick<VmSpec, 'id' | 'ready'>,
    signal?: AbortSignal,
  ): Promise<void> {
    await enter(signal);
    const vm = definedVm(sliceId, id);
    const thisBoot = vm.boot;
    if (ready?.seconds !== undefined) await pause(ready.seconds * 1000, signal);
    for (;;) {
      if (signal?.aborted) throw aborted(signal);
      if (!isOn(vm) || vm.boot !== thisBoot) throw notRunning(say('VM_ENDED_WAITING'));
      if (ready === null || ready.seconds !== undefined || isGateOpen(vm, ready)) return;
      await changes.next(signal ? [signal] : []);
    }
  }

  /** Switches on and waits until it is up, or only waits if it is on already. */
  async function boot(sliceId: number, vmId: number, signal: AbortSignal | undefined, reset: boolean): Promise<void> {
    await enter(signal);
    const vm = definedVm(sliceId, vmId);
    const release = await launches.acquire(signal).catch((error: unknown) => {
      throw signal ? aborted(signal) : error;
    });
    try {
      if (vm !== state.slices.get(sliceId)?.vms.get(vmId)) throw notRunning(say('VM_WAS_REMOVED'));
      if (vm.suspended && !reset) goOn(vm);
      else if (vm.power === 'off' || reset) {
        Object.assign(vm, { suspended: false, memory: '' });
        const { name } = vm.spec;
        if (behavesAs(name, sentinels.failStart) || failOnce(sentinels.failOnceStart, sliceId, vm.spec)) {
          vm.error = say('VM_ENDED_STARTING');
          vm.power = 'off';
          throw new ProviderError('VM_CRASHED', vm.error, true);
        }
        vm.power = 'on';
        vm.error = null;
        vm.boot++;
        vm.shown = '';
        vm.readyAt = clock() + (behavesAs(name, sentinels.slowStart) ? delays.slowBoot : delays.boot);
        print(vm, `Booting ${vm.spec.image.name}\r\n`);
        state.keep?.(sliceId);
      }
      const thisBoot = vm.boot;
      // a timer may end a little before its time, and whoever looks next would find it starting
      while (isOn(vm) && vm.boot === thisBoot && vm.readyAt > clock()) await pause(vm.readyAt - clock(), signal);
      if (!isOn(vm) || vm.boot !== thisBoot) throw notRunning(say('VM_WAS_STOPPED'));
    } finally {
      release();
    }
  }
  function becomeReady(sliceId: number, vm: SimulatedVm, announced: Set<string>): void {
    const key = `${sliceId}:${vm.spec.id}:${vm.boot}`;
    if (announced.has(key)) return;
    announced.add(key);
    print(vm, `${vm.spec.image.readyMarker ?? 'ready'} ${vm.spec.name}\r\n${vm.spec.name}# `);
    if (!behavesAs(vm.spec.name, sentinels.crashAfterStart)) return;
    const { boot: thisBoot } = vm;
    // the caller of startVm first gets its answer
    void sleep(Math.max(delays.crash, 1)).then(() => {
      if (vm.boot === thisBoot) crashVm(state, sliceId, vm.spec.id);
    });
  }
  const announced = new Set<string>();
  const captures = simulatedCaptures({ state, enter });
  async function start(sliceId: number, vmId: number, signal: AbortSignal | undefined, reset: boolean): Promise<void> {
    await boot(sliceId, vmId, signal, reset);
    becomeReady(sliceId, definedVm(sliceId, vmId), announced);
  }
  function turnOff(vm: SimulatedVm): void {
    vm.power = 'off';
    vm.suspended = false;
    vm.error = null;
    vm.console.end('The virtual machine stopped.');
    changes.notify();
  }
  function removeVm(sliceId: number, vm: SimulatedVm): void {
    if (failOnce(sentinels.failRemoveOnce, sliceId, vm.spec))
      throw new ProviderError('UNAVAILABLE', say('ZONE_CALL_SILENT'), true);
    turnOff(vm);
    for (const port of vm.hostPorts.values()) state.usedPorts.delete(port);
    state.slices.get(sliceId)?.vms.delete(vm.spec.id);
  }
  function plug(sliceId: number, vmId: number, nic: NicSpec): void {
    const vm = definedVm(sliceId, vmId);
    if (vm.spec.nics.some((known) => known.edgeId === nic.edgeId)) return;
    if (nic.index >= vmLimits.nics) throw new ProviderError('UNSUPPORTED', say('VM_NIC_TOO_MANY'), false);
    vm.spec = { ...vm.spec, nics: [...vm.spec.nics, nic] };
  }
  function redefine(vm: SimulatedVm, spec: VmSpec): void {
    const applied = appliedVm(spec, parts);
    const anew = recreates(changesOf('vm', appliedVm(vm.spec, parts), applied, parts));
    if (anew) Object.assign(vm, { disk: vm.disk + 1, content: '' });
    vm.diskGb = anew ? spec.diskGb : Math.max(vm.diskGb, spec.diskGb);
    vm.extraDisks = extraDisksAfter(vm.extraDisks, spec.disks);
    vm.spec = spec;
    vm.applied = applied;
  }
  /** Takes away what another edge of this id had, unless only the address of its NIC differs. */
  function unplugOthers(known: SimulatedSlice, edge: EdgeSpec): void {
    const wanted = new Map(ends(edge).map(({ vmId, nic }) => [vmId, nic]));
    for (const vm of known.vms.values()) {
      const nics = vm.spec.nics.flatMap((nic) => {
        const stays = wanted.get(vm.spec.id);
        return nic.edgeId !== edge.id ? [nic] : stays === undefined ? [] : [stays];
      });
      vm.spec = { ...vm.spec, nics };
    }
    const { target } = edge;
    for (const [id, attached] of known.networks)
      if (!('networkId' in target && target.networkId === id)) attached.delete(edge.id);
  }
  function nicOf(sliceId: number, vmId: number, edgeId: number): NicSpec | undefined {
    return definedVm(sliceId, vmId).spec.nics.find((nic) => nic.edgeId === edgeId);
  }
  function observe(sliceId: number): SliceObservation {
    const known = state.slices.get(sliceId);
    const vms = known ? [...known.vms.values()] : [];
    const networks = known ? [...known.networks] : [];
    const now = clock();
    return {
      observedAt: new Date(),
      vms: vms.map((vm) => ({
        id: vm.spec.id,
        status: vm.power === 'on' ? (now >= vm.readyAt ? 'running' : 'starting') : restOf(vm),
        error: internet.troubleOf(sliceId, vm),
        lacksImage: vm.lacksImage,
        forwards: forwardsOf(vm),
        applied: vm.applied,
      })),
      networks: networks.map(([networkId]) => {
        const joins = joinsOf(state, { sliceId, networkId });
        const applied = known?.applied.networks.get(networkId) ?? null;
        return { id: networkId, status: 'up', applied, ...(joins.length > 0 && { joins }) };
      }),
      edges: edgeStatuses(
        vms.map((vm) => ({ id: vm.spec.id, up: vm.power === 'on', nics: vm.spec.nics })),
        networks.map(([id, attached]) => ({ id, up: true, attached })),
        known?.applied.edges ?? new Map(),
        (edgeId) => known?.dead.has(edgeId) === true,
      ),
    };
  }
  function ensureEdge(sliceId: number, edge: EdgeSpec): void {
    for (const end of ends(edge)) definedVm(sliceId, end.vmId);
    if ('networkId' in edge.target) {
      const attached = state.slices.get(sliceId)?.networks.get(edge.target.networkId);
      if (!attached) throw notDefined('network');
      attached.add(edge.id);
    }
    for (const end of ends(edge)) plug(sliceId, end.vmId, end.nic);
    if (ends(edge).every(({ vmId, nic }) => canonical(nicOf(sliceId, vmId, edge.id)) === canonical(nic)))
      sliceOf(sliceId).applied.edges.set(edge.id, appliedEdge(edge, parts));
    // it was one process for all of them
    sliceOf(sliceId).dead.clear();
  }
  function ends(edge: EdgeSpec): { vmId: number; nic: NicSpec }[] {
    return 'vmId' in edge.target ? [edge.source, edge.target] : [edge.source];
  }

  const internet = simulatedInternet({ state, enter, clock }, options);
  return keeping(state, {
    kind: 'simulator',
    async configure(settings) {
      configure(settings);
    },
    async describe() {
      await enter();
      return {
        physical: options.physical ?? defaultPhysical,
        capabilities: everything,
        vmLimits,
        facts: [{ name: 'Accelerator', ...asValue(say('SIMULATED')) }],
        observedAt: new Date(),
      };
    },
    async ensureImage(image) {
      await enter();
      checkImage(image);
      for (const [sliceId, { vms }] of state.slices)
        for (const { spec } of vms.values())
          if (spec.image.id === image.id) spoil(state, sliceId, spec.id, { lacksImage: false });
      return { sizeMb: 16 };
    },
    async imageState(image) {
      await enter();
      try {
        checkImage(image);
        return { state: 'verified', sizeMb: 16 };
      } catch (error) {
        return { state: 'broken', reason: told(asProviderError(error, say('IMAGE_BAD')).sentences) };
      }
    },
    async pruneImages() {
      await enter();
      return null;
    },
    async ensureNetwork(slice, network) {
      await enter();
      const { networks, applied } = sliceOf(slice.id);
      if (networks.has(network.id)) return;
      networks.set(network.id, new Set());
      applied.networks.set(network.id, appliedNetwork(network, parts));
    },
    async removeNetwork(slice, networkId) {
      await enter();
      leaveJoins(state, { sliceId: slice.id, networkId });
      const known = state.slices.get(slice.id);
      known?.networks.delete(networkId);
      known?.applied.networks.delete(networkId);
      dropIfEmpty(slice.id);
    },
    async ensureVm(slice, spec, { disk } = {}) {
      await enter();
      checkImage(spec.image);
      if (behavesAs(spec.name, sentinels.failDefine)) throw new ProviderError('NO_CAPACITY', say('VM_NO_ROOM'), false);
      // a disk that is not there is refused before anything is made
      const vm = state.slices.get(slice.id)?.vms.get(spec.id) ?? { ...newVm(spec), ...diskIn(state, disk) };
      sliceOf(slice.id).vms.set(spec.id, vm);
      if (vm.power === 'off' && !vm.suspended)
        redefine(vm, applicable(vm.spec, spec, { restart: true, recreate: false }, parts));
      reserve(vm);
      return { forwards: forwardsOf(vm) };
    },
    startVm: (slice, vm, { signal } = {}) => start(slice.id, vm.id, signal, false),
    rebootVm: (slice, vm, { signal } = {}) => start(slice.id, vm.id, signal, true),
    awaitReady: (slice, vm, { signal } = {}) => awaitReady(slice.id, vm, signal),
    async stopVm(slice, vmId) {
      await pause(delays.stop);
      const vm = state.slices.get(slice.id)?.vms.get(vmId);
      if (!vm) return;
      if (failOnce(sentinels.failOnceStop, slice.id, vm.spec))
        throw new ProviderError('UNAVAILABLE', say('ZONE_CALL_SILENT'), true);
      turnOff(vm);
    },
    async removeVm(slice, vmId) {
      await enter();
      const vm = state.slices.get(slice.id)?.vms.get(vmId);
      if (vm) removeVm(slice.id, vm);
      dropIfEmpty(slice.id);
    },
    ...simulatedKeeping({ state, enter, sliceOf, turnOff, reservePorts: reserve, dropIfEmpty }),
    async ensureEdge(slice, edge) {
      await enter();
      ensureEdge(slice.id, edge);
    },
    async updateVm(slice, spec, { recreate = false } = {}) {
      await enter();
      checkImage(spec.image);
      const vm = definedVm(slice.id, spec.id);
      const wanted = { ...spec, nics: vm.spec.nics };
      const rests = !isOn(vm) && !vm.suspended;
      redefine(vm, applicable(vm.spec, wanted, { restart: rests, recreate: recreate && rests }, parts));
      reserve(vm);
      return { forwards: forwardsOf(vm) };
    },
    async updateNetwork(slice, network) {
      await enter();
      const known = state.slices.get(slice.id);
      if (!known?.networks.has(network.id)) throw notDefined('network');
      known.applied.networks.set(network.id, appliedNetwork(network, parts));
    },
    async updateEdge(slice, edge) {
      await enter();
      for (const end of ends(edge)) definedVm(slice.id, end.vmId);
      unplugOthers(sliceOf(slice.id), edge);
      ensureEdge(slice.id, edge);
    },
    ...simulatedJoins({ state, enter, clock }),
    async removeEdge(slice, edgeId) {
      await enter();
      const known = state.slices.get(slice.id);
      if (!known) return;
      for (const vm of known.vms.values())
        vm.spec = { ...vm.spec, nics: vm.spec.nics.filter((nic) => nic.edgeId !== edgeId) };
      for (const attached of known.networks.values()) attached.delete(edgeId);
      known.applied.edges.delete(edgeId);
    },
    async observe(slice) {
      await enter();
      await internet.look(slice.id);
      return observe(slice.id);
    },
    async observeMany(slices) {
      await enter();
      for (const { id } of slices) await internet.look(id);
      return new Map(slices.map(({ id }) => [id, observe(id)]));
    },
    ...simulatedConsoles({ state, enter, output }),
    ...simulatedUsage({ state, enter, clock }, options.physical ?? defaultPhysical),
    ...simulatedGuests({ state, enter, clock }),
    ...internet.calls,
    openCapture: captures.openCapture,
    openCounters: captures.openCounters,
    async removeSlice(slice) {
      await enter();
      for (const vm of state.slices.get(slice.id)?.vms.values() ?? []) removeVm(slice.id, vm);
      leaveJoins(state, { sliceId: slice.id });
      state.slices.delete(slice.id);
    },
    async listSlices() {
      await enter();
      return [...state.slices.keys()];
    },
    onChange(listener) {
      state.listeners.add(listener);
      ownListeners.add(listener);
      return () => {
        state.listeners.delete(listener);
        ownListeners.delete(listener);
      };
    },
    async close() {
      captures.close();
      for (const listener of ownListeners) state.listeners.delete(listener);
      ownListeners.clear();
      state.listeners.delete(onCrash);
      for (const slice of state.slices.values())
        for (const vm of slice.vms.values()) vm.console.end('The server let go of the console.');
    },
  });
}

/** Has every call write down what it has changed before its answer is there, whether it did what it should or failed. */
function keeping(state: SimulatorState, provider: Provider): Provider {
  const { keep } = state;
  if (keep === undefined) return provider;
  return aroundCalls(provider, (call, _name, [slice]) => {
    const answer = call();
    const id = typeof slice === 'object' && slice !== null && 'id' in slice ? slice.id : null;
    return answer instanceof Promise ? answer.finally(() => keep(typeof id === 'number' ? id : null)) : answer;
  });
}
