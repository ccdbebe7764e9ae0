import type { GuestNic } from '../guest';
import { guestNicOf } from '../guest-nic';
import type { ForwardState } from '../slice-status';
import { sshAddress, type SshTarget } from '../ssh-access';
import { macAt } from './addresses';
import { address6Of } from './ipv6';
import type { Topology, TopologyEdge, TopologyVm } from './schema';

/** A NIC of a VM and what leads to it. A VM without a NIC has one row all the same, since ports may lead to it. */
export interface AddressRow {
  /** Keys of the VM and of the edge, in the drawing. */
  vmKey: string;
  edgeKey: string | null;
  /** The VM's name, of which a topology has one. */
  vm: string;
  /** What the guest calls itself: that, or another name with its domain. */
  hostname: string;
  image: string;
  /** The NIC's number in its VM, from 0, along which guests number their interfaces. */
  nic: number | null;
  /** What the drawing calls it, where it does. */
  interface: string | null;
  /** Null of what is only drawn, unless it is chosen there. */
  mac: string | null;
  /** With their prefix lengths. */
  addresses: readonly string[];
  /** The network that it is in, or the VM at the other end. */
  network: string | null;
  peer: string | null;
  /** Of the VM. */
  forwards: readonly ForwardState[];
  /** How the VM's SSH server is reached from outside; `user` is null where nobody knows whom it lets in. */
  ssh: (Pick<SshTarget, 'host' | 'port'> & { user: string | null }) | null;
  /** What its guest says that it has there; null where it was not asked, does not say or has no such NIC. */
  guest: { interface: string; addresses: readonly string[] } | null;
}

/** What of a slice its topology does not have. */
interface DeployedParts {
  vmList: readonly {
    id: number;
    key: string;
    forwards: readonly ForwardState[];
    sshUser: string | null;
  }[];
  edges: readonly { id: number; key: string }[];
}

export interface AddressTableOptions {
  imageName: (imageId: number) => string;
  /** Without it, the topology is only drawn. */
  slice?: DeployedParts | undefined;
  /** The host by which the caller reaches Trama, for ports that listen at all addresses of theirs. */
  here?: string | undefined;
  /** What guests say, by the ids of their VMs. */
  guests?: ReadonlyMap<number, readonly GuestNic[]> | undefined;
}

const byName = new Intl.Collator('en', { numeric: true });

/**
 * All addresses of a topology with its address plan, by VM and NIC: as slices and saved templates have it. A NIC may have any number of addresses. Pure.
 */
export function addressTable(
  topology: Pick<Topology, 'vms' | 'networks' | 'edges'>,
  { imageName, slice, here = 'localhost', guests }: AddressTableOptions,
): AddressRow[] {
  const vmNames = new Map(topology.vms.map(({ key, name }) => [key, name]));
  const networks = new Map(topology.networks.map((network) => [network.key, network]));
  const edgeIds = new Map(slice?.edges.map(({ key, id }) => [key, id]));
  const deployed = new Map(slice?.vmList.map((vm) => [vm.key, vm]));
  const ends = new Map<string, NicEnd[]>();
  for (const edge of topology.edges)
    for (const { key, ...end } of endsOf(edge, edgeIds.get(edge.key), networks.get(edge.target)?.ipv6)) {
      const known = ends.get(key);
      if (known === undefined) ends.set(key, [end]);
      else known.push(end);
    }
  return topology.vms
    .toSorted((a, b) => byName.compare(a.name, b.name))
    .flatMap((vm) => {
      const there = deployed.get(vm.key);
      const common = {
        ...{ vmKey: vm.key, vm: vm.name, hostname: vm.hostname === '' ? vm.name : vm.hostname },
        image: imageName(vm.imageId),
        forwards: there?.forwards ?? drawnForwards(vm),
        ssh: there === undefined ? null : sshOf(there, here),
      };
      const nics = (ends.get(vm.key) ?? []).toSorted((a, b) => (a.nic ?? 0) - (b.nic ?? 0));
      const said = there === undefined ? undefined : guests?.get(there.id);
      return (nics.length === 0 ? [noNic] : nics).map(({ to, ...nic }): AddressRow => ({
        ...common,
        ...nic,
        network: networks.get(to)?.name ?? null,
        peer: vmNames.get(to) ?? null,
        guest: guestNic(nic.mac, said),
      }));
    });
}

/** Of a row, what its edge says of the end. */
type NicEnd = Pick<AddressRow, 'edgeKey' | 'nic' | 'interface' | 'mac' | 'addresses'> & { to: string };

const noNic: NicEnd = { edgeKey: null, nic: null, interface: null, mac: null, addresses: [], to: '' };

const listed = (one: string | undefined): string[] => (one === undefined ? [] : [one]);

/** The ends of an edge, by the keys of what they are at: also that at a network, which no VM's row takes. */
function endsOf(
  edge: TopologyEdge,
  id: number | undefined,
  ofNetwork: string | undefined,
): (NicEnd & { key: string })[] {
  const ipv6 = ofNetwork ?? edge.ipv6;
  const end = (which: 'source' | 'target'): NicEnd & { key: string } => {
    const nic = which === 'source' ? edge.sourceNic : edge.targetNic;
    const called = which === 'source' ? edge.sourceInterface : edge.targetInterface;
    return {
      key: edge[which],
      edgeKey: edge.key,
      nic: nic?.index ?? null,
      interface: called ?? null,
      mac: id === undefined ? (edge[`${which}Mac`] ?? null) : macAt({ ...edge, id }, which),
      addresses: (nic?.addresses ?? []).flatMap((address) => [
        address,
        ...listed(address6Of(address, ipv6, edge[`${which}OwnAddress6`])),
      ]),
      to: which === 'source' ? edge.target : edge.source,
    };
  };
  return [end('source'), end('target')];
}

/** Ports are given on deploy. */
const drawnForwards = ({ forwards }: TopologyVm): ForwardState[] =>
  forwards.map((forward) => ({ ...forward, hostAddress: null, hostPort: null }));

function sshOf(vm: DeployedParts['vmList'][number], here: string): AddressRow['ssh'] {
  // an address of IPv6 stands between brackets where `here` is of a URL
  const address = sshAddress(vm, here.replace(/^\[(.*)\]$/, '$1'));
  return address === null ? null : { ...address, user: vm.sshUser };
}

function guestNic(mac: string | null, said: readonly GuestNic[] | undefined): AddressRow['guest'] {
  const nic = guestNicOf(mac, said);
  return nic && { interface: nic.name, addresses: nic.addresses };
}

/** Whether a guest says that it has other addresses than were planned. */
export const hasOthers = ({ addresses, guest }: Pick<AddressRow, 'addresses' | 'guest'>): boolean =>
  guest !== null && !addresses.every((one) => guest.addresses.includes(one));
