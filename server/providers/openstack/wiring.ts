import { say } from '#shared/sentence';
import { blockOf, textOf } from '#shared/topology/ipv4';
import { subnetIn } from '#shared/topology/ipv6';
import { withoutPrefix } from '#shared/topology/prefix';
import { appliedEdge, appliedNetwork } from '../applied';
import { notDefined } from '../errors';
import type { EdgeSpec, NetworkSpec, NicSpec } from '../provider';
import type { Network, Port, Subnet } from './client/neutron';
import { asDescription } from './packed';
import type { Machines } from './machines';
import { ensured, freed, gone, unsupported, type ZoneParts } from './zone-parts';

type End = { vmId: number; nic: NicSpec };
/** Of a network, by their ids. */
interface Subnets {
  id: string;
  subnet4: string;
  subnet6: string | null;
}

/** Networks of a slice, and its edges: a link is a network of its own with two ports, an attachment a port on a network. */
export function wiringOf(parts: ZoneParts, machines: Machines) {
  const { names } = parts;

  const networkNamed = async (name: string): Promise<Network | null> => {
    const [found] = await parts.cloud().neutron.networks({ name });
    return found ?? null;
  };
  const ensureNetworkNamed = (
    name: string,
    { description = '', mtu }: { description?: string; mtu?: number | undefined },
  ): Promise<Network> => {
    const { neutron, settings } = parts.cloud();
    return ensured(parts, name, {
      find: () => neutron.networks({ name }),
      create: () => {
        const own = mtu ?? settings.mtu;
        const portSecurity = settings.portSecurity !== 'off';
        return neutron.createNetwork({ name, description, portSecurity, ...(own !== null && { mtu: own }) });
      },
      remove: ({ id }) => gone(neutron.deleteNetwork(id)),
    });
  };
  const ensureSubnet = async (network: Network, address: string, known: readonly Subnet[]): Promise<string> => {
    const { neutron } = parts.cloud();
    const version = address.includes(':') ? 6 : 4;
    const name = `${network.name}.subnet${version}`;
    const ofVersion = (subnets: readonly Subnet[]) => subnets.filter((subnet) => subnet.ip_version === version);
    const { id } = await ensured(parts, name, {
      known: ofVersion(known),
      find: async () => ofVersion(await neutron.subnets({ network_id: network.id })),
      create: () => neutron.createSubnet({ name, networkId: network.id, cidr: networkOf(address), version }),
      // who is asked for one finds one, whichever
      remove: async () => undefined,
    });
    return id;
  };
  /** Nova takes no port without an address, so each network has the subnets of the address plan, which do nothing but count. */
  const subnetsOf = async (network: Network, { address, address6 }: NicSpec): Promise<Subnets> => {
    const { id, subnets } = network;
    const [first] = subnets;
    // that of IPv4 is made first
    if (first !== undefined && subnets.length === 1 && address6 === undefined)
      return { id, subnet4: first, subnet6: null };
    // none of a network that has just been made, or looked at
    const known = first === undefined ? [] : await parts.cloud().neutron.subnets({ network_id: id });
    return {
      id,
      subnet4: await ensureSubnet(network, address, known),
      subnet6: address6 === undefined ? null : await ensureSubnet(network, address6, known),
    };
  };
  /** A network has that of its NICs, who alone are told it. */
  const giveMtu = async (network: Network, { mtu }: NicSpec) => {
    if (mtu !== undefined && network.mtu !== mtu) await parts.cloud().neutron.setMtu(network.id, mtu);
  };
  const ensureNic = (
    edge: EdgeSpec,
    { nic }: End,
    on: { name: string; network: Subnets; known: Port[] },
  ): Promise<Port> => {
    const { neutron } = parts.cloud();
    const { name, network, known } = on;
    const { address6 } = nic;
    return ensured(parts, name, {
      known,
      find: () => neutron.ports({ name }),
      create: async () =>
        neutron.createPort({
          name,
          networkId: network.id,
          description: asDescription(appliedEdge(edge)),
          mac: nic.mac,
          securityGroup: await parts.securityGroup(),
          fixed: [
            { subnetId: network.subnet4, address: withoutPrefix(nic.address) },
            ...(network.subnet6 === null || address6 === undefined
              ? []
              : [{ subnetId: network.subnet6, address: withoutPrefix(address6) }]),
          ],
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
        ? // attachments of one network make its subnets one after another
          await parts.mutex.run(names.network(sliceId, target.networkId), async () => {
            const known = await networkNamed(names.network(sliceId, target.networkId));
            if (known === null) return null;
            await giveMtu(known, edge.source.nic);
            return subnetsOf(known, edge.source.nic);
          })
        : await subnetsOf(
            await ensureNetworkNamed(names.edge(sliceId, edge.id), { mtu: edge.source.nic.mtu }),
            edge.source.nic,
          );
    if (network === null) throw notDefined('network');
    const ports = await Promise.all(
      ends.map((end) => {
        const name = nicName(end);
        const known = found.filter((port) => port.name === name);
        return ensureNic(edge, end, { name, network, known });
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
        const description = asDescription(appliedNetwork(network));
        await ensureNetworkNamed(names.network(sliceId, network.id), { description });
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

/** `10.0.0.1/30` is in `10.0.0.0/30`, `fd00::1/64` in `fd00::/64`. */
export function networkOf(cidr: string): string {
  const block = blockOf(cidr);
  return block === null ? (subnetIn(cidr) ?? cidr) : textOf(block);
}
