import { ProviderError } from '#server/lib/provider-error';
import { say, type Said } from '#shared/sentence';
import { appliedVm } from '../applied';
import { aborted, notDefined, notRunning } from '../errors';
import type { VmSpec } from '../provider';
import { hasStatus } from './client/cloud-error';
import type { Port } from './client/neutron';
import type { Server } from './client/nova';
import { flavoursOf } from './flavours';
import type { CloudImages } from './images';
import { asDescription, asMetadata } from './packed';
import { isUp, statusOf, taskOf, troubleOf } from './server-state';
import type { ServerWatch } from './server-watch';
import { userDataOf } from './user-data';
import { ensured, freed, gone, unlessBusy, unsupported, type ZoneParts } from './zone-parts';

/** How often a console is read for a text, and how many lines of it. */
const gateMs = 2_000;
const gateLines = 2_000;
/** So many looks after it was asked to delete a server, Nova is asked again. */
const asksAgainAfter = 30;
const rests: ReadonlySet<string> = new Set(['stopped', 'paused', 'suspended']);
/** So often a server may be missing in a list before it has been in one, and one that has failed without why: that follows a moment later. */
const lagLooks = 5;

export type Machines = ReturnType<typeof machinesOf>;

/**
 * VMs. One that is defined is a port on its slice's own network, which is plugged into nothing; its server is made at its first start, once its NICs are
 * there, since Nova has no server that was never started. From then on its server is what counts.
 */
export function machinesOf(parts: ZoneParts, watch: ServerWatch, images: CloudImages) {
  const { names, mark } = parts;

  const serverOf = async (sliceId: number, vmId: number): Promise<Server | null> => {
    const [found] = await serversOf(sliceId, vmId);
    return found ?? null;
  };
  const serversOf = (sliceId: number, vmId: number): Promise<Server[]> =>
    parts.cloud().nova.servers([names.vm(sliceId, vmId)]);
  const definitions = (sliceId: number, vmId: number): Promise<Port[]> =>
    parts.cloud().neutron.ports({ name: names.vm(sliceId, vmId) });

  async function requireDefined(sliceId: number, vmId: number): Promise<void> {
    if ((await definitions(sliceId, vmId)).length === 0) throw notDefined('virtual machine');
  }

  const flavours = flavoursOf(parts);

  /** The network of a slice's definitions; asked for once, and again when it is gone. */
  const ownNetworks = new Map<string, Promise<string>>();
  const ownNetwork = (sliceId: number): Promise<string> => {
    const { neutron, settings } = parts.cloud();
    const name = names.slice(sliceId);
    const known = ownNetworks.get(name);
    if (known !== undefined) return known;
    const made = ensured(parts, name, {
      find: () => neutron.networks({ name }),
      create: () => neutron.createNetwork({ name, description: '', portSecurity: settings.portSecurity !== 'off' }),
      remove: ({ id }) => gone(neutron.deleteNetwork(id)),
    }).then(({ id }) => id);
    ownNetworks.set(name, made);
    made.catch(() => ownNetworks.delete(name));
    return made;
  };

  function ensureDefined(sliceId: number, vm: VmSpec): Promise<void> {
    const { neutron } = parts.cloud();
    const name = names.vm(sliceId, vm.id);
    const description = asDescription(appliedVm(vm));
    return parts.mutex.run(name, async () => {
      const known = await definitions(sliceId, vm.id);
      const define = async () => {
        const [networkId, securityGroup] = await Promise.all([ownNetwork(sliceId), parts.securityGroup()]);
        return neutron.createPort({ name, networkId, description, securityGroup });
      };
      const port = await ensured(parts, name, {
        known,
        find: () => neutron.ports({ name }),
        create: () =>
          define().catch((error: unknown) => {
            // somebody else has removed what was left of the slice
            if (!hasStatus(error, 404) || !ownNetworks.delete(names.slice(sliceId))) throw error;
            return define();
          }),
        remove: ({ id }) => gone(neutron.deletePort(id)),
      });
      // of one that was started its server says what was applied
      if (port.description !== description && (await serverOf(sliceId, vm.id)) === null)
        await neutron.describePort(port.id, description);
    });
  }

  const nicsOf = (sliceId: number, vm: VmSpec): string[] =>
    vm.nics.toSorted((a, b) => a.index - b.index).map(({ edgeId }) => names.nic(sliceId, edgeId, vm.id));

  /** The ids of its NICs that are there, by their names; in the same look that it is defined. */
  async function portsOf(sliceId: number, vm: VmSpec): Promise<Map<string, string>> {
    const name = names.vm(sliceId, vm.id);
    const found = await parts.cloud().neutron.ports({ name: [name, ...nicsOf(sliceId, vm)] });
    if (!found.some((port) => port.name === name)) throw notDefined('virtual machine');
    // the first of a name counts
    return new Map(found.toReversed().map((port) => [port.name, port.id]));
  }

  /** Its server, made at its first start. `known`: those that a look has found just now; `ports`: see {@link portsOf}. */
  async function ensureServer(
    sliceId: number,
    vm: VmSpec,
    { known, ports }: { known: Server[]; ports: ReadonlyMap<string, string> },
  ): Promise<{ id: string }> {
    const { nova, settings } = parts.cloud();
    const [image, flavour] = await Promise.all([images.of(vm.image), flavours.of(vm)]);
    const name = names.vm(sliceId, vm.id);
    const called = vm.hostname === '' ? vm.name : vm.hostname;
    return ensured<{ id: string }>(parts, name, {
      known,
      find: () => serversOf(sliceId, vm.id),
      create: async () => ({
        id: await nova.createServer({
          name,
          hostname: called.split('.', 1)[0] ?? called,
          flavour,
          image: image.id,
          // one that is not there yet is plugged in when its edge is made
          ports: nicsOf(sliceId, vm).flatMap((nic) => ports.get(nic) ?? []),
          metadata: { 'trama.vm': vm.name, ...asMetadata(appliedVm(vm)) },
          tags: [mark, names.slice(sliceId), name],
          userData: userDataOf(vm),
          availabilityZone: settings.availabilityZone,
        }),
      }),
      remove: ({ id }) => gone(nova.deleteServer(id)),
    });
  }

  /** Waits until a server is as it should be; of one that fails on the way, why. */
  async function until(
    server: { id: string },
    isThere: (now: Server) => boolean,
    { vm, signal }: { vm: string; signal?: AbortSignal | undefined },
  ): Promise<void> {
    let looks = 0;
    let unexplained = 0;
    for await (const now of watch.follow(server, signal)) {
      looks += 1;
      if (now === null) {
        // lists lag behind what was just made
        if (looks <= lagLooks) continue;
        throw notRunning(say('VM_WAS_REMOVED'));
      }
      looks = lagLooks;
      if (isThere(now)) return;
      // while Nova works on it, what it says is what was
      const trouble = taskOf(now) === null ? troubleOf(now) : null;
      if (trouble === null) continue;
      if (now.fault !== undefined || (unexplained += 1) > lagLooks) throw failure(now, trouble);
    }
    if (signal?.aborted === true) throw aborted(signal);
    throw new ProviderError('UNAVAILABLE', say('ZONE_CALL_SILENT'), true, vm);
  }

  function failure(server: Server, said: Said): ProviderError {
    const lacksRoom = /No valid host|quota/i.test(server.fault?.message ?? '');
    return new ProviderError(lacksRoom ? 'NO_CAPACITY' : 'VM_CRASHED', said, !lacksRoom);
  }

  async function start(sliceId: number, vm: VmSpec, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted === true) throw aborted(signal);
    const ports = await portsOf(sliceId, vm);
    const server = await parts.mutex.run(names.vm(sliceId, vm.id), () => begin(sliceId, vm, ports));
    await until(server, isUp, { vm: vm.name, signal });
  }

  async function begin(sliceId: number, vm: VmSpec, ports: ReadonlyMap<string, string>): Promise<{ id: string }> {
    const { nova } = parts.cloud();
    const known = await serversOf(sliceId, vm.id);
    const [server, ...surplus] = known;
    if (server === undefined) return ensureServer(sliceId, vm, { known, ports });
    for (const each of surplus) await removeServer(each);
    if (surplus.length > 0) await plugAgain(server, nicsOf(sliceId, vm));
    if (server.status === 'ERROR') {
      // one that never ran has nothing to lose
      if (server['OS-SRV-USG:launched_at'] == null) {
        await removeServer(server);
        return ensureServer(sliceId, vm, { known: [], ports });
      }
      await nova.reboot(server.id, 'HARD');
    } else if (rests.has(statusOf(server))) await unlessBusy(nova.start(server));
    return server;
  }

  /** What Nova cleans up behind a second server that has failed are the ports of both. */
  async function plugAgain(server: { id: string }, nics: readonly string[]): Promise<void> {
    const { nova, neutron } = parts.cloud();
    const ports = nics.length === 0 ? [] : await neutron.ports({ name: nics });
    for (const port of ports) if (port.device_id === '') await nova.attachPort(server.id, port.id);
  }

  async function removeServer(server: { id: string }): Promise<void> {
    let looks = 0;
    const ask = () => gone(parts.cloud().nova.deleteServer(server.id));
    await ask();
    for await (const now of watch.follow(server)) {
      if (now === null) return;
      // a host that was away has forgotten it
      if ((looks += 1) % asksAgainAfter === 0) await ask();
    }
  }

  /** What its serial console has shown, as far as Nova keeps it. */
  async function consoleLog(sliceId: number, vmId: number, lines: number): Promise<string> {
    const server = await serverOf(sliceId, vmId);
    if (server === null || statusOf(server) !== 'running') throw notRunning();
    return parts.cloud().nova.consoleOutput(server.id, lines);
  }

  return {
    requireDefined,
    ensureDefined,
    serverOf,
    start,
    /** Plugs NICs into servers that have been made without them. */
    async plug(sliceId: number, nics: readonly { vmId: number; portId: string }[]): Promise<void> {
      if (nics.length === 0) return;
      const { nova } = parts.cloud();
      const servers = await nova.servers(
        nics.map(({ vmId }) => names.vm(sliceId, vmId)),
        'any',
      );
      for (const { vmId, portId } of nics) {
        const server = servers.find(({ name }) => name === names.vm(sliceId, vmId));
        if (server !== undefined) await nova.attachPort(server.id, portId);
      }
    },
    async stop(sliceId: number, vmId: number): Promise<void> {
      const server = await serverOf(sliceId, vmId);
      if (server === null || statusOf(server) === 'stopped') return;
      // Nova stops none that is suspended: it goes on, and is stopped then
      await unlessBusy(
        rests.has(statusOf(server)) ? parts.cloud().nova.start(server) : parts.cloud().nova.stop(server.id),
      );
      for await (const now of watch.follow(server)) {
        if (now === null || (statusOf(now) === 'stopped' && taskOf(now) === null)) return;
        // what began before it had to end first
        if (isUp(now)) await unlessBusy(parts.cloud().nova.stop(server.id));
      }
    },
    async reboot(sliceId: number, vm: VmSpec, signal?: AbortSignal): Promise<void> {
      await requireDefined(sliceId, vm.id);
      const server = await serverOf(sliceId, vm.id);
      if (server === null || !['running', 'suspended'].includes(statusOf(server))) return start(sliceId, vm, signal);
      await parts.cloud().nova.reboot(server.id, 'HARD');
      await until(server, isUp, { vm: vm.name, signal });
    },
    /** By what its serial console has shown, or by the clock; a port is not asked, since nobody of ours is in its network. */
    async awaitReady(sliceId: number, vm: VmSpec, signal?: AbortSignal): Promise<void> {
      const { ready } = vm;
      if (ready === null) return;
      if (ready.tcpPort !== undefined) throw unsupported(say('CLOUD_NOT_OFFERED'));
      if (ready.seconds !== undefined) await parts.pause(ready.seconds * 1000, signal).catch(() => undefined);
      for (;;) {
        if (signal?.aborted === true) throw aborted(signal);
        const shown = await consoleLog(sliceId, vm.id, gateLines);
        if (ready.marker === undefined || shown.includes(ready.marker)) return;
        await parts.pause(gateMs, signal).catch(() => undefined);
      }
    },
    /** The server first: while its definition is there, whoever follows sees that something is left. */
    async remove(sliceId: number, vmId: number, nics: readonly Port[]): Promise<void> {
      const { neutron } = parts.cloud();
      for (const server of await serversOf(sliceId, vmId)) await removeServer(server);
      for (const { id } of nics) await freed(parts, () => neutron.deletePort(id));
      for (const { id } of await definitions(sliceId, vmId)) await freed(parts, () => neutron.deletePort(id));
    },
    removeServer,
    until,
    follow: watch.follow,
    consoleLog,
    /** What is remembered of a slice that is gone. */
    forget: (sliceId: number) => void ownNetworks.delete(names.slice(sliceId)),
  };
}
