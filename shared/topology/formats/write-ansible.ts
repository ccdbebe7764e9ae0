import { withoutPrefix } from '../prefix';
import { stringify } from 'yaml';
import { slug } from '../../slug';
import type { AddressRow } from '../address-table';

interface Host {
  ansible_host?: string;
  ansible_port?: number;
  ansible_user?: string;
  trama_addresses: string[];
}

/** Names of groups as Ansible takes them, identifiers of Python, and so never that of a VM. Different names stay different. */
class GroupNames {
  readonly #given = new Map<string, string>();
  readonly #taken = new Set<string>();

  of(kind: 'network' | 'image', name: string): string {
    const known = this.#given.get(`${kind} ${name}`);
    if (known !== undefined) return known;
    const plain = `${kind}_${slug(name.toLowerCase(), '_')}`;
    let given = plain;
    for (let n = 2; this.#taken.has(given); n += 1) given = `${plain}_${n}`;
    this.#taken.add(given);
    this.#given.set(`${kind} ${name}`, given);
    return given;
  }
}

/**
 * An inventory for Ansible (https://docs.ansible.com/ansible/latest/inventory_guide/intro_inventory.html): a host for each VM, groups by network and image. Where a
 * port leads to a VM's SSH server, that is where it is reached; else its first address, for who runs Ansible inside of the topology. Ansible carries out what stands
 * between double braces in an inventory: nothing is in it that people have written freely. Pure.
 */
export function addressInventory(rows: readonly AddressRow[]): string {
  const hosts = new Map<string, Host>();
  const groups = new Map<string, Set<string>>();
  const names = new GroupNames();
  const join = (group: string, vm: string) => groups.set(group, (groups.get(group) ?? new Set()).add(vm));
  for (const { vm, image, network, addresses, ssh } of rows) {
    const host = hosts.get(vm) ?? { ...(ssh !== null && reachedBy(ssh)), trama_addresses: [] };
    hosts.set(vm, host);
    host.trama_addresses.push(...addresses);
    join(names.of('image', image), vm);
    if (network !== null) join(names.of('network', network), vm);
  }
  const inventory = {
    all: {
      hosts: Object.fromEntries([...hosts].map(([vm, host]) => [vm, withHost(host)])),
      children: Object.fromEntries(
        [...groups]
          .toSorted(([a], [b]) => (a < b ? -1 : 1))
          .map(([group, members]) => [group, { hosts: Object.fromEntries([...members].map((vm) => [vm, {}])) }]),
      ),
    },
  };
  // Ansible reads YAML 1.1, in which `on` and `12:30` are no texts
  return stringify(inventory, { lineWidth: 0, compat: 'yaml-1.1' });
}

const reachedBy = ({ host, port, user }: NonNullable<AddressRow['ssh']>): Omit<Host, 'trama_addresses'> => ({
  ansible_host: host,
  ansible_port: port,
  ...(user !== null && { ansible_user: user }),
});

/** In the order in which people look for it: where it is first. */
function withHost(host: Host): Host {
  const [address] = host.trama_addresses;
  if (host.ansible_host !== undefined || address === undefined) return host;
  return { ansible_host: withoutPrefix(address), ...host };
}
