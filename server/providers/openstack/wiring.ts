import { say } from '#shared/sentence';
import { appliedEdge, appliedNetwork } from '../applied';
import { notDefined } from '../errors';
import type { EdgeSpec, NetworkSpec, NicSpec } from '../provider';
import type { Network, Port } from './client/neutron';
import { asDescription } from './packed';
import type { Machines } from './machines';
import { ensured, freed, gone, unsupported, type ZoneParts } from './zone-parts';

type End = { vmId: number; nic: NicSpec };

/** Networks of a slice, and its edges: a link is a network of its own with two ports, an attachment a port on a network. */
export function wiringOf(parts: ZoneParts, machines: Machines) {
  const { names } = parts;

  const networkNamed = async (name: string): Promise<Network | null> => {
    const [found] = await parts.cloud().neutron.networks({ name });
    return found ?? null;
  };
  const ensureNetworkNamed = (name: string, description: string): Promise<Network> => {
    const { neutron } = parts.cloud();
    return ensured(parts, name, {
      find: () => neutron.networks({ name }),
      create: () => neutron.createNetwork({ name, description }),
      remove: ({ id }) => gone(neutron.deleteNetwork(id)),
    });
  };
  /** Nova takes no port without an address, so each network has the subnet of the address plan, which does nothing but count. */
  const ensureSubnet = async (network: Network, nic: NicSpec): Promise<string> => {
    const [known] = network.subnets;
    if (known !== undefined) return known;
    const { neutron } = parts.cloud();
    const name = `${network.name}.subnet`;
    const { id } = await ensured(parts, name, {
      // of a network that has just been made, or looked at
      known: [],
      find: () => neutron.subnets({ network_id: network.id }),
      create: () => neutron.createSubnet({ name, networkId: network.id, cidr: networkOf(nic.address) }),
      // who is asked for one finds one, whichever
      remove: async () => undefined,
    });
    return id;
  };
  const ensureNic = (
    edge: EdgeSpec,
    { nic }: End,
    on: { name: string; networkId: string; subnetId: string; known: Port[] },
  ): Promise<Port> => {
    const { neutron } = parts.cloud();
    const { name, networkId, known } = on;
    return ensured(parts, name, {
      known,
      find: () => neutron.ports({ name }),
      create: () =>
        neutron.createPort({
          name,
          networkId,
          description: asDescription(appliedEdge(edge)),
          mac: nic.mac,
          fixed: { subnetId: on.subnetId, address: addressOf(nic.address) },
        }),
      remove: ({ id }) => gone(neutron.deletePort(id)),
    });
  };
  const removePorts = async (ports: readonly Port[]): Promise<void> => {
    const { neutron } = parts.cloud();
    await Promise.all(ports.map(({ id }) => freed(parts, () => neutron.deletePort(id))));
  };
  const removeNetworksNamed = async (name: string): Promise<void> => {
    const { neutron } = parts.cloud();
    for (const { id } of await neutron.networks({ name })) {
      await removePorts(await neutron.ports({ network_id: id }));
      await freed(parts, () => neutron.deleteNetwork(id));
    }
  };

  async function ensureEdge(sliceId: number, edge: EdgeSpec): Promise<void> {
    const ends: End[] = 'vmId' in edge.target ? [edge.source, edge.target] : [edge.source];
    const { target } = edge;
    if (edge.down === true) throw unsupported(say('CLOUD_LINKS_PLAIN'));
    const nicName = ({ vmId }: End) => names.nic(sliceId, edge.id, vmId);
    // one look for both: whether the VMs are defined, and what there is of the edge
    const vmNames = ends.map(({ vmId }) => names.vm(sliceId, vmId));
    const found = await parts.cloud().neutron.ports({ name: [...vmNames, ...ends.map(nicName)] });
    if (vmNames.some((name) => !found.some((port) => port.name === name))) throw notDefined('virtual machine');
    const network =
      'networkId' in target
        ? // attachments of one network make its subnet one after another
          await parts.mutex.run(names.network(sliceId, target.networkId), async () => {
            const known = await networkNamed(names.network(sliceId, target.networkId));
            return known === null ? null : { id: known.id, subnetId: await ensureSubnet(known, edge.source.nic) };
          })
        : await ensureNetworkNamed(names.edge(sliceId, edge.id), '').then(async (made) => ({
            id: made.id,
            subnetId: await ensureSubnet(made, edge.source.nic),
          }));
    if (network === null) throw notDefined('network');
    const ports = await Promise.all(
      ends.map((end) => {
        const name = nicName(end);
        const known = found.filter((port) => port.name === name);
        return ensureNic(edge, end, { name, networkId: network.id, subnetId: network.subnetId, known });
      }),
    );
    await machines.plug(
      sliceId,
      ends.flatMap(({ vmId }, index) => {
        const port = ports[index];
        return port === undefined || port.device_id !== '' ? [] : [{ vmId, portId: port.id }];
      }),
    );
  }
  async function removeEdge(sliceId: number, edgeId: number, vmIds: readonly number[]): Promise<void> {
    const { neutron } = parts.cloud();
    const nics = vmIds.map((vmId) => names.nic(sliceId, edgeId, vmId));
    if (nics.length > 0) await removePorts(await neutron.ports({ name: nics }));
    await removeNetworksNamed(names.edge(sliceId, edgeId));
  }
  const ofEdge = (sliceId: number, edgeId: number, work: () => Promise<void>) =>
    parts.mutex.run(names.edge(sliceId, edgeId), work);
  const ofNetwork = (sliceId: number, networkId: number, work: () => Promise<void>) =>
    parts.mutex.run(names.network(sliceId, networkId), work);

  return {
    ensureNetwork: (sliceId: number, network: NetworkSpec): Promise<void> =>
      ofNetwork(sliceId, network.id, async () => {
        await ensureNetworkNamed(names.network(sliceId, network.id), asDescription(appliedNetwork(network)));
      }),
    removeNetwork: (sliceId: number, networkId: number): Promise<void> =>
      ofNetwork(sliceId, networkId, () => removeNetworksNamed(names.network(sliceId, networkId))),
    ensureEdge: (sliceId: number, edge: EdgeSpec): Promise<void> =>
      ofEdge(sliceId, edge.id, () => ensureEdge(sliceId, edge)),
    /** `vmIds`: whose NICs are at its ends. */
    removeEdge: (sliceId: number, edgeId: number, vmIds: readonly number[]): Promise<void> =>
      ofEdge(sliceId, edgeId, () => removeEdge(sliceId, edgeId, vmIds)),
    /** What was there of it goes first. */
    replaceEdge: (sliceId: number, edge: EdgeSpec, vmIds: readonly number[]): Promise<void> =>
      ofEdge(sliceId, edge.id, async () => {
        await removeEdge(sliceId, edge.id, vmIds);
        await ensureEdge(sliceId, edge);
      }),
  };
}

const addressOf = (cidr: string) => cidr.replace(/\/.*$/, '');

/** `10.0.0.1/30` is in `10.0.0.0/30`. */
export function networkOf(cidr: string): string {
  const [address = '', length = '32'] = cidr.split('/');
  const bits = 32 - Number(length);
  const value = address.split('.').reduce((sum, octet) => sum * 256 + Number(octet), 0);
  const base = Math.floor(value / 2 ** bits) * 2 ** bits;
  const octets = [24, 16, 8, 0].map((shift) => Math.floor(base / 2 ** shift) % 256);
  return `${octets.join('.')}/${length}`;
}
