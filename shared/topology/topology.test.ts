import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { limits } from '../limits';
import { allocateAddresses, macOf, withAddresses } from './addresses';
import type { Catalogue } from './catalogue';
import { sameTopology } from './same';
import { emptyTopology, newVm, topologySchema, vmDefaults, type Topology } from './schema';
import { validateTopology } from './validate';

const catalogue: Catalogue = {
  flavours: [
    { id: 1, name: 'nano', vcpus: 1, ramMb: 64, diskGb: 1, retiredAt: null },
    { id: 2, name: 'big', vcpus: 8, ramMb: 8192, diskGb: 50, retiredAt: null },
    { id: 3, name: 'old', vcpus: 8, ramMb: 8192, diskGb: 50, retiredAt: '2026-01-01T00:00:00.000Z' },
  ],
  images: [
    { id: 1, name: 'tiny', kind: 'disk', minRamMb: 64, minDiskGb: 0, retiredAt: null },
    { id: 2, name: 'debian', kind: 'disk', minRamMb: 512, minDiskGb: 10, retiredAt: null },
    { id: 4, name: 'small', kind: 'kernel', minRamMb: 0, minDiskGb: 0, retiredAt: null },
    { id: 3, name: 'gone', kind: 'disk', minRamMb: 0, minDiskGb: 0, retiredAt: '2026-01-01T00:00:00.000Z' },
  ],
};

/** Drawings that are valid: links and attachments between existing nodes, as many as NICs allow. */
const drawings = fc
  .record({
    vms: fc.integer({ min: 0, max: 12 }),
    networks: fc.integer({ min: 0, max: 4 }),
    edges: fc.array(fc.tuple(fc.nat(), fc.nat()), { maxLength: 40 }),
  })
  .map(({ vms, networks, edges }): Topology => {
    const topology: Topology = {
      vms: Array.from({ length: vms }, (_, n) => ({
        ...vmDefaults(),
        key: `v${n}`,
        name: `vm-${n}`,
        flavourId: 1,
        imageId: 1,
        internet: n % 2 === 0,
        x: n,
        y: 0,
      })),
      networks: Array.from({ length: networks }, (_, n) => ({ key: `n${n}`, name: `net ${n}`, x: 0, y: n })),
      edges: [],
    };
    const nics = new Map<string, number>();
    for (const [from, to] of edges) {
      const source = topology.vms[from % Math.max(1, vms)]?.key;
      const nodes = [...topology.vms, ...topology.networks];
      const target = nodes[to % Math.max(1, nodes.length)]?.key;
      if (source === undefined || target === undefined || source === target) continue;
      if ([source, target].some((key) => (nics.get(key) ?? 0) >= limits.nicsPerVm)) continue;
      for (const key of [source, target]) nics.set(key, (nics.get(key) ?? 0) + 1);
      topology.edges.push({ key: `e${topology.edges.length}`, source, target });
    }
    return topology;
  });
const someVms = drawings.filter((topology) => topology.vms.length > 1);
const codes = (topology: Topology, base?: Topology) =>
  validateTopology(topology, catalogue, base).map((problem) => problem.code);

describe('validateTopology', () => {
  it('finds nothing wrong with what is right', () => {
    fc.assert(
      fc.property(drawings, (topology) => {
        expect(topologySchema.parse(topology)).toEqual(topology);
        expect(validateTopology(topology, catalogue)).toEqual([]);
      }),
    );
    expect(validateTopology(emptyTopology)).toEqual([]);
  });

  it('finds each single fault, and where it is', () => {
    const first = (topology: Topology) => {
      const [vm, second] = topology.vms;
      if (vm === undefined || second === undefined) throw new Error('two VMs are needed');
      return { vm, second };
    };
    const faults: [string, (topology: Topology) => { node?: string; edge?: string }][] = [
      [
        'EDGE_DANGLING',
        (t) => {
          t.edges.push({ key: 'bad', source: first(t).vm.key, target: 'ghost' });
          return { edge: 'bad' };
        },
      ],
      [
        'EDGE_DANGLING',
        (t) => {
          t.edges.push({ key: 'bad', source: 'ghost', target: first(t).vm.key });
          return { edge: 'bad' };
        },
      ],
      [
        'EDGE_SELF_LOOP',
        (t) => {
          t.edges.push({ key: 'bad', source: first(t).vm.key, target: first(t).vm.key });
          return { edge: 'bad' };
        },
      ],
      [
        'EDGE_SOURCE_NOT_VM',
        (t) => {
          t.networks.push({ key: 'extra', name: 'extra', x: 0, y: 0 });
          t.edges.push({ key: 'bad', source: 'extra', target: first(t).vm.key });
          return { edge: 'bad' };
        },
      ],
      [
        'DUPLICATE_VM_NAME',
        (t) => {
          first(t).second.name = first(t).vm.name.toUpperCase();
          return { node: first(t).second.key };
        },
      ],
      [
        'VM_NAME_RESERVED',
        (t) => {
          first(t).vm.name = 'LocalHost';
          return { node: first(t).vm.key };
        },
      ],
      [
        'VM_NAME_INVALID',
        (t) => {
          first(t).vm.name = '../etc';
          return { node: first(t).vm.key };
        },
      ],
      [
        'DUPLICATE_NETWORK_NAME',
        (t) => {
          t.networks.push({ key: 'x1', name: 'Same', x: 0, y: 0 }, { key: 'x2', name: 'same', x: 0, y: 0 });
          return { node: 'x2' };
        },
      ],
      [
        'DUPLICATE_KEY',
        (t) => {
          t.networks.push({ key: first(t).vm.key.toUpperCase(), name: 'clash', x: 0, y: 0 });
          return { node: first(t).vm.key.toUpperCase() };
        },
      ],
      [
        'DUPLICATE_FORWARD',
        (t) => {
          first(t).vm.forwards = [1, 2].map(() => ({ protocol: 'tcp', guestPort: 22 }));
          return { node: first(t).vm.key };
        },
      ],
      [
        'DUPLICATE_DISK',
        (t) => {
          first(t).vm.disks = [1, 2].map((sizeGb) => ({ label: 'data', sizeGb }));
          return { node: first(t).vm.key };
        },
      ],
      [
        'DUPLICATE_BOOT',
        (t) => {
          first(t).vm.boot = ['network', 'image', 'network'];
          return { node: first(t).vm.key };
        },
      ],
      [
        'BOOT_UNKNOWN',
        (t) => {
          first(t).vm.disks = [{ label: 'data', sizeGb: 1 }];
          first(t).vm.boot = ['data', 'logs', 'network'];
          return { node: first(t).vm.key };
        },
      ],
      [
        'DUPLICATE_FILE',
        (t) => {
          first(t).vm.files = ['a', 'b'].map((content) => ({ path: '/etc/frr/frr.conf', content, mode: '0644' }));
          return { node: first(t).vm.key };
        },
      ],
      [
        'PASSWORD_NOT_TAKEN',
        (t) => {
          first(t).vm.password = 'none';
          first(t).vm.imageId = 4;
          return { node: first(t).vm.key };
        },
      ],
      [
        'DUPLICATE_VARIABLE',
        (t) => {
          first(t).vm.environment = ['STAGE', 'stage', 'STAGE'].map((name) => ({ name, value: '' }));
          return { node: first(t).vm.key };
        },
      ],
      [
        'START_AFTER_UNKNOWN',
        (t) => {
          first(t).vm.startAfter = ['nobody'];
          return { node: first(t).vm.key };
        },
      ],
      [
        'START_AFTER_CYCLE',
        (t) => {
          first(t).vm.startAfter = [first(t).vm.key];
          return { node: first(t).vm.key };
        },
      ],
      [
        'READY_PORT_NOT_FORWARDED',
        (t) => {
          first(t).vm.ready = { tcpPort: 5432, timeoutSeconds: 10 };
          first(t).vm.forwards = [{ protocol: 'udp', guestPort: 5432 }];
          return { node: first(t).vm.key };
        },
      ],
      ...(
        [
          ['FLAVOUR_UNKNOWN', { flavourId: 99 }],
          ['FLAVOUR_RETIRED', { flavourId: 3 }],
          ['IMAGE_UNKNOWN', { imageId: 99 }],
          ['IMAGE_RETIRED', { imageId: 3 }],
          ['IMAGE_NEEDS_RAM', { imageId: 2 }],
          ['IMAGE_NEEDS_DISK', { imageId: 2 }],
        ] as const
      ).map(([code, values]): [string, (topology: Topology) => { node?: string }] => [
        code,
        (t) => {
          Object.assign(first(t).vm, values);
          return { node: first(t).vm.key };
        },
      ]),
    ];
    for (const [code, spoil] of faults)
      fc.assert(
        fc.property(someVms, (drawn) => {
          const topology = structuredClone(drawn);
          const where = spoil(topology);
          expect(validateTopology(topology, catalogue)).toContainEqual(expect.objectContaining({ code, ...where }));
        }),
        { numRuns: 20 },
      );
  });

  it('counts NICs, allows parallel links, and names the VM with too many', () => {
    const vm = (key: string) => newVm({ key, name: key, flavourId: 1, imageId: 1, x: 0, y: 0 });
    const edges = (count: number) =>
      Array.from({ length: count }, (_, n) => ({ key: `e${n}`, source: 'a', target: 'b' }));
    const topology = { vms: [vm('a'), vm('b')], networks: [], edges: edges(limits.nicsPerVm) };
    expect(codes(topology)).toEqual([]);
    expect(codes({ ...topology, edges: edges(limits.nicsPerVm + 1) })).toEqual(['TOO_MANY_NICS', 'TOO_MANY_NICS']);
  });

  it('lets a VM keep what was retired, and no other take it', () => {
    const base: Topology = {
      ...emptyTopology,
      vms: [newVm({ key: 'a', name: 'a', flavourId: 3, imageId: 3, x: 0, y: 0 })],
    };
    expect(codes(base)).toEqual(['FLAVOUR_RETIRED', 'IMAGE_RETIRED']);
    expect(codes(base, base)).toEqual([]);
    const more: Topology = { ...base, vms: base.vms.flatMap((vm) => [vm, { ...vm, key: 'b', name: 'b' }]) };
    expect(validateTopology(more, catalogue, base).map(({ node }) => node)).toEqual(['b', 'b']);
  });
});

describe('sameTopology', () => {
  it('sees through the order of things, and no difference besides', () => {
    fc.assert(
      fc.property(someVms, (drawn) => {
        const topology = withAddresses(drawn);
        const turned = structuredClone(topology);
        turned.vms.reverse();
        turned.networks.reverse();
        turned.edges.reverse();
        expect(sameTopology(topology, turned)).toBe(true);
        const [vm] = turned.vms;
        if (vm !== undefined) vm.internet = !vm.internet;
        expect(sameTopology(topology, turned)).toBe(false);
      }),
    );
  });
});

/** First and last address of `10.0.0.4/30`, or the address and its subnet's bounds. */
function read(text: string) {
  const [address = '', prefix = ''] = text.split('/');
  const value = address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
  const size = 2 ** (32 - Number(prefix));
  const first = Math.floor(value / size) * size;
  return { value, first, last: first + size - 1, prefix: Number(prefix) };
}

/** `dense`: the numbers of NICs have no gaps and follow the edges, as in a drawing that nothing was removed from. */
function checkAddresses(topology: Topology, dense = true) {
  const { networks, edges } = allocateAddresses(topology);
  expect([...edges.keys()]).toEqual(topology.edges.map(({ key }) => key));
  const subnets = new Map<string, { first: number; last: number }>();
  for (const { subnet } of edges.values()) subnets.set(subnet, read(subnet));
  for (const subnet of networks.values()) subnets.set(subnet, read(subnet));
  const links = [...edges.values()].filter(({ targetAddress }) => targetAddress !== null);
  expect(subnets.size).toBe(links.length + topology.networks.length);
  const inOrder = [...subnets.values()].toSorted((a, b) => a.first - b.first);
  inOrder.forEach((subnet, index) => {
    const next = inOrder[index + 1];
    if (next !== undefined) expect(subnet.last).toBeLessThan(next.first);
  });
  const user = read('10.0.2.0/24');
  const used = new Set<number>();
  const nics = new Map<string, number[]>();
  for (const edge of topology.edges) {
    const place = edges.get(edge.key);
    if (place === undefined) throw new Error('no place');
    const subnet = read(place.subnet);
    expect(subnet.last < user.first || subnet.first > user.last).toBe(true);
    for (const address of [place.sourceAddress, place.targetAddress]) {
      if (address === null) continue;
      const { value, prefix } = read(address);
      expect(prefix).toBe(subnet.prefix);
      expect(value).toBeGreaterThan(subnet.first);
      expect(value).toBeLessThan(subnet.last);
      expect(used.has(value)).toBe(false);
      used.add(value);
    }
    nics.set(edge.source, [...(nics.get(edge.source) ?? []), place.sourceNic]);
    if (place.targetNic === null) expect(place.subnet).toBe(networks.get(edge.target));
    else nics.set(edge.target, [...(nics.get(edge.target) ?? []), place.targetNic]);
  }
  for (const numbers of nics.values()) {
    expect(new Set(numbers).size).toBe(numbers.length);
    for (const number of numbers) expect(number).toBeLessThan(limits.nicsPerVm);
    if (dense) expect(numbers).toEqual(numbers.map((_, index) => index));
  }
}

describe('sameTopology of edges that have no NICs yet', () => {
  it('sees their order, which decides the numbers of the NICs', () => {
    fc.assert(
      fc.property(drawings, (topology) => {
        fc.pre(topology.edges.length > 1);
        const turned = { ...topology, edges: topology.edges.toReversed() };
        expect(sameTopology(topology, turned)).toBe(false);
      }),
    );
  });
});

/** A drawing, and some of its edges and networks that go. */
const cuts = fc.tuple(drawings, fc.func(fc.boolean()), fc.func(fc.boolean())).map(([topology, goes, networkGoes]) => {
  const networks = topology.networks.filter(({ key }) => !networkGoes(key));
  const nodes = new Set([...topology.vms, ...networks].map(({ key }) => key));
  const edges = topology.edges.filter(({ key, target }) => !goes(key) && nodes.has(target));
  return { whole: topology, cut: { ...topology, networks, edges } };
});

describe('NICs and addresses', () => {
  it('stay with their edge whatever other edges and networks go', () => {
    fc.assert(
      fc.property(cuts, ({ whole, cut }) => {
        const saved = withAddresses(whole);
        const placed = new Map(saved.edges.map((edge) => [edge.key, edge]));
        // cut in the editor, which keeps what it was given, and by a program that writes the drawing anew
        const left = new Set([...cut.networks, ...cut.edges].map(({ key }) => key));
        const kept = {
          ...saved,
          networks: saved.networks.filter(({ key }) => left.has(key)),
          edges: saved.edges.filter(({ key }) => left.has(key)),
        };
        for (const next of [withAddresses(kept), withAddresses(kept, saved), withAddresses(cut, saved)])
          expect(next.edges).toEqual(cut.edges.map(({ key }) => placed.get(key)));
      }),
    );
  });

  it('stay with their edge when others are drawn, which get what is free', () => {
    fc.assert(
      fc.property(cuts, ({ whole, cut }) => {
        const saved = withAddresses(cut);
        const had = new Map(saved.edges.map((edge) => [edge.key, edge]));
        const next = withAddresses(whole, saved);
        expect(next.edges.filter(({ key }) => had.has(key))).toEqual(saved.edges);
        checkAddresses(next, false);
      }),
    );
  });

  it('are given anew to edges that say nothing but another order', () => {
    const vms = ['a', 'b', 'c'].map((key) => newVm({ key, name: key, flavourId: 1, imageId: 1, x: 0, y: 0 }));
    const edges = ['b', 'c'].map((target) => ({ key: `a${target}`, source: 'a', target }));
    const saved = withAddresses({ vms, networks: [], edges });
    const turned = withAddresses({ vms, networks: [], edges: edges.toReversed() }, saved);
    const nics = (topology: Topology) => new Map(topology.edges.map(({ key, sourceNic }) => [key, sourceNic]));
    expect(nics(saved).get('ac')?.index).toBe(1);
    expect(nics(turned).get('ac')?.index).toBe(0);
    expect(nics(turned).get('ac')?.addresses).toEqual(nics(saved).get('ac')?.addresses);
    expect(sameTopology(saved, turned)).toBe(false);
  });

  it('that another edge has, or that cannot be, are given anew', () => {
    const vms = ['a', 'b'].map((key) => newVm({ key, name: key, flavourId: 1, imageId: 1, x: 0, y: 0 }));
    const claim = (index: number, address: string) => ({ index, addresses: [address] });
    const edge = (key: string, index: number, address: string) => ({
      key,
      source: 'a',
      target: 'b',
      sourceNic: claim(index, address),
    });
    const claimed = [
      edge('e1', 3, '10.0.0.9/30'),
      edge('e2', 3, '10.0.0.9/30'),
      edge('e3', 900, '999.0.0.1/30'),
      edge('e4', 1, '10.0.2.1/30'),
      edge('e5', 5, '10.0.0.1/8'),
    ];
    const topology = { vms, networks: [], edges: claimed };
    checkAddresses(topology, false);
    const { edges } = allocateAddresses(topology);
    expect(edges.get('e1')).toMatchObject({ sourceAddress: '10.0.0.9/30', sourceNic: 3 });
    expect(edges.get('e2')?.sourceAddress).not.toBe('10.0.0.9/30');
  });
});

describe('allocateAddresses', () => {
  it('gives each end an address of its own, inside its subnet, and no two subnets the same place', () => {
    fc.assert(fc.property(drawings, (topology) => checkAddresses(topology)));
  });

  it('always gives the same', () => {
    fc.assert(
      fc.property(drawings, (topology) => {
        expect(allocateAddresses(structuredClone(topology))).toEqual(allocateAddresses(topology));
      }),
    );
  });

  it('has room for the largest topology, and for a network that all are in', () => {
    const vms = Array.from({ length: limits.vmsPerTopology }, (_, n) => ({
      key: `v${n}`,
      name: `v${n}`,
      flavourId: 1,
      imageId: 1,
      ...vmDefaults(),
      x: 0,
      y: 0,
    }));
    const networks = Array.from({ length: limits.networksPerTopology }, (_, n) => ({
      key: `n${n}`,
      name: `n${n}`,
      x: 0,
      y: 0,
    }));
    const key = (n: number) => `v${n % vms.length}`;
    const all = (target: (n: number) => string) =>
      Array.from({ length: limits.edgesPerTopology }, (_, n) => ({ key: `e${n}`, source: key(n), target: target(n) }));
    checkAddresses({ vms, networks, edges: all((n) => key(n + 1)) });
    const crowded = { vms, networks, edges: all(() => 'n0') };
    checkAddresses(crowded);
    expect(allocateAddresses(crowded).networks.get('n0')).toBe('10.64.0.0/20');
    expect(allocateAddresses({ vms, networks, edges: all((n) => `n${n % 16}`) }).networks.get('n0')).toBe(
      '10.64.0.0/24',
    );
  });
});

describe('macOf', () => {
  it('is unicast, locally administered and different for every end', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 0, max: 2 ** 39 - 1 })), (ids) => {
        const macs = ids.flatMap((id) => [macOf(id, 'source'), macOf(id, 'target')]);
        expect(new Set(macs).size).toBe(macs.length);
        for (const mac of macs) expect(mac).toMatch(/^02(:[0-9a-f]{2}){5}$/);
      }),
    );
    expect(macOf(1, 'target')).toBe('02:00:00:00:00:03');
    expect(() => macOf(2 ** 39, 'source')).toThrow(RangeError);
  });
});
