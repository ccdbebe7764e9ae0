import { describe, expect, it } from 'vitest';
import { linksOf, notesOf, readValid, refusalOf } from './testing';

const lab = `
name: campus
mgmt: { network: oob }
topology:
  defaults:
    kind: linux
    image: multitool
  kinds:
    ceos: { memory: 4G, cpu: 2 }
  groups:
    leaves: { kind: ceos, startup-config: leaf.cfg }
  nodes:
    leaf_1: { group: leaves, labels: { graph-posX: "40", graph-posY: "80" } }
    leaf_2: { group: leaves }
    web:
      image: nginx:\${TAG:=latest}
      exec: [ ip link set eth1 up ]
      binds: [ a:/a ]
    br0: { kind: bridge }
  links:
    - endpoints: [ "leaf_1:e1", "leaf_2:e1" ]
    - endpoints: [ "leaf_1:e2", "leaf_2:e2" ]
    - endpoints: [ "web:eth1", "br0:p1" ]
    - type: veth
      endpoints:
        - { node: br0, interface: p2 }
        - { node: leaf_1, interface: e3, mac: "02:00:00:00:00:01" }
    - endpoints: [ "web:eth2", "host:up0" ]
    - endpoints: [ "leaf_1:e9", "host:up1" ]
    - endpoints: [ "web:eth3", "mgmt-net:m0" ]
    - endpoints: [ "leaf_2:e3", "mgmt-net:m1" ]
    - endpoints: [ "web:eth4", "macvlan:\${UPLINK:=ens3}" ]
    - type: vxlan
      endpoint: { node: leaf_2, interface: e4 }
      remote: 192.0.2.1
      vni: 100
    - type: dummy
      endpoint: { node: leaf_2, interface: e5 }
`;

describe('a containerlab topology', () => {
  it('has the ports that its nodes publish, each with its protocol, and other ports of the host', () => {
    const ports = ['8080:80', '53:53/udp', '127.0.0.1:53:53/tcp', '22', '8080:80/tcp', '1-2:1-2', '7:7/sctp'];
    const read = readValid(`name: x\ntopology:\n  nodes:\n    ns: { kind: linux, ports: ${JSON.stringify(ports)} }\n`);
    expect(read.topology.vms[0]?.forwards).toEqual([
      { protocol: 'tcp', guestPort: 80 },
      { protocol: 'udp', guestPort: 53 },
      { protocol: 'tcp', guestPort: 53 },
      { protocol: 'tcp', guestPort: 22 },
    ]);
    expect(notesOf(read, 'changed')).toEqual(['Forwarded ports get other ports of the host, from the zone: ns.']);
    const left = notesOf(read, 'leftOut').join('\n');
    for (const port of ['1-2:1-2', '7:7/sctp']) expect(left).toContain(`ports: ${port}`);
  });

  it('has the commands of its nodes, and those of their defaults, kind and group before them', () => {
    const read = readValid(`name: x
topology:
  defaults: { kind: linux, exec: [ hostname ] }
  kinds: { linux: { exec: [ ip a ] } }
  groups: { g: { exec: [ "echo {{ .Node }}" ] } }
  nodes:
    a: { group: g, exec: [ "sh -c 'echo two; exit 3'" ] }
    b: { exec: [ "one\\ntwo", [ no ], last ] }
`);
    expect(read.topology.vms.map(({ exec }) => exec)).toEqual([
      ['hostname', 'ip a', 'echo \\{{ .Node }}', "sh -c 'echo two; exit 3'"],
      ['hostname', 'ip a', 'last'],
    ]);
    expect(notesOf(read, 'leftOut').join('\n')).toContain('exec');
  });

  it('has its nodes, what they take from groups and kinds, and links of every form', () => {
    const read = readValid(lab);
    expect(read).toMatchObject({ format: 'containerlab', name: 'campus' });
    expect(read.topology.vms.map(({ key, name, label, flavourId }) => [key, name, label, flavourId])).toEqual([
      ['leaf_1', 'leaf-1', 'leaf_1', 4],
      ['leaf_2', 'leaf-2', 'leaf_2', 4],
      ['web', 'web', '', 1],
    ]);
    expect(linksOf(read)).toEqual([
      'leaf-1 – br0',
      'leaf-1 – host:up1',
      'leaf-1 – leaf-2',
      'leaf-1 – leaf-2',
      'leaf-2 – mgmt-net',
      'leaf-2 – vxlan:100',
      'web – br0',
      'web – host:up0',
      'web – macvlan:${UPLINK:=ens3}',
      'web – mgmt-net',
    ]);
    expect(read.kinds).toEqual([
      { kind: 'ceos', count: 2, flavourId: 4, imageId: 1 },
      { kind: 'nginx:${TAG:=latest}', count: 1, flavourId: 1, imageId: 1 },
    ]);
  });

  it('tells what was mapped, changed and left out', () => {
    const read = readValid(lab);
    expect(notesOf(read, 'mapped')).toEqual([
      '2 of kind ceos have the flavour small and the image tiny.',
      '1 of kind nginx:${TAG:=latest} have the flavour nano and the image tiny.',
      'Switches, bridges and hubs are networks here: br0.',
    ]);
    expect(notesOf(read, 'changed')).toEqual([
      'leaf-1: its name “leaf_1” cannot be used here and is now its label.',
      'leaf-2: its name “leaf_2” cannot be used here and is now its label.',
      'Commands are run after the boot as they stand; interfaces have other names in these guests: web.',
      'Links out of the lab lead to a network each: host:up0, host:up1, vxlan:100.',
      'Links out of the lab lead to a network: mgmt-net, macvlan:${UPLINK:=ens3}.',
      'Interfaces have their names on the drawing; guests call them eth0, eth1 and so on: leaf_1:e1–leaf_2:e1, leaf_1:e2–leaf_2:e2, leaf_1:e3–br0:p2, leaf_1:e9–host:up1, leaf_2:e3–mgmt-net, … (6).',
    ]);
    const left = notesOf(read, 'leftOut').join('\n');
    for (const what of ['startup-config', 'binds', '02:00:00:00:00:01', 'mgmt', 'dummy', 'interfaces'])
      expect(left).toContain(what);
  });

  it('has the MACs and the MTU of its links, in every writing, and those that are given here it has not', () => {
    const { topology, report } = readValid(`
topology:
  nodes: { a: {}, b: {}, br: { kind: bridge } }
  links:
    - endpoints: [ "a:eth1", "b:eth1" ]
      mtu: 1400
    - type: veth
      mtu: 9500
      endpoints:
        - { node: a, interface: eth2, mac: AA-C1-AB-00-00-01 }
        - { node: b, interface: eth2, mac: "aa:c1:ab:00:00:01" }
      labels: { colour: red }
    - type: veth
      endpoints: [ { node: br, interface: p1 }, { node: b, interface: eth3, mac: "aac1.ab00.0003" } ]
`);
    expect(topology.edges.map(({ sourceMac, targetMac, mtu }) => [sourceMac, targetMac, mtu])).toEqual([
      [undefined, undefined, 1400],
      [undefined, 'aa:c1:ab:00:00:01', undefined],
      ['aa:c1:ab:00:00:03', undefined, undefined],
    ]);
    expect(report.map(({ message }) => message)).toEqual(
      expect.arrayContaining([
        'NICs have the MAC addresses of the document: a–b, b–br.',
        'Links and networks have the MTU of the document: a–b.',
        'MAC addresses that another NIC has are left out: a–b: aa:c1:ab:00:00:01.',
        'An MTU that is too small or too large is left out: a–b: 9500.',
        'links.labels is left out (1): a:eth2–b:eth2.',
      ]),
    );
  });

  it('has the addresses of its ends, in the long form and in the short one, those at a bridge in one subnet', () => {
    const read = readValid(`
topology:
  nodes: { a: {}, b: {}, br: { kind: bridge } }
  links:
    - type: veth
      endpoints:
        - { node: a, interface: e1, ipv4: 10.5.0.1/30, ipv6: "fd00:5::1/64" }
        - { node: b, interface: e1, ipv4: 10.5.0.2/30, ipv6: "fd00:5::2/64" }
    - endpoints: [ "b:e2", "a:e2" ]
      ipv4: [ 10.6.0.9/24, 10.6.0.8/24 ]
    - endpoints: [ "br:p1", "a:e3" ]
      ipv4: [ "", 10.7.0.1/24 ]
    - type: veth
      endpoints: [ { node: b, interface: e3, ipv4: 10.7.0.2/24 }, { node: br, interface: p2 } ]
    - endpoints: [ "a:e4", "br:p3" ]
      ipv4: [ 10.8.0.1/24 ]
    - endpoints: [ "a:e5", "b:e5" ]
      ipv4: [ 10.9.0.1/24, 10.10.0.1/24 ]
`);
    const { networks, edges } = read.topology;
    expect(networks.map(({ ownSubnet }) => ownSubnet)).toEqual(['10.7.0.0/24']);
    expect(edges.map((edge) => [edge.ownSubnet, edge.ipv6, edge.sourceOwnAddress, edge.targetOwnAddress])).toEqual([
      ['10.5.0.0/30', 'fd00:5::/64', '10.5.0.1', '10.5.0.2'],
      ['10.6.0.0/24', undefined, '10.6.0.9', '10.6.0.8'],
      [undefined, undefined, '10.7.0.1', undefined],
      [undefined, undefined, '10.7.0.2', undefined],
      [undefined, undefined, undefined, undefined],
      [undefined, undefined, undefined, undefined],
    ]);
    const left = notesOf(read, 'leftOut').join('\n');
    expect(left).toContain('Subnets that cannot be chosen here are left out, and others given: a–br: 10.8.0.0/24.');
    expect(left).toContain('are left out: a–br: 10.8.0.1, a–b: 10.9.0.1, a–b: 10.10.0.1.');
    expect(edges.map((edge) => [edge.sourceOwnAddress6, edge.targetOwnAddress6])[0]).toEqual([
      'fd00:5::1',
      'fd00:5::2',
    ]);
  });

  it('takes what was chosen for its kinds', () => {
    const { topology } = readValid(lab, new Map([['ceos', { flavour: 'medium', image: 'debian' }]]));
    expect(topology.vms.map(({ flavourId, imageId }) => [flavourId, imageId])).toEqual([
      [5, 2],
      [5, 2],
      [1, 1],
    ]);
  });

  it('with lines of a template language is read with all that they choose between', () => {
    const read = readValid(
      'topology:\n  nodes:\n    a: {}\n{{- if .more }}\n    b: {}\n{{- end }}\n  links:\n    - endpoints: ["a:e", "b:e"]\n',
    );
    expect(linksOf(read)).toEqual(['a – b']);
    expect(notesOf(read, 'changed')[0]).toMatch(/^2 lines of a template language/);
  });

  it.each([
    [
      'topology:\n  nodes: { a: {} }\n  links:\n    - endpoints: ["a:e1", "ghost:e1"]',
      /^Line 4, column 27, at topology\.links\[0\]\.endpoints\[1\]: there is no node ghost$/,
    ],
    [
      'topology:\n  nodes: { a: {} }\n  links:\n    - endpoints: ["a:e1"]',
      /^Line 4, column 7, at topology\.links\[0\]\.endpoints: a link has two ends, not 1$/,
    ],
    ['topology:\n  nodes:\n    a: word', /^Line 3, column 5, at topology\.nodes\.a: a map of keys/],
    ['topology:\n  nodes: {}\n  links: x', /^Line 3, column 3, at topology\.links: a list is expected/],
    ['topology:\n  nodes:\n    a: {}\n    a: {}', /^Line 4, column 5, at topology\.nodes: the key a is there twice$/],
    ['topology:\n  nodes:\n   a: {\n', /^Line \d+, column \d+: this is not YAML: /],
    ['topology: {nodes: {a: *x}}', /^Line 1, column 23, at topology\.nodes\.a: there is no anchor x/],
    ['topology: {nodes: {a: {}}}\n---\nb: 1', /several YAML documents/],
  ])('says what is wrong where: %j', (text, message) => {
    expect(refusalOf(text)).toMatch(message);
  });
});

describe('a YAML document that is out to harm', () => {
  it.each([
    [
      'aliases of aliases',
      [
        'a: &a [x, x, x, x, x, x, x, x, x]',
        ...'bcdefghij'
          .split('')
          .map((name, at) => `${name}: &${name} [${Array(9).fill(`*${'abcdefghij'[at]}`).join(', ')}]`),
      ].join('\n'),
      /^The file unfolds to more than/,
    ],
    [
      'merges of merges',
      `a: &a { ${Array.from({ length: 500 }, (_, at) => `k${at}: 1`).join(', ')} }\nb:\n${'  - { <<: *a }\n'.repeat(5000)}`,
      /^The file unfolds to more than/,
    ],
    ['an alias of itself', 'a: &a { b: *a }', /^The file is nested deeper than/],
    ['an endless nest', `a: ${'['.repeat(100_000)}`, /nested deeper|not YAML/],
    ['an endless nest of lists', '- '.repeat(50_000), /nested deeper|not YAML/],
    ['a way to the prototype', 'topology: { __proto__: { x: 1 } }', /a key that is not allowed: __proto__/],
    ['a tag that would make something', 'topology: !!js/function "() => 1"', /^This is no topology/],
    ['more than fits', `a: ${'x'.repeat(1_000_001)}`, /^The file is too large/],
  ])('%s', (_, text, message) => {
    expect(refusalOf(text)).toMatch(message);
  });
});
