import { blockOf, everywhere, serverOffset, textOf } from '#shared/topology/ipv4';
import { address6Of, subnetIn } from '#shared/topology/ipv6';
import type { NicSpec, VmSpec } from '../../provider';
import type { ServiceConfig } from './config';
import { withoutPrefix } from '#shared/topology/prefix';

type Guest = Pick<VmSpec, 'name' | 'hostname' | 'nics' | 'hosts' | 'routes' | 'router' | 'internet'>;

const usualMtu = 1_500;

/**
 * What the server of a network goes by: NICs on it with their addresses, and the names of their VMs and of all that these reach by name. Null where nobody is on
 * it, so that there is nobody to be served. Pure.
 */
export function serviceOf(
  { networkId, mac }: { networkId: number; mac: string },
  guests: readonly Guest[],
): ServiceConfig | null {
  const isHere = ({ peer }: NicSpec) => 'networkId' in peer && peer.networkId === networkId;
  const here = guests.flatMap((vm) => vm.nics.filter(isHere).map((nic) => ({ vm, nic })));
  const block = blockOf(here[0]?.nic.address);
  if (block === null) return null;
  const address = textOf(block, serverOffset(block));
  const subnet6 = subnetIn(here.find(({ nic }) => nic.address6 !== undefined)?.nic.address6);
  const mtu = Math.max(...here.map(({ nic }) => nic.mtu ?? usualMtu));
  const routesOf = ({ vm, nic }: (typeof here)[number]) =>
    vm.routes.flatMap(({ to, via, edgeId }) => (edgeId === nic.edgeId ? [{ to, via }] : []));
  const gateway = here.flatMap(routesOf).find(({ to }) => to === everywhere)?.via;
  const router = gateway ?? here.find(({ vm }) => vm.router)?.nic.address;
  return {
    mac,
    address,
    address6: address6Of(address, subnet6),
    ...(mtu !== usualMtu && { mtu }),
    ...(router !== undefined && { router: withoutPrefix(router) }),
    hosts: here.map(({ vm, nic }) => {
      const routes = routesOf({ vm, nic }).filter(({ to }) => to !== everywhere);
      return {
        ...{ mac: nic.mac.toLowerCase(), name: vm.hostname || vm.name, address: nic.address, internet: vm.internet },
        ...(nic.mtu !== undefined && { mtu: nic.mtu }),
        ...(routes.length > 0 && { routes }),
      };
    }),
    names: namesOf(here),
  };
}

/** Who is on the network is known by the addresses there, others by those under which somebody on it reaches them. */
function namesOf(here: readonly { vm: Guest; nic: NicSpec }[]): ServiceConfig['names'] {
  const own = here.flatMap(({ vm, nic: { address, address6 } }) =>
    [address, ...(address6 === undefined ? [] : [address6])].map((one) => ({
      name: vm.name,
      address: withoutPrefix(one),
    })),
  );
  const known = new Set(own.map(({ name }) => name));
  const beyond = here.flatMap(({ vm }) => vm.hosts.filter(({ name }) => !known.has(name)));
  const names = [...own, ...beyond].map(({ name, address }) => ({ name: name.toLowerCase(), address }));
  return [...new Map(names.map((one) => [`${one.name} ${one.address}`, one])).values()];
}
