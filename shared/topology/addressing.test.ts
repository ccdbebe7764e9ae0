import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { limits } from '../limits';
import { allocateAddresses, macAt, macOf, withAddresses } from './addresses';
import { blockOf, hostsOf, overlap, textOf, type Block } from './ipv4';
import { address6Of } from './ipv6';
import { newVm, topologySchema, type Topology, type TopologyEdge } from './schema';
import { settled } from './settle';
import { validateTopology } from './validate';

const block = (text: string): Block => {
  const found = blockOf(text);
  if (found === null) throw new Error(`${text} is no block`);
  return found;
};
const vms = ['a', 'b', 'c', 'd'].map((key) => newVm({ key, name: key, flavourId: 1, imageId: 1, x: 0, y: 0 }));
const networks = ['n0', 'n1', 'n2'];

/** What may be chosen of subnets: apart from each other, in the pools of those that are given and outside, up to whole pools. */
const subnets = [
  ...['10.0.0.0/24', '10.0.2.0/29', '10.0.1.0/30', '10.64.0.0/16', '10.65.0.0/24', '10.66.0.0/28', '10.128.0.0/9'],
  ...['192.168.1.0/24', '172.16.0.0/12', '203.0.113.8/29', '100.64.0.0/30', '10.32.0.0/11'],
];

/** Valid drawings of links and attachments, of which some parts have subnets, addresses, MACs and numbers of NICs by choice. */
const drawings = fc
  .record({
    pairs: fc.array(fc.tuple(fc.nat(3), fc.nat(6)), { maxLength: 14 }),
    order: fc.shuffledSubarray(subnets),
    chosen: fc.infiniteStream(fc.boolean()),
    numbers: fc.infiniteStream(fc.nat(1000)),
  })
  .map(({ pairs, order, chosen, numbers }): Topology => {
    const chooses = () => chosen.next().value === true;
    const number = () => Number(numbers.next().value);
    const left = [...order];
    const subnet = (longest: number) => {
      const at = chooses() ? left.findIndex((text) => block(text).prefix <= longest) : -1;
      return at === -1 ? undefined : left.splice(at, 1)[0];
    };
    const macs = new Set<string>();
    const used = new Map<string, Set<number>>();
    const address = (of: string | undefined) => {
      if (of === undefined || !chooses()) return undefined;
      const { first, last } = hostsOf(block(of));
      const taken = used.get(of) ?? new Set<number>();
      used.set(of, taken);
      const host = first + (number() % (last - first + 1));
      if (taken.has(host)) return undefined;
      taken.add(host);
      return textOf(block(of), host).split('/')[0];
    };
    const mac = () => {
      const text = `0a:00:00:00:00:${(number() % 256).toString(16).padStart(2, '0')}`;
      if (!chooses() || macs.has(text)) return undefined;
      macs.add(text);
      return text;
    };
    const nics = new Set<string>();
    const nic = (key: string) => {
      const index = number() % 20;
      if (!chooses() || nics.has(`${key} ${index}`)) return undefined;
      nics.add(`${key} ${index}`);
      return index;
    };
    const drawn = networks.map((key) => {
      const ownSubnet = subnet(28);
      return { key, name: key, x: 0, y: 0, ...(ownSubnet !== undefined && { ownSubnet }) };
    });
    const ends = [...vms.map(({ key }) => key), ...networks];
    const edges = pairs.flatMap(([from, to], at): TopologyEdge[] => {
      const [source = '', target = ''] = [vms[from]?.key, ends[to]];
      if (source === target) return [];
      const network = drawn.find(({ key }) => key === target);
      const ownSubnet = network === undefined ? subnet(30) : undefined;
      const inSubnet = network === undefined ? ownSubnet : network.ownSubnet;
      const sourceOwnAddress = address(inSubnet);
      const targetOwnAddress = network === undefined ? address(inSubnet) : undefined;
      const [sourceMac, targetMac] = [mac(), network === undefined ? mac() : undefined];
      const [sourceOwnNic, targetOwnNic] = [nic(source), network === undefined ? nic(target) : undefined];
      const own = { ownSubnet, sourceOwnAddress, targetOwnAddress, sourceMac, targetMac, sourceOwnNic, targetOwnNic };
      return [{ key: `e${at}`, source, target, ...own }];
    });
    return { vms, networks: drawn, edges };
  });

/** Every subnet and every address of a drawing, as it is planned. */
function planOf(topology: Topology) {
  const plan = allocateAddresses(topology);
  const links = topology.edges.filter(({ target }) => !plan.networks.has(target));
  const given = [...plan.networks.values(), ...links.map(({ key }) => plan.edges.get(key)?.subnet ?? '')];
  const addresses = [...plan.edges.values()].flatMap(({ subnet, sourceAddress, targetAddress }) =>
    [sourceAddress, targetAddress].flatMap((text) => (text === null ? [] : [{ subnet, text }])),
  );
  return { plan, given, addresses };
}

function checkPlan(topology: Topology) {
  const { plan, given, addresses } = planOf(topology);
  const blocks = given.map(block).toSorted((one, other) => one.base - other.base);
  blocks.forEach((one, at) => {
    const next = blocks[at + 1];
    if (next !== undefined) expect(overlap(one, next)).toBe(false);
  });
  expect(new Set(addresses.map(({ text }) => text)).size).toBe(addresses.length);
  for (const { subnet, text } of addresses) {
    const { base, prefix, offset } = blockOf(text) ?? { base: 0, prefix: 0, offset: 0 };
    expect(textOf({ base, prefix })).toBe(subnet);
    const { first, last } = hostsOf(block(subnet));
    expect(offset).toBeGreaterThanOrEqual(first);
    expect(offset).toBeLessThanOrEqual(last);
  }
  for (const { key, ownSubnet } of topology.networks)
    if (ownSubnet !== undefined) expect(plan.networks.get(key)).toBe(ownSubnet);
  for (const edge of topology.edges) {
    const place = plan.edges.get(edge.key);
    if (edge.ownSubnet !== undefined) expect(place?.subnet).toBe(edge.ownSubnet);
    for (const end of ['source', 'target'] as const)
      if (edge[`${end}OwnAddress`] !== undefined)
        expect(place?.[`${end}Address`]?.split('/')[0]).toBe(edge[`${end}OwnAddress`]);
    for (const end of ['source', 'target'] as const)
      if (edge[`${end}OwnNic`] !== undefined) expect(place?.[`${end}Nic`]).toBe(edge[`${end}OwnNic`]);
  }
  const nics = topology.edges.flatMap(({ key, source, target }) => {
    const place = plan.edges.get(key);
    return [`${source} ${place?.sourceNic}`, ...(place?.targetNic === null ? [] : [`${target} ${place?.targetNic}`])];
  });
  expect(new Set(nics).size).toBe(nics.length);
}

describe('an address plan', () => {
  test('has every choice, and gives the rest beside them: no subnet meets another, no address is given twice', () => {
    fc.assert(
      fc.property(drawings, (topology) => {
        expect(topologySchema.safeParse(topology).error).toBeUndefined();
        expect(validateTopology(topology)).toEqual([]);
        checkPlan(topology);
        // it is the same when it is worked out again, and when it is part of the drawing
        expect(allocateAddresses(structuredClone(topology))).toEqual(allocateAddresses(topology));
        expect(withAddresses(withAddresses(topology))).toEqual(withAddresses(topology));
      }),
    );
  });

  test('of what stays is the same when other parts go, and come back', () => {
    fc.assert(
      fc.property(drawings, fc.func(fc.boolean()), (topology, goes) => {
        const saved = withAddresses(topology);
        const cut = { ...saved, edges: saved.edges.filter(({ key }) => !goes(key)) };
        expect(withAddresses(cut).edges).toEqual(cut.edges);
        expect(settled(cut, saved).edges).toEqual(cut.edges);
        const back = settled(
          { ...saved, edges: [...cut.edges, ...topology.edges.filter(({ key }) => goes(key))] },
          cut,
        );
        const known = new Map(cut.edges.map((edge) => [edge.key, edge]));
        for (const edge of back.edges) if (known.has(edge.key)) expect(edge).toEqual(known.get(edge.key));
        checkPlan(back);
      }),
    );
  });

  test('follows what is chosen later, and moves nothing but what that concerns', () => {
    fc.assert(
      fc.property(drawings, drawings, (first, second) => {
        // of the first everything as it is given, then the choices of the second
        const bare = second.edges.map(({ key, source, target }) => ({ key, source, target }));
        const plain = {
          ...second,
          networks: first.networks.map(({ key, name, x, y }) => ({ key, name, x, y })),
          edges: bare,
        };
        const before = withAddresses(plain);
        const after = settled(second, before);
        checkPlan(after);
        const chosen = [...second.networks, ...second.edges].flatMap(({ ownSubnet }) => blockOf(ownSubnet) ?? []);
        const old = new Map(before.edges.map((edge) => [edge.key, edge]));
        for (const edge of after.edges) {
          const was = old.get(edge.key);
          const network = before.networks.find(({ key }) => key === edge.target);
          const had = blockOf((network ?? was)?.subnets?.[0]);
          const concerned =
            had === null ||
            chosen.some((one) => overlap(one, had)) ||
            edge.ownSubnet !== undefined ||
            second.networks.some(({ key, ownSubnet }) => key === edge.target && ownSubnet !== undefined);
          if (!concerned) expect(edge.sourceNic?.addresses).toEqual(was?.sourceNic?.addresses);
          // it makes way only for who has chosen its number
          const hadNic = was?.sourceNic?.index;
          const isTaken = second.edges.some(
            (one) =>
              (one.source === edge.source && one.sourceOwnNic === hadNic) ||
              (one.target === edge.source && one.targetOwnNic === hadNic),
          );
          if (edge.sourceOwnNic === undefined && !isTaken) expect(edge.sourceNic?.index).toBe(hadNic);
        }
      }),
    );
  });

  test('has every address of IPv6 that is chosen, and gives none of them to anybody else, whoever was there before', () => {
    const maybe = <Value>(one: fc.Arbitrary<Value>) => fc.option(one, { nil: undefined });
    const end = fc.record({
      host: maybe(fc.integer({ min: 0, max: 7 })),
      host6: maybe(fc.integer({ min: 0, max: 9 })),
    });
    const shape = fc.record({
      ...{ prefix: maybe(fc.constantFrom(28, 29, 30, 31)), ipv6: fc.constantFrom('fd00:1::/64', 'given') },
      ...{ dhcp: fc.boolean(), isLink: fc.boolean(), ends: fc.array(end, { minLength: 2, maxLength: 5 }) },
    });
    const seen = { planned: 0, chosen: 0 };
    fc.assert(
      fc.property(shape, ({ prefix, ipv6, dhcp, isLink, ends }) => {
        const ownSubnet = prefix === undefined ? undefined : `192.168.1.0/${prefix}`;
        const prefix6 = ipv6 === 'given' ? 'fd00:7472:c0a8:100' : 'fd00:1:0:0';
        const chosen = ({ host, host6 }: { host?: number | undefined; host6?: number | undefined } = {}) => ({
          address: host === undefined || prefix === undefined ? undefined : `192.168.1.${host}`,
          address6: host6 === undefined ? undefined : `${prefix6}:${host6 === 9 ? 'a:b:c:d' : `0:0:0:${host6}`}`,
        });
        const [one, other] = [chosen(ends[0]), chosen(ends[1])];
        const drawn: Topology = topologySchema.parse({
          vms: [...vms, { ...vms[0], key: 'e', name: 'e' }],
          networks: isLink ? [] : [{ key: 'n', name: 'n', x: 0, y: 0, ownSubnet, ipv6, dhcp }],
          edges: isLink
            ? [
                {
                  ...{ key: 'e0', source: 'a', target: 'b', ownSubnet, ipv6 },
                  ...{ sourceOwnAddress: one.address, sourceOwnAddress6: one.address6 },
                  ...{ targetOwnAddress: other.address, targetOwnAddress6: other.address6 },
                },
              ]
            : ends.map((each, at) => ({
                ...{ key: `e${at}`, source: 'abcde'[at], target: 'n' },
                ...{ sourceOwnAddress: chosen(each).address, sourceOwnAddress6: chosen(each).address6 },
              })),
        });
        fc.pre(validateTopology(drawn).length === 0);
        seen.planned += 1;
        const bare = drawn.edges.map(({ key, source, target }) => ({
          key,
          source,
          target,
          ipv6: isLink ? ipv6 : undefined,
        }));
        const before = withAddresses({ ...drawn, edges: bare.toReversed() });
        for (const planned of [withAddresses(drawn), settled(drawn, before)]) {
          checkPlan(planned);
          const own6 = planned.edges.flatMap((edge) => [edge.sourceOwnAddress6, edge.targetOwnAddress6]);
          const all = planned.edges.flatMap((edge) => [
            address6Of(edge.sourceNic?.addresses[0], ipv6, edge.sourceOwnAddress6) ?? '',
            ...(isLink ? [address6Of(edge.targetNic?.addresses[0], ipv6, edge.targetOwnAddress6) ?? ''] : []),
          ]);
          expect(new Set(all).size).toBe(all.length);
          for (const text of own6) if (text !== undefined) expect(all).toContain(`${text}/64`);
          seen.chosen += own6.filter((text) => text !== undefined).length;
        }
      }),
      { numRuns: 1000 },
    );
    expect(seen.planned).toBeGreaterThan(500);
    expect(seen.chosen).toBeGreaterThan(500);
  });

  test('keeps to the part of a subnet that is chosen, so that drawings with other parts of it have other addresses', () => {
    const parts = ['10.9.0.0/29', '10.9.0.8/29', '10.9.0.64/26', '10.9.0.240/28'];
    const lan = (ownRange: string, sources: string[], before?: Topology) =>
      settled(
        {
          vms,
          networks: [{ key: 'lan', name: 'lan', x: 0, y: 0, ownSubnet: '10.9.0.0/24', ownRange }],
          edges: sources.map((source, at) => ({ key: `e${at}`, source, target: 'lan' })),
        },
        before ?? { vms, networks: [], edges: [] },
      );
    const addressesOf = ({ edges }: Topology) => edges.map(({ sourceNic }) => sourceNic?.addresses[0] ?? '');
    const somewhere = fc.constantFrom(...parts);
    const sources = fc.subarray(vms.map(({ key }) => key));
    fc.assert(
      fc.property(somewhere, somewhere, sources, sources, (one, other, some, others) => {
        const [here, there] = [lan(one, some), lan(other, others)];
        expect(validateTopology(here)).toEqual([]);
        for (const address of addressesOf(here)) {
          expect(overlap(block(`${address.split('/')[0] ?? ''}/32`), block(one))).toBe(true);
          expect(address).not.toMatch(/\.(0|255)\//);
        }
        expect(new Set(addressesOf(here)).size).toBe(some.length);
        if (one !== other) expect(addressesOf(here).filter((each) => addressesOf(there).includes(each))).toEqual([]);
        // who had others before moves, and nobody else
        expect(addressesOf(lan(other, some, here))).toEqual(addressesOf(one === other ? here : lan(other, some)));
      }),
    );
  });

  test('uses other private ranges where one is chosen whole, and says where nothing is left', () => {
    const chosen = (...texts: string[]): Topology => ({
      vms,
      networks: texts.map((ownSubnet, at) => ({ key: `n${at}`, name: `n${at}`, ownSubnet, x: 0, y: 0 })),
      edges: [{ key: 'e', source: 'a', target: 'b' }],
    });
    expect(allocateAddresses(chosen('10.0.0.0/8')).edges.get('e')?.subnet).toBe('172.16.0.0/30');
    expect(allocateAddresses(chosen('10.0.0.0/8', '172.16.0.0/12')).edges.get('e')?.subnet).toBe('192.168.0.0/30');
    const all = chosen('192.168.0.0/16', '10.0.0.0/8', '172.16.0.0/12');
    expect(() => allocateAddresses(all)).toThrow(RangeError);
    expect(validateTopology(all)).toMatchObject([{ code: 'SUBNETS_USED_UP', node: 'n1', field: 'ownSubnet' }]);
  });
});

test('the highest address of a network with DHCP is its server’s: who had it is given another, and who has another keeps it', () => {
  const lan = { key: 'n0', name: 'n0', x: 0, y: 0, ownSubnet: '192.168.1.0/29', dhcp: true };
  const at = (host: number) => ({ index: 0, addresses: [`192.168.1.${host}/29`] });
  const edges = [
    { key: 'ea', source: 'a', target: 'n0', sourceNic: at(6) },
    { key: 'eb', source: 'b', target: 'n0', sourceNic: at(5) },
  ];
  const given = (dhcp: boolean) =>
    [...allocateAddresses({ vms, networks: [{ ...lan, dhcp }], edges }).edges.values()].map(
      ({ sourceAddress }) => sourceAddress,
    );
  expect(given(false)).toEqual(['192.168.1.6/29', '192.168.1.5/29']);
  expect(given(true)).toEqual(['192.168.1.1/29', '192.168.1.5/29']);
});

test('a link may have a subnet that only its two ends are in (RFC 3021)', () => {
  const edge = { key: 'e', source: 'a', target: 'b', ownSubnet: '192.0.2.2/31', targetOwnAddress: '192.0.2.2' };
  const topology = { vms, networks: [], edges: [edge] };
  expect(validateTopology(topology)).toEqual([]);
  expect(allocateAddresses(topology).edges.get('e')).toMatchObject({
    subnet: '192.0.2.2/31',
    sourceAddress: '192.0.2.3/31',
    targetAddress: '192.0.2.2/31',
  });
});

test('the gateway of a network may be somebody who has the address by choice, or whom the drawing does not know', () => {
  for (const gateway of ['192.168.1.1', '192.168.1.253']) {
    const lan = { key: 'n', name: 'n', x: 0, y: 0, ownSubnet: '192.168.1.0/24', gateway };
    const edge = { key: 'e', source: 'a', target: 'n', sourceOwnAddress: '192.168.1.1' };
    expect(validateTopology({ vms, networks: [lan], edges: [edge] })).toEqual([]);
  }
});

test('so may that of IPv6, in a /64 that is chosen or follows a subnet that is', () => {
  for (const [ipv6, gateway6] of [
    ['fd00:1::/64', 'fd00:1::1'],
    ['fd00:1::/64', 'fd00:1::ffff:1'],
    ['given', 'fd00:7472:c0a8:100::1'],
  ] as const) {
    const lan = { key: 'n', name: 'n', x: 0, y: 0, ownSubnet: '192.168.1.0/24', ipv6, gateway6 };
    const edge = { key: 'e', source: 'a', target: 'n', sourceOwnAddress: '192.168.1.1' };
    expect(validateTopology({ vms, networks: [lan], edges: [edge] })).toEqual([]);
  }
});

test('a MAC that is chosen counts, else one that follows from the row', () => {
  expect(macAt({ id: 7, targetMac: '0a:00:00:00:00:01' }, 'target')).toBe('0a:00:00:00:00:01');
  expect(macAt({ id: 7, targetMac: '0a:00:00:00:00:01' }, 'source')).toBe(macOf(7, 'source'));
});

describe('what cannot be chosen is said on its field:', () => {
  /** A link between a and b, and a network with a and c on it. */
  const drawn = (lan: object, link: object, toLan: object = {}): Topology => ({
    vms,
    networks: [{ key: 'lan', name: 'lan', x: 0, y: 0, ...lan }],
    edges: [
      { key: 'ab', source: 'a', target: 'b', ...link },
      { key: 'al', source: 'a', target: 'lan', ...toLan },
      { key: 'cl', source: 'c', target: 'lan' },
    ],
  });
  const lanOf = (ownSubnet: string) => drawn({ ownSubnet }, {});
  const linkOf = (ownSubnet: string, more: object = {}) => drawn({}, { ownSubnet, ...more });
  const onLan = { node: 'lan', field: 'ownSubnet' };
  const range = { node: 'lan', field: 'ownRange' };
  const onLink = { edge: 'ab', field: 'ownSubnet' };
  const at = (edge: string, field: string) => ({ edge, field });

  test.each<[string, Topology, object]>([
    ['a network of a whole address space', lanOf('0.0.0.0/0'), { code: 'SUBNET_SIZE', ...onLan }],
    ['a network larger than a /8', lanOf('16.0.0.0/7'), { code: 'SUBNET_SIZE', ...onLan }],
    ['a network without a broadcast address', lanOf('192.168.1.0/31'), { code: 'SUBNET_SIZE', ...onLan }],
    ['a network of one address', lanOf('192.168.1.0/32'), { code: 'SUBNET_SIZE', ...onLan }],
    ['a link of one address', linkOf('192.168.1.0/32'), { code: 'SUBNET_SIZE', ...onLink }],
    ['an address in place of a subnet', lanOf('192.168.1.7/24'), { code: 'SUBNET_HOST_BITS', ...onLan }],
    ['loopback', lanOf('127.0.1.0/24'), { code: 'SUBNET_SPECIAL', ...onLan }],
    ['multicast', linkOf('239.1.1.0/30'), { code: 'SUBNET_SPECIAL', ...onLink }],
    ['this network', lanOf('0.1.0.0/24'), { code: 'SUBNET_SPECIAL', ...onLan }],
    ['link-local', lanOf('169.254.7.0/24'), { code: 'SUBNET_SPECIAL', ...onLan }],
    ['what is reserved', lanOf('255.255.255.0/24'), { code: 'SUBNET_SPECIAL', ...onLan }],
    ['the network of forwards', lanOf('198.18.0.0/24'), { code: 'SUBNET_SPECIAL', ...onLan }],
    [
      'a subnet in another one',
      drawn({ ownSubnet: '192.168.0.0/16' }, { ownSubnet: '192.168.1.0/30' }),
      { code: 'SUBNET_OVERLAPS', ...onLink, params: { other: '192.168.0.0/16', owner: 'lan' } },
    ],
    [
      'too few addresses',
      {
        ...lanOf('192.168.1.0/30'),
        edges: ['a', 'b', 'c'].map((source) => ({ key: source, source, target: 'lan' })),
      },
      { code: 'SUBNET_TOO_SMALL', ...onLan, params: { room: 2, count: 3 } },
    ],
    ['a range without a subnet', drawn({ ownRange: '10.64.0.0/25' }, {}), { code: 'RANGE_WITHOUT_SUBNET', ...range }],
    [
      'a range beside the subnet',
      drawn({ ownSubnet: '192.168.1.0/24', ownRange: '192.168.2.0/25' }, {}),
      { code: 'RANGE_OUTSIDE', ...range },
    ],
    [
      'a range larger than the subnet',
      drawn({ ownSubnet: '192.168.1.0/24', ownRange: '192.168.0.0/23' }, {}),
      { code: 'RANGE_OUTSIDE', ...range },
    ],
    [
      'an address in place of a range',
      drawn({ ownSubnet: '192.168.1.0/24', ownRange: '192.168.1.7/25' }, {}),
      { code: 'RANGE_OUTSIDE', ...range },
    ],
    [
      'a range with too few addresses',
      {
        ...drawn({ ownSubnet: '192.168.1.0/24', ownRange: '192.168.1.8/31' }, {}),
        edges: ['a', 'b', 'c'].map((source) => ({ key: source, source, target: 'lan' })),
      },
      { code: 'SUBNET_TOO_SMALL', ...range, params: { subnet: '192.168.1.8/31', room: 2, count: 3 } },
    ],
    [
      'a static address beside the range',
      drawn({ ownSubnet: '192.168.1.0/24', ownRange: '192.168.1.128/25' }, {}, { sourceOwnAddress: '192.168.1.7' }),
      { code: 'ADDRESS_OUTSIDE_RANGE', ...at('al', 'sourceOwnAddress'), params: { range: '192.168.1.128/25' } },
    ],
    [
      'too few addresses, of which the DHCP server has one',
      drawn({ ownSubnet: '192.168.1.0/30', dhcp: true }, {}),
      { code: 'SUBNET_TOO_SMALL', ...onLan, params: { room: 1, count: 2 } },
    ],
    [
      'the address of the DHCP server',
      drawn({ ownSubnet: '192.168.1.0/24', dhcp: true }, {}, { sourceOwnAddress: '192.168.1.254' }),
      { code: 'ADDRESS_OF_SERVER', ...at('al', 'sourceOwnAddress'), params: { network: 'lan' } },
    ],
    [
      'a gateway outside',
      drawn({ ownSubnet: '192.168.1.0/24', gateway: '192.168.2.1' }, {}),
      { code: 'ADDRESS_OUTSIDE', ...onLan, field: 'gateway', params: { subnet: '192.168.1.0/24' } },
    ],
    [
      'a gateway that would be the DHCP server',
      drawn({ ownSubnet: '192.168.1.0/24', gateway: '192.168.1.254', dhcp: true }, {}),
      { code: 'ADDRESS_OF_SERVER', ...onLan, field: 'gateway' },
    ],
    [
      'a gateway where the subnet is given',
      drawn({ gateway: '192.168.1.1' }, {}),
      { code: 'ADDRESS_WITHOUT_SUBNET', ...onLan, field: 'gateway' },
    ],
    [
      'a gateway of IPv6 outside',
      drawn({ ipv6: 'fd00:1::/64', gateway6: 'fd00:2::1' }, {}),
      { code: 'ADDRESS_OUTSIDE', ...onLan, field: 'gateway6', params: { subnet: 'fd00:1::/64' } },
    ],
    [
      'a gateway of IPv6 where there is none',
      drawn({ ownSubnet: '192.168.1.0/24', gateway6: 'fd00:1::1' }, {}),
      { code: 'ADDRESS6_WITHOUT_SUBNET', ...onLan, field: 'gateway6' },
    ],
    [
      'a gateway of IPv6 where its subnet may move',
      drawn({ ipv6: 'given', gateway6: 'fd00:1::1' }, {}),
      { code: 'ADDRESS6_WITHOUT_SUBNET', ...onLan, field: 'gateway6' },
    ],
    [
      'a gateway of IPv6 that would be the DHCP server',
      drawn({ ownSubnet: '192.168.1.0/24', ipv6: 'fd00:1::/64', gateway6: 'fd00:1::fe', dhcp: true }, {}),
      { code: 'ADDRESS_OF_SERVER', ...onLan, field: 'gateway6' },
    ],
    [
      'a subnet of an attachment',
      drawn({}, {}, { ownSubnet: '192.168.1.0/24' }),
      { code: 'SUBNET_OF_ATTACHMENT', ...at('al', 'ownSubnet') },
    ],
    [
      'an address where no subnet is chosen',
      drawn({}, {}, { sourceOwnAddress: '10.64.0.1' }),
      { code: 'ADDRESS_WITHOUT_SUBNET', ...at('al', 'sourceOwnAddress') },
    ],
    [
      'an address outside',
      linkOf('192.168.1.0/30', { targetOwnAddress: '192.168.1.5' }),
      { code: 'ADDRESS_OUTSIDE', ...at('ab', 'targetOwnAddress') },
    ],
    [
      'the address of the subnet',
      linkOf('192.168.1.0/30', { sourceOwnAddress: '192.168.1.0' }),
      { code: 'ADDRESS_OF_SUBNET', ...at('ab', 'sourceOwnAddress') },
    ],
    [
      'the address of all in it',
      drawn({ ownSubnet: '192.168.1.0/24' }, {}, { sourceOwnAddress: '192.168.1.255' }),
      { code: 'ADDRESS_OF_SUBNET', ...at('al', 'sourceOwnAddress') },
    ],
    [
      'one address at both ends',
      linkOf('192.168.1.0/30', { sourceOwnAddress: '192.168.1.1', targetOwnAddress: '192.168.1.1' }),
      { code: 'DUPLICATE_ADDRESS', ...at('ab', 'targetOwnAddress'), params: { other: 'a' } },
    ],
    [
      'an address of a network',
      drawn({ ownSubnet: '192.168.1.0/24' }, {}, { targetOwnAddress: '192.168.1.1' }),
      { code: 'END_WITHOUT_NIC', ...at('al', 'targetOwnAddress') },
    ],
    [
      'a MAC of a network',
      drawn({}, {}, { targetMac: '0a:00:00:00:00:01' }),
      { code: 'END_WITHOUT_NIC', ...at('al', 'targetMac') },
    ],
    [
      'an IPv6 address without IPv6',
      drawn({}, {}, { sourceOwnAddress6: 'fd00:1::7' }),
      { code: 'ADDRESS6_WITHOUT_SUBNET', ...at('al', 'sourceOwnAddress6'), params: { subnetOf: 'lan' } },
    ],
    [
      'an IPv6 address in a subnet that is given',
      drawn({}, { ipv6: 'given', sourceOwnAddress6: 'fd00:7472:a00::7' }),
      { code: 'ADDRESS6_WITHOUT_SUBNET', ...at('ab', 'sourceOwnAddress6'), params: { subnetOf: 'a–b' } },
    ],
    [
      'an IPv6 address outside',
      drawn({ ipv6: 'fd00:1::/64' }, {}, { sourceOwnAddress6: 'fd00:2::7' }),
      { code: 'ADDRESS_OUTSIDE', ...at('al', 'sourceOwnAddress6'), params: { subnet: 'fd00:1::/64' } },
    ],
    [
      'a multicast IPv6 address',
      drawn({ ipv6: 'fd00:1::/64' }, {}, { sourceOwnAddress6: 'ff02::7' }),
      { code: 'ADDRESS_OUTSIDE', ...at('al', 'sourceOwnAddress6') },
    ],
    [
      'the IPv6 address of the routers',
      drawn({}, { ipv6: 'fd00:1::/64', targetOwnAddress6: 'fd00:1::' }),
      { code: 'ADDRESS_OF_ROUTERS', ...at('ab', 'targetOwnAddress6'), params: { subnet: 'fd00:1::/64' } },
    ],
    [
      'an IPv6 address that is reserved',
      drawn({}, { ipv6: 'fd00:1::/64', targetOwnAddress6: 'fd00:1::fdff:ffff:ffff:fffe' }),
      { code: 'ADDRESS_OF_ROUTERS', ...at('ab', 'targetOwnAddress6') },
    ],
    [
      'the IPv6 address of the server',
      drawn({ ownSubnet: '192.168.1.0/24', ipv6: 'fd00:1::/64', dhcp: true }, {}, { sourceOwnAddress6: 'fd00:1::fe' }),
      { code: 'ADDRESS_OF_SERVER', ...at('al', 'sourceOwnAddress6') },
    ],
    [
      'the IPv6 address of the server in a subnet that is given',
      drawn({ ipv6: 'fd00:1::/64', dhcp: true }, {}, { sourceOwnAddress6: 'fd00:1::fe' }),
      { code: 'ADDRESS_OF_SERVER', ...at('al', 'sourceOwnAddress6') },
    ],
    [
      'an IPv6 address beside the part for this slice',
      drawn(
        { ownSubnet: '192.168.1.0/24', ownRange: '192.168.1.128/25', ipv6: 'fd00:1::/64' },
        {},
        { sourceOwnAddress6: 'fd00:1::7' },
      ),
      {
        ...{ code: 'ADDRESS6_OUTSIDE_RANGE', ...at('al', 'sourceOwnAddress6') },
        params: { first: 'fd00:1::80', last: 'fd00:1::fe' },
      },
    ],
    [
      'one IPv6 address at both ends',
      drawn({}, { ipv6: 'fd00:1::/64', sourceOwnAddress6: 'fd00:1::a:1', targetOwnAddress6: 'fd00:1::a:1' }),
      { code: 'DUPLICATE_ADDRESS', ...at('ab', 'targetOwnAddress6'), params: { address: 'fd00:1::a:1', other: 'a' } },
    ],
    [
      'an IPv6 address that is beside a static one of IPv4',
      linkOf('192.168.1.0/24', {
        ipv6: 'fd00:1::/64',
        sourceOwnAddress: '192.168.1.9',
        targetOwnAddress6: 'fd00:1::9',
      }),
      { code: 'DUPLICATE_ADDRESS', ...at('ab', 'targetOwnAddress6'), params: { address: 'fd00:1::9', other: 'a' } },
    ],
    [
      'addresses of IPv4 and IPv6 that leave no number to another NIC',
      linkOf('192.168.1.0/30', {
        ipv6: 'fd00:1::/64',
        sourceOwnAddress: '192.168.1.1',
        sourceOwnAddress6: 'fd00:1::2',
      }),
      { code: 'SUBNET_CROWDED', ...onLink, params: { subnet: '192.168.1.0/30' } },
    ],
    [
      'an IPv6 address of a network',
      drawn({ ipv6: 'fd00:1::/64' }, {}, { targetOwnAddress6: 'fd00:1::1' }),
      { code: 'END_WITHOUT_NIC', ...at('al', 'targetOwnAddress6') },
    ],
    [
      'a large prefix of IPv6',
      drawn({ ipv6: 'fd00:1::/48' }, {}),
      { code: 'IPV6_NO_SUBNET', node: 'lan', field: 'ipv6' },
    ],
    ['an address of IPv6', drawn({}, { ipv6: 'fd00:1::1/64' }), { code: 'IPV6_NO_SUBNET', ...at('ab', 'ipv6') }],
    ['link-local IPv6', drawn({ ipv6: 'fe80::/64' }, {}), { code: 'IPV6_SPECIAL', node: 'lan', field: 'ipv6' }],
    [
      'two subnets of IPv6 that are one',
      drawn({ ipv6: 'fd00:1::/64' }, { ipv6: 'FD00:1:0::/64' }),
      { code: 'IPV6_OVERLAPS', ...at('ab', 'ipv6'), params: { other: 'lan' } },
    ],
    ['IPv6 of an attachment', drawn({}, {}, { ipv6: 'given' }), { code: 'SUBNET_OF_ATTACHMENT', ...at('al', 'ipv6') }],
    [
      'an MTU below that of IPv6',
      drawn({}, { ipv6: 'given', mtu: 1279 }),
      { code: 'MTU_BELOW_IPV6', ...at('ab', 'mtu') },
    ],
    [
      'an MTU below that of the network’s IPv6',
      drawn({ ipv6: 'given' }, {}, { mtu: 1000 }),
      { code: 'MTU_BELOW_IPV6', ...at('al', 'mtu') },
    ],
    [
      'a MAC of a group',
      drawn({}, { sourceMac: '01:00:5e:00:00:01' }),
      { code: 'MAC_NOT_UNICAST', ...at('ab', 'sourceMac') },
    ],
    [
      'the MAC of all',
      drawn({}, { sourceMac: 'ff:ff:ff:ff:ff:ff' }),
      { code: 'MAC_NOT_UNICAST', ...at('ab', 'sourceMac') },
    ],
    [
      'the MAC of nobody',
      drawn({}, { targetMac: '00:00:00:00:00:00' }),
      { code: 'MAC_NOT_UNICAST', ...at('ab', 'targetMac') },
    ],
    [
      'a MAC as they are given',
      drawn({}, { sourceMac: macOf(1, 'source') }),
      { code: 'MAC_RESERVED', ...at('ab', 'sourceMac') },
    ],
    [
      'a MAC that another NIC has',
      drawn({}, { targetMac: '0a:00:00:00:00:01' }, { sourceMac: '0A:00:00:00:00:01' }),
      { code: 'DUPLICATE_MAC', ...at('al', 'sourceMac'), params: { other: 'b' } },
    ],
    [
      'a NIC of a network',
      drawn({}, {}, { targetOwnNic: 0 }),
      { code: 'END_WITHOUT_NIC', ...at('al', 'targetOwnNic') },
    ],
    [
      'one NIC of two links',
      drawn({}, { sourceOwnNic: 1, targetOwnNic: 1 }, { sourceOwnNic: 1 }),
      {
        code: 'DUPLICATE_NIC',
        ...at('al', 'sourceOwnNic'),
        params: { name: 'a', nic: 1, link: 'a–lan', other: 'a–b' },
      },
    ],
  ])('%s', (_, topology, problem) => {
    expect(validateTopology(topology)).toMatchObject([problem]);
  });

  test.each<[string, object, object]>([
    ['a subnet without a prefix length', { ownSubnet: '192.168.1.0' }, {}],
    ['a subnet of IPv6', { ownSubnet: 'fd00::/64' }, {}],
    ['a prefix length of 33', { ownSubnet: '192.168.1.0/33' }, {}],
    ['an address with a prefix length', {}, { sourceOwnAddress: '192.168.1.1/24' }],
    ['an address with a zone', {}, { sourceOwnAddress: 'fe80::1%eth0' }],
    ['a number that is too large', {}, { sourceOwnAddress: '192.168.1.256' }],
    ['a static address of IPv6 with a prefix length', {}, { sourceOwnAddress6: 'fd00:1::1/64' }],
    ['a static address of IPv6 with a zone', {}, { sourceOwnAddress6: 'fe80::1%eth0' }],
    ['one of IPv4 for one of IPv6', {}, { sourceOwnAddress6: '192.168.1.1' }],
    ['a NIC behind the last', {}, { sourceOwnNic: limits.nicsPerVm }],
    ['a NIC before the first', {}, { sourceOwnNic: -1 }],
    ['half a NIC', {}, { sourceOwnNic: 0.5 }],
    ['a MAC of five octets', {}, { sourceMac: '0a:00:00:00:00' }],
    ['a MAC with hyphens', {}, { sourceMac: '0a-00-00-00-00-01' }],
    ['an MTU that no IPv4 link may have', { mtu: 67 }, {}],
    ['an MTU of half an octet', {}, { mtu: 1500.5 }],
    ['IPv6 with a zone', { ipv6: 'fe80::%eth0/64' }, {}],
    ['IPv6 by yes or no', { ipv6: 'yes' }, {}],
    ['a very large MTU', {}, { mtu: 10_000 }],
  ])('%s', (_, lan, link) => {
    const topology = drawn(lan, link);
    expect(topologySchema.safeParse(topology).success).toBe(false);
    expect(topologySchema.safeParse(drawn({}, {})).success).toBe(true);
  });
});
