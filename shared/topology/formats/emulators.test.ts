import { describe, expect, it } from 'vitest';
import { annotationSize } from '../annotations';
import { linksOf, notesOf, readValid, refusalOf } from './testing';

const names = (read: ReturnType<typeof readValid>) => read.topology.vms.map(({ name }) => name);
const online = (read: ReturnType<typeof readValid>) =>
  read.topology.vms.filter(({ internet }) => internet).map(({ name }) => name);

describe('a GNS3 project', () => {
  const end = (node_id: string | number) => ({ node_id, adapter_number: 0, port_number: 0 });
  const project = {
    name: 'branch',
    project_id: 'p',
    revision: 9,
    topology: {
      nodes: [
        {
          node_id: 'r',
          node_type: 'dynamips',
          name: 'R_1',
          x: 0,
          y: 0,
          properties: { platform: 'c7200', ram: 512, startup_config_content: 'x' },
        },
        { node_id: 'd', node_type: 'docker', name: 'web', x: 40, y: 0, properties: { image: 'hub/nginx:1' } },
        { node_id: 'p', node_type: 'vpcs', name: 'PC1', x: 40, y: 30, properties: {} },
        { node_id: 's1', node_type: 'ethernet_switch', name: 'SW1', x: 20, y: 20, properties: {} },
        { node_id: 's2', node_type: 'ethernet_hub', name: 'HUB', x: 20, y: 40, properties: {} },
        { node_id: 'c', node_type: 'cloud', name: 'Cloud1', x: 60, y: 0, properties: {} },
        { node_id: 'n', node_type: 'nat', name: 'NAT1', x: 60, y: 40, properties: {} },
      ],
      links: [
        {
          nodes: [
            { ...end('r'), label: { text: ' f0/0 ' } },
            { ...end('d'), label: { text: 'eth0' } },
          ],
          filters: { delay: [10] },
        },
        {
          nodes: [
            { ...end('s1'), label: { text: 'e1' } },
            { ...end('r'), label: { text: 'f0/1' } },
          ],
        },
        { nodes: [end('s1'), end('s2')] },
        { nodes: [end('s2'), end('p')] },
        { nodes: [end('d'), end('n')] },
      ],
      drawings: [{ svg: '<svg><text font-size="10">10.0.0.0/24</text></svg>' }, { svg: '<svg><rect/></svg>' }],
    },
  };

  it('has its devices, its switches as networks and its clouds as internet access', () => {
    const read = readValid(JSON.stringify(project));
    expect([read.format, read.name]).toEqual(['gns3', 'branch']);
    expect(names(read)).toEqual(['R-1', 'web', 'PC1']);
    expect(linksOf(read)).toEqual(['PC1 – SW1', 'R-1 – SW1', 'R-1 – web']);
    expect(online(read)).toEqual(['web']);
    expect(read.kinds.map(({ kind }) => kind)).toEqual(['c7200', 'nginx:1', 'vpcs']);
    // an attachment begins at the machine, whichever end the document names first
    expect(
      read.topology.edges.map(({ sourceInterface, targetInterface }) => [sourceInterface, targetInterface]),
    ).toEqual([
      ['f0/0', undefined],
      ['f0/1', undefined],
      [undefined, undefined],
    ]);
    expect(notesOf(read, 'changed')).toContain('Networks that were linked with each other are one: SW1, HUB.');
    expect(notesOf(read, 'leftOut').join('\n')).toMatch(/drawings is left out \(1\): rectangle/);
    expect(read.topology.annotations).toMatchObject([{ kind: 'label', text: '10.0.0.0/24', size: 'small' }]);
    expect(notesOf(read, 'leftOut').join('\n')).toMatch(/startup_config_content .*\n[^]*filters/);
  });

  it('has its drawings beside, as large against its devices as they were, the lowest first', () => {
    const svg = (inside: string) => `<svg width="9" height="9">${inside}</svg>`;
    const { annotations, vms } = readValid(
      JSON.stringify({
        ...project,
        topology: {
          nodes: [
            { node_id: 'a', node_type: 'vpcs', name: 'a', x: 0, y: 0 },
            // its symbol's corner is what is told, its middle what counts
            { node_id: 'b', node_type: 'vpcs', name: 'b', x: 100, y: -20, width: 60, height: 40 },
          ],
          links: [],
          drawings: [
            { x: 10, y: 20, z: 2, svg: svg('<text fill="#0000ff" font-size="20.0">a &lt; b\n&amp; c</text>') },
            { x: -20, y: -20, z: 1, svg: svg('<rect fill="#57e389" stroke="#000000" width="170" height="60" />') },
            { x: 0, y: 0, z: 3, svg: svg('<ellipse cx="10" cy="5" rx="10" ry="5" fill="#ffffff" stroke="#000000"/>') },
            { x: 0, y: 0, z: 4, svg: svg('<line x1="0" y1="40" x2="100" y2="0" stroke="#ff0000"/>') },
            { x: 0, y: 0, z: 5, svg: svg('<image xlink:href="file:///etc/passwd"/>') },
          ],
        },
      }),
    ).topology;
    const factor = 2;
    expect((vms[1]?.x ?? 0) - (vms[0]?.x ?? 0)).toBe(130 * factor);
    expect(annotations).toEqual([
      expect.objectContaining({
        kind: 'shape',
        form: 'rectangle',
        filled: true,
        colour: 'green',
        x: 0,
        y: 20,
        width: 340,
      }),
      expect.objectContaining({ kind: 'label', text: 'a < b\n& c', size: 'large', colour: 'blue' }),
      expect.objectContaining({
        form: 'ellipse',
        filled: false,
        colour: 'grey',
        x: -110,
        y: 10,
        width: 40,
        height: 20,
      }),
      expect.objectContaining({ form: 'line', rises: true, colour: 'red', width: 200, height: 80 }),
    ]);
  });

  it('has the MACs of its adapters: those that count on from the first of a device, and those of single adapters', () => {
    const at = (node_id: string, adapter_number: number) => ({ node_id, adapter_number, port_number: 0 });
    const nodes = [
      {
        ...{ node_id: 'q', node_type: 'qemu', name: 'q' },
        properties: {
          mac_address: '0c:12:34:56:00:ff',
          custom_adapters: [
            { adapter_number: 2, mac_address: '0c:00:00:00:00:99' },
            { adapter_number: 3, adapter_type: 'e1000' },
          ],
        },
      },
      { node_id: 'd', node_type: 'docker', name: 'd', properties: { mac_address: '02:42:aa:00:00:00' } },
      // its MACs follow from its slots in a way of its own
      { node_id: 'r', node_type: 'dynamips', name: 'r', properties: { mac_addr: 'ca01.0994.0000' } },
      { node_id: 's', node_type: 'ethernet_switch', name: 's' },
    ];
    const links = [
      { nodes: [at('q', 0), at('r', 0)] },
      { nodes: [at('s', 1), at('q', 1)] },
      { nodes: [at('q', 2), at('d', 0)] },
      { nodes: [at('r', 1), at('q', 3)] },
    ];
    const read = readValid(JSON.stringify({ ...project, topology: { nodes, links } }));
    expect(read.topology.edges.map(({ source, sourceMac, targetMac }) => [source, sourceMac, targetMac])).toEqual([
      ['q', '0c:12:34:56:00:ff', undefined],
      ['q', '0c:12:34:56:01:00', undefined],
      ['q', '0c:00:00:00:00:99', undefined],
      ['r', undefined, '0c:12:34:56:01:02'],
    ]);
    expect(notesOf(read, 'mapped')).toContain('NICs have the MAC addresses of the document: q–r, q–s, q–d, r–q.');
    expect(notesOf(read, 'leftOut').join('\n')).toContain('these NICs get others: q–d: 02:42:aa:00:00:00.');
  });

  it('whose switch leads to a cloud gives all VMs at it internet access', () => {
    const linked = structuredClone(project);
    linked.topology.links.push({ nodes: [end('c'), end('s2')] });
    expect(online(readValid(JSON.stringify(linked)))).toEqual(['R-1', 'web', 'PC1']);
  });

  it('of a version before 2.0 is read, too', () => {
    const old = {
      name: 'old',
      auto_start: false,
      topology: {
        nodes: [
          { id: 1, type: 'C3725', description: 'Router', x: 1.5, y: 2, properties: { name: 'R1', ram: 128 } },
          { id: 2, type: 'EthernetSwitch', x: 9, y: 2, properties: { name: 'SW1' } },
          { id: 3, type: 'Cloud', x: 9, y: 9, properties: { name: 'out' } },
        ],
        links: [
          { source_node_id: 1, source_port_id: 4, destination_node_id: 2, destination_port_id: 5 },
          { source_node_id: 2, destination_node_id: 3 },
        ],
        notes: [{ text: 'here', x: 1, y: 1 }],
        ellipses: [{ x: 1, y: 1, width: 9, height: 9, color: '#ff0000', border_color: '#000000' }],
        images: [{ path: 'logo.png', x: 0, y: 0 }],
      },
    };
    const read = readValid(JSON.stringify(old));
    expect(linksOf(read)).toEqual(['R1 – SW1']);
    expect(online(read)).toEqual(['R1']);
    expect(read.topology.annotations).toMatchObject([
      { kind: 'shape', form: 'ellipse', filled: true, colour: 'red' },
      { kind: 'label', text: 'here' },
    ]);
    expect(notesOf(read, 'leftOut').join()).toContain('images is left out (1)');
  });

  it.each([
    [
      { links: [{ nodes: [end('r'), end('ghost')] }] },
      /^Line 1, column \d+, at topology\.links\[0\]\.nodes\[1\]\.node_id: there is no node ghost$/,
    ],
    [{ links: [{ nodes: [end('r')] }] }, /a link has two ends, not 1$/],
    [{ nodes: [{ node_id: 'r' }, { node_id: 'r' }] }, /at topology\.nodes\[1\]: there are two nodes r$/],
    [{ nodes: [{}] }, /at topology\.nodes\[0\]\.id: a text is expected here$/],
  ])('says what is wrong where: %j', (change, message) => {
    expect(refusalOf(JSON.stringify({ ...project, topology: { ...project.topology, ...change } }))).toMatch(message);
  });
});

describe('a CML lab', () => {
  const cml = `
annotations:
  - { type: text, text_content: "10.1.0.0/24", x1: 0, y1: 0, z_index: 1 }
  - { type: rectangle, x1: -100, y1: -20, x2: 200, y2: 80, color: "#EFF48C", border_color: "#808080FF", z_index: 0 }
  - { type: ellipse, x1: 0, y1: 0, x2: 10, y2: 5, color: "#FFFFFFFF", border_color: "#808080FF", z_index: 2 }
  - { type: line, x1: 0, y1: 0, x2: 20, y2: 20, border_color: "#808080FF", z_index: 3 }
  - { type: line, x1: 5, y1: 5, x2: 5, y2: 5, z_index: 4 }
  - { type: text, text_content: "", x1: 0, y1: 0, z_index: 5 }
nodes:
  - { id: n0, label: "core 1", node_definition: iosv, x: -80, y: 0, ram: 768, cpus: 2, configuration: "hostname core", tags: [core],
      interfaces: [ { id: i0, label: Loopback0, type: loopback }, { id: i1, label: Gi0/0, slot: 0, type: physical } ] }
  - { id: n1, label: pc, node_definition: desktop, x: 80, y: 0, interfaces: [ { id: i0, label: eth0, type: physical } ] }
  - { id: n2, label: sw, node_definition: unmanaged_switch, x: 0, y: 40, interfaces: [ { id: i0 }, { id: i1 } ] }
  - { id: n3, label: out, node_definition: external_connector, configuration: [ { name: default, content: NAT } ], x: 0, y: 90, interfaces: [ { id: i0 } ] }
links:
  - { id: l0, n1: n0, i1: i1, n2: n2, i2: i0, conditioning: { latency: 10 }, label: a }
  - { id: l1, n1: n2, i1: i1, n2: n1, i2: i0, conditioning: {} }
  - { id: l2, n1: n3, i1: i0, n2: n1, i2: i0 }
lab: { title: Task, description: Do it., notes: text, version: 0.2.2 }
`;

  it('has its nodes, unmanaged switches as networks and external connectors as internet access', () => {
    const read = readValid(cml);
    expect(read).toMatchObject({ format: 'cml', name: 'Task', description: 'Do it.' });
    expect(read.topology.vms.map(({ name, label, internet }) => [name, label, internet])).toEqual([
      ['core-1', 'core 1', false],
      ['pc', '', true],
    ]);
    expect(linksOf(read)).toEqual(['core-1 – sw', 'pc – sw']);
    // ids of interfaces are each node's own; what a number calls is no name, and a switch's is left out
    expect(read.topology.edges.map((edge) => [edge.sourceInterface, edge.targetInterface])).toEqual([
      ['Gi0/0', undefined],
      [undefined, undefined],
    ]);
    expect(notesOf(read, 'changed').join('\n')).toContain('eth1 and so on: core 1:Gi0/0–sw.');
    expect(notesOf(read, 'leftOut').join('\n')).toContain('names of interfaces are left out: pc:eth0–sw.');
    expect(read.kinds.map(({ kind }) => kind)).toEqual(['iosv', 'desktop']);
    const left = notesOf(read, 'leftOut').join('\n');
    expect(read.topology.annotations).toEqual([
      expect.objectContaining({ kind: 'shape', form: 'rectangle', filled: true, colour: 'yellow', width: 581 }),
      expect.objectContaining({ kind: 'label', text: '10.1.0.0/24', size: 'small' }),
      expect.objectContaining({ form: 'ellipse', filled: false, width: 58, height: 29 }),
      expect.objectContaining({ form: 'line', rises: false }),
    ]);
    // around its middle, which is that of the drawing
    const [, , ellipse] = read.topology.annotations ?? [];
    expect([ellipse?.x, ellipse?.y]).toEqual([0, -58]);
    expect(notesOf(read, 'mapped').join('\n')).toContain('drawn beside: rectangle, 10.1.0.0/24, ellipse, line');
    for (const what of ['configuration', 'tags', 'lab.notes', 'conditioning', 'annotations is left out (2)'])
      expect(left).toContain(what);
  });

  it('has the MACs that are set of its interfaces', () => {
    const withMacs = cml
      .replace('label: Gi0/0, slot: 0', 'label: Gi0/0, mac_address: "00:11:22:33:44:55", slot: 0')
      .replaceAll('label: eth0,', 'label: eth0, mac_address: null,');
    const read = readValid(withMacs);
    expect(read.topology.edges.map(({ sourceMac, targetMac }) => [sourceMac, targetMac])).toEqual([
      ['00:11:22:33:44:55', undefined],
      [undefined, undefined],
    ]);
    expect(notesOf(read, 'mapped')).toContain('NICs have the MAC addresses of the document: core 1–sw.');
  });

  it('of an older version names its ends by interfaces alone, or as node_a and node_b', () => {
    const nodes = [
      { id: 'n0', data: { label: 'a', node_definition: 'iosv' }, interfaces: [{ id: 'x0' }] },
      { id: 'n1', data: { label: 'b', node_definition: 'iosv' }, interfaces: [{ id: 'x1' }] },
    ];
    const byInterface = { lab_title: 'old', nodes, links: [{ interface_a: 'x0', interface_b: 'x1' }] };
    const byNode = {
      lab_title: 'old',
      nodes,
      links: [{ node_a: 'n0', node_b: 'n1', interface_a: 'x0', interface_b: 'x1' }],
    };
    for (const lab of [byInterface, byNode]) expect(linksOf(readValid(JSON.stringify(lab)))).toEqual(['a – b']);
  });

  it('says what is wrong where', () => {
    expect(refusalOf(cml.replace('n2: n1', 'n2: n9'))).toBe('Line 17, column 31, at links[1].n2: there is no node n9');
  });
});

describe('a GML document', () => {
  const gml = `# the coast
Creator "me"
graph [
  directed 0
  Network "Coast"
  node [ id 0 label "Rome &amp; port" Longitude 12.5 Latitude 41.9 ]
  node [ id 1 label "Milan" Longitude 9.2 Latitude 45.5 type "PoP" ]
  node [ id 2 label "Milan" ]
  node [ id 3 hyperedge 1 ]
  node [ id -4 graphics [ x 1.5e2 y -2. ] ]
  edge [ source 0 target 1 LinkLabel "fast
 line" ]
  edge [ source 1 target 0 ]
  edge [ source 3 target 2 ]
  edge [ source 0 target 3 ]
]
`;
  it('keeps nodes whose labels are missing or the same, parallel links, hyperedges and geography', () => {
    const read = readValid(gml);
    expect([read.format, read.name]).toEqual(['gml', 'Coast']);
    expect(read.topology.vms.map(({ name, label }) => [name, label])).toEqual([
      ['Rome-port', 'Rome & port'],
      ['Milan', ''],
      ['Milan-2', 'Milan'],
      ['node--4', ''],
    ]);
    expect(linksOf(read)).toEqual(['Milan – Rome-port', 'Milan-2 – node-3', 'Rome-port – Milan', 'Rome-port – node-3']);
    expect(notesOf(read, 'leftOut')).toContain('linklabel is left out (1): Rome & port–Milan.');
  });

  it.each([
    [
      'graph [\n  node [ id 0 ]\n  edge [ source 0 target 7 ]\n]',
      /^Line 3, column 3, at graph\.edge\[0\]: there is no node 7$/,
    ],
    ['graph [\n  node [ id 0 ]\n  node [ id 0 ]\n]', /^Line 3, column 3, at graph\.node\[1\]: there are two nodes 0$/],
    ['graph [\n node [ id 0', /^Line 2, column 13: this is not GML: \] is missing$/],
    ['graph [ ] ]', /^Line 1, column 11: this is not GML: a \] without \[$/],
    ['graph [ node [ label "x', /this is not GML: " is missing$/],
    [`graph [ ${'a [ '.repeat(1000)}`, /^The file is nested deeper than/],
    [`graph [ ${'a 1 '.repeat(250_000)} ]`, /^The file unfolds to more than/],
  ])('says what is wrong where: %j', (text, message) => {
    expect(refusalOf(text)).toMatch(message);
  });
});

describe('a netlab topology', () => {
  it.each([
    ['a map', 'nodes: { r1: { device: eos }, r2: , h1: { device: linux, image: alpine } }\n'],
    ['a list', 'nodes: [ r1, r2, { name: h1, device: linux } ]\n'],
    ['nothing but what is in the links', ''],
  ])('has its nodes as %s', (_, nodes) => {
    const read = readValid(`${nodes}defaults.device: frr\nlinks: [ r1-r2, h1-r1 ]\n`);
    expect(read.format).toBe('netlab');
    expect(names(read).toSorted()).toEqual(['h1', 'r1', 'r2']);
    expect(linksOf(read)).toEqual(['h1 – r1', 'r1 – r2']);
  });

  it('has links of every form', () => {
    const read = readValid(`
name: forms
plugin: [ bgp.session ]
groups: { hosts: { members: [ h1, h2 ], device: linux } }
nodes: [ r1, r2, r-3, h1, h2 ]
vlans: { red: { links: [ h1-r1 ] } }
vrfs: { blue: { links: [ r2-h2 ] } }
links:
- r1-r2
- r1-r-3
- r1-r2-r-3
- [ r1, h1 ]
- r2
- r1: { ipv4: 10.0.0.1/24 }
  r2:
  bandwidth: 10
- r1.ospf.cost: 10
  h2:
- interfaces: [ { node: r1 }, h2 ]
- interfaces: [ { node: r1 }, { node: h1 }, { node: h2 } ]
  bridge: lab
- r2:
  bridge: lab
- group: core
  members: [ r2-h1 ]
- lag.members: [ r-3-h1, r-3-h1 ]
- type: loopback
  r1:
`);
    expect(linksOf(read)).toEqual(
      [
        ...['h1 – lab', 'h1 – r1', 'h2 – lab', 'r-3 – h1', 'r-3 – h1', 'r-3 – lan 3', 'r1 – h1', 'r1 – h2', 'r1 – h2'],
        ...[
          'r1 – lab',
          'r1 – lan 3',
          'r1 – r-3',
          'r1 – r2',
          'r1 – r2',
          'r2 – h1',
          'r2 – h2',
          'r2 – lab',
          'r2 – lan 3',
          'r2 – stub r2',
        ],
      ].toSorted(),
    );
    expect(read.kinds.map(({ kind, count }) => [kind, count])).toEqual([
      ['', 3],
      ['linux', 2],
    ]);
    expect(notesOf(read, 'leftOut').join('\n')).toMatch(/links\.bandwidth[^]*plugin/);
  });

  it('has the prefixes, static addresses and MTUs of its links', () => {
    const read = readValid(`
nodes: [ r1, r2, h1 ]
prefix: { core: { ipv4: 10.30.0.0/24, ipv6: "fd00:30::/64" } }
links:
- r1: { ipv4: 10.20.0.1/30, mtu: 1600 }
  r2: { ipv4: 10.20.0.2/30, mtu: 1600 }
- r1: { ipv4: 7 }
  r2: { ipv4: 10.21.0.9 }
  h1: { ipv4: false, ipv6: "fd00:21::5/64" }
  prefix: { ipv4: 10.21.0.0/24 }
  mtu: 1500
- r1.ipv4: 300
  r2:
  prefix: core
- r1:
  prefix.ipv4: 172.31.0.0/24
  prefix.ipv6: 2001:db8:1::/56
- interfaces: [ { node: r2, ipv4: 10.22.0.1/24 }, { node: h1, mtu: 1400 } ]
  prefix: 10.22.0.0/24
`);
    const { edges, networks } = read.topology;
    expect(networks.map(({ ownSubnet, ipv6, mtu }) => [ownSubnet, ipv6, mtu])).toEqual([
      ['10.21.0.0/24', 'fd00:21::/64', 1500],
      ['172.31.0.0/24', undefined, undefined],
    ]);
    expect(
      edges.map((edge) => [edge.ownSubnet, edge.ipv6, edge.mtu, edge.sourceOwnAddress, edge.targetOwnAddress]),
    ).toEqual([
      ['10.20.0.0/30', undefined, 1600, '10.20.0.1', '10.20.0.2'],
      [undefined, undefined, undefined, '10.21.0.7', undefined],
      [undefined, undefined, undefined, '10.21.0.9', undefined],
      [undefined, undefined, undefined, undefined, undefined],
      ['10.30.0.0/24', 'fd00:30::/64', undefined, undefined, undefined],
      [undefined, undefined, undefined, undefined, undefined],
      ['10.22.0.0/24', undefined, 1400, '10.22.0.1', undefined],
    ]);
    expect(notesOf(read, 'leftOut')).toEqual([
      'Subnets that cannot be chosen here are left out, and others given: stub r1: 2001:db8:1::/56.',
      'links.ipv4 is left out (2): r1–r2–h1, r1–r2.',
      'links.ipv6 is left out (1): r1–r2–h1.',
    ]);
  });

  it('has links in a map of lists, and the spines and leaves of a fabric', () => {
    expect(linksOf(readValid('nodes: [a, b]\nlinks:\n  core: [ a-b ]\n  edge: [ a, b ]\n'))).toEqual([
      'a – b',
      'a – stub a',
      'b – stub b',
    ]);
    expect(linksOf(readValid('plugin: [ fabric ]\nfabric.spines: 2\nfabric.leafs: 2\n'))).toEqual([
      ...['L1 – S1', 'L1 – S2', 'L2 – S1', 'L2 – S2'],
    ]);
  });

  it('was read with settings of links for nodes: what Ansible is told of one node has its neighbours', () => {
    const read = readValid(
      'hostname: clab-lab-pe1\nlinks:\n- { ifindex: 1, ifname: eth1, type: p2p, neighbors: { c1: { ifname: eth1 } } }\n' +
        '- { ifindex: 2, type: lan, neighbors: [ { node: c1 }, { node: c2 } ] }\n- { ifindex: 3, type: stub, neighbors: {} }\n',
    );
    expect(names(read)).toEqual(['pe1', 'c1', 'c2']);
    expect(linksOf(read)).toEqual(['c1 – lan 2', 'c2 – lan 2', 'pe1 – c1', 'pe1 – lan 2', 'pe1 – stub pe1']);
    expect(notesOf(read, 'changed')).toHaveLength(1);
  });

  it('has the addresses of which it tells Ansible', () => {
    const { topology } = readValid(
      'hostname: pe1\nlinks:\n- { ifindex: 1, ipv4: 10.1.0.2/30, type: p2p, prefix: { ipv4: 10.1.0.0/30 }, neighbors: { c1: { ipv4: 10.1.0.1/30 } } }\n' +
        '- { ifindex: 2, type: lan, ipv4: 10.2.0.3/24, neighbors: [ { node: c1, ipv4: 10.2.0.4/24 } ] }\n',
    );
    expect(topology.networks.map(({ ownSubnet }) => ownSubnet)).toEqual(['10.2.0.0/24']);
    expect(topology.edges.map((edge) => [edge.ownSubnet, edge.sourceOwnAddress, edge.targetOwnAddress])).toEqual([
      ['10.1.0.0/30', '10.1.0.2', '10.1.0.1'],
      [undefined, '10.2.0.3', undefined],
      [undefined, '10.2.0.4', undefined],
    ]);
  });

  it.each([
    ['nodes: [ a ]\nlinks: [ a-b ]', /^Line 2, column 10, at links\[0\]: there is no node b$/],
    ['nodes: [ a, a ]\n', /at nodes: there are two nodes a$|there are two nodes a$/],
    ['nodes: [ a ]\nlinks: 7', /links: a list is expected here$|This is no topology/],
  ])('says what is wrong where: %j', (text, message) => {
    expect(refusalOf(text)).toMatch(message);
  });
});

describe('a Kathará lab', () => {
  it('has links where two meet, networks where more do, and internet access for what is bridged', () => {
    const read = readValid(
      '# two LANs\nLAB_NAME="ospf"\nLAB_AUTHOR=me\nr1[0]="A"\nr1[1]=B/0a:00:00:00:00:01\nr1[image]="kathara/frr"\nr1[mem]="128m"\n' +
        'pc1[0]=A/0a:00:00:00:00:02\npc2[0]=\'A/02:00:00:00:00:03\'\nr2[0]="B" # the link\nr2[bridged]=true\npc2[exec]="ls"\nlone[0]="C"\n',
    );
    expect([read.format, read.name]).toEqual(['kathara', 'ospf']);
    expect(names(read)).toEqual(['r1', 'pc1', 'pc2', 'r2', 'lone']);
    expect(linksOf(read)).toEqual(['lone – C', 'pc1 – A', 'pc2 – A', 'r1 – A', 'r1 – r2']);
    expect(online(read)).toEqual(['r2']);
    expect(notesOf(read, 'leftOut').join('\n')).toMatch(/pc2–A: 02:00:00:00:00:03[^]*LAB_AUTHOR[^]*exec/);
    expect(read.topology.edges.map(({ sourceMac }) => sourceMac)).toEqual([
      ...[undefined, '0a:00:00:00:00:02', undefined, '0a:00:00:00:00:01', undefined],
    ]);
  });

  it.each([
    ['r1[0]="A"\nwhat is this', /^Line 2, column 1: a line like device\[0\]="A" is expected here$/],
    ['r1[0]="A"\nr1[0]="B"', /^Line 2, column 1: the key r1\[0\] is there twice$/],
  ])('says what is wrong where: %j', (text, message) => {
    expect(refusalOf(text)).toMatch(message);
  });
});

describe('a network', () => {
  it('had no name where its own was nothing but what no name may hold', () => {
    const { topology } = readValid('a[0]=>\na[1]="//"\na[2]="-"\na[3]="<"\n');
    expect(topology.networks.map(({ name }) => name)).toEqual(['net', 'net-2', 'net-3', 'net-4']);
  });
});

describe('the texts of an EVE-NG lab', () => {
  const page = '<div id="customText1" class="customShape" style="display: inline; position: absolute; left: 300px; top: 40px; z-index: 1;"><p style="font-size: 20px">Área &lt;0&gt;<br>and more</p></div>'; // prettier-ignore
  const lab = (data: string) =>
    '<lab name="wan" version="1"><topology><nodes><node id="1" name="a" left="0" top="0"/><node id="2" name="b" left="300" top="0"/></nodes></topology>' +
    `<objects><textobjects><textobject id="1" name="txt" type="text"><data>${data}</data></textobject></textobjects></objects></lab>`;
  const packed = (text: string) => btoa(String.fromCharCode(...new TextEncoder().encode(text)));

  it('are drawn beside, without their markup, where they stood', () => {
    const { topology } = readValid(lab(packed(page)));
    const [text] = topology.annotations ?? [];
    expect(text).toMatchObject({ kind: 'label', text: 'Área <0>\nand more', size: 'large' });
    const b = topology.vms[1];
    if (text === undefined || b === undefined) throw new Error('nothing there');
    expect(Math.abs(text.x - annotationSize(text).width / 2 - b.x)).toBeLessThan(1);
  });

  it.each(['', 'no base64!', packed('<div>nowhere</div>'), packed(page.replace(/<p.*<\/p>/, ''))])(
    'that say nothing or stand nowhere are left out, and told: %j',
    (data) => {
      const read = readValid(lab(data));
      expect(read.topology.annotations).toBeUndefined();
      expect(notesOf(read, 'leftOut').join('\n')).toContain('textobjects is left out (1): txt');
    },
  );
});

describe('an EVE-NG lab', () => {
  const unl = (topology: string) =>
    `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<lab name="wan" version="1"><description>d</description>\n<topology>${topology}</topology>` +
    '<objects><configs><config id="1">aG9zdA==</config></configs><textobjects><textobject id="1" name="note" type="text"/></textobjects></objects></lab>';
  it('has its nodes, hidden networks as links, clouds as internet access, and serial lines', () => {
    const read = readValid(
      unl(
        '<nodes><node id="1" name="R_1" type="qemu" template="vios" ram="512" cpu="1" left="100" top="10" firstmac="50:00:00:01:00:00"><interface id="0" name="Gi0/0" type="ethernet" network_id="1"/><interface id="1" name="Gi0/1" type="ethernet" network_id="2"/><interface id="16" name="s1/0" type="serial" remote_id="2" remote_if="16"/></node>' +
          '<node id="2" name="R2" template="vios" left="60%" top="20%" config="1"><interface id="0" type="ethernet" network_id="1"/><interface id="1" type="ethernet" network_id="3"/><interface id="16" type="serial" remote_id="1" remote_if="16"/></node></nodes>' +
          '<networks><network id="1" name="Net-R1" type="bridge" visibility="0"/><network id="2" name="lan" type="bridge" left="9" top="9" visibility="1"/><network id="3" name="out" type="pnet0" visibility="1"/></networks>',
      ),
    );
    expect(read).toMatchObject({ format: 'eve-ng', name: 'wan', description: 'd' });
    expect(linksOf(read)).toEqual(['R-1 – R2', 'R-1 – R2', 'R-1 – lan']);
    expect(read.topology.edges.map(({ sourceInterface }) => sourceInterface)).toEqual(['Gi0/0', 'Gi0/1', 's1/0']);
    expect(read.topology.edges.map(({ sourceMac, targetMac }) => [sourceMac, targetMac])).toEqual([
      ['50:00:00:01:00:00', undefined],
      ['50:00:00:01:00:01', undefined],
      [undefined, undefined],
    ]);
    expect(online(read)).toEqual(['R2']);
    expect(notesOf(read, 'leftOut').join('\n')).toMatch(
      /config is left out \(1\): R2[^]*configs[^]*textobjects is left out \(1\): note/,
    );
  });

  it.each([
    [
      unl('<nodes><node id="1" name="a"><interface id="0" network_id="5"/></node></nodes>'),
      /^Line 3, column \d+, at lab\/topology\/nodes\/node\/interface: there is no node 5$/,
    ],
    [unl('<nodes><node id="1"/><node id="1"/></nodes>'), /there are two nodes node 1$/],
  ])('says what is wrong where: %j', (text, message) => {
    expect(refusalOf(text)).toMatch(message);
  });
});
