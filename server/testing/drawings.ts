import { newVm, type Topology } from '#shared/topology/schema';

type Vm = Topology['vms'][number];

/** A VM of the seeded `nano` flavour and `tiny` image. */
const vm = (key: string, name: string, values: Partial<Vm> = {}): Vm => ({
  ...newVm({ key, name, flavourId: 1, imageId: 1, x: 0, y: 0 }),
  ...values,
});

/** VMs in a row, each linked to the next; keys `vm1`…, names `vm-1`…. */
export function line(count: number, prefix = 'vm'): Topology {
  return {
    vms: Array.from({ length: count }, (_, index) =>
      vm(`${prefix}${index + 1}`, `${prefix}-${index + 1}`, { x: index * 100 }),
    ),
    networks: [],
    edges: Array.from({ length: Math.max(0, count - 1) }, (_, index) => ({
      key: `e${index + 1}`,
      source: `${prefix}${index + 1}`,
      target: `${prefix}${index + 2}`,
    })),
  };
}

/** VMs (each with its port 22 forwarded), networks and links by name, which are their keys, too. */
export function drawing(options: {
  vms: readonly string[];
  networks?: readonly string[];
  edges?: readonly (readonly [string, string])[];
}): Topology {
  const forwards: Vm['forwards'] = [{ protocol: 'tcp', guestPort: 22 }];
  return {
    vms: options.vms.map((name) => vm(name, name, { forwards })),
    networks: (options.networks ?? []).map((name) => ({ key: name, name, x: 0, y: 0 })),
    edges: (options.edges ?? []).map(([source, target], index) => ({ key: `e${index}`, source, target })),
  };
}

/** VMs `a`, `b`, `c` in a line, two of them in a network too. */
export const small = drawing({
  vms: ['a', 'b', 'c'],
  networks: ['lan'],
  edges: [
    ['a', 'b'],
    ['b', 'c'],
    ['a', 'lan'],
    ['c', 'lan'],
  ],
});
