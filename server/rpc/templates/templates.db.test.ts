import { eq } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { useDatabase } from '#db/testing/database';
import { flavours } from '#drizzle/schema/catalogue';
import { templateEdges, templateRevisions, templates } from '#drizzle/schema/templates';
import { limits } from '#shared/limits';
import { withAddresses } from '#shared/topology/addresses';
import { vmDefaults, type Topology } from '#shared/topology/schema';
import { line } from '#server/testing/drawings';
import { outcomeOf, refusalOf } from '#server/testing/outcomes';
import { createWorld } from '#server/testing/world';

const database = useDatabase();
const world = createWorld(database);
const { ctx } = world;

/** Two VMs in a network, linked twice besides, with everything that a drawing can hold. */
const rich: Topology = {
  vms: [
    {
      ...vmDefaults(),
      key: 'web',
      name: 'web',
      flavourId: 4,
      imageId: 1,
      internet: true,
      forwards: [
        { protocol: 'tcp', guestPort: 22 },
        { protocol: 'tcp', guestPort: 443 },
      ],
      x: 0.1 + 0.2,
      y: -1e5,
    },
    { ...vmDefaults(), key: 'db', name: 'db', flavourId: 1, imageId: 1, x: 1 / 3, y: 1e-9 },
  ],
  networks: [{ key: 'lan', name: 'Office LAN', x: 5, y: 6 }],
  edges: [
    { key: 'l1', source: 'web', target: 'db' },
    { key: 'l2', source: 'db', target: 'web' },
    { key: 'a1', source: 'web', target: 'lan' },
    { key: 'a2', source: 'db', target: 'lan' },
  ],
};
const copyOf = (topology: Topology): Topology => structuredClone(topology);

describe('a template', () => {
  it('keeps its drawing exactly, with sums counted by the database', async () => {
    const user = world.callerOf(await world.person());
    const made = await user.templates.create({ name: 'Office', description: 'two', topology: rich });
    expect(made).toMatchObject({ vms: 2, networks: 1, edges: 4, vcpus: 3, ramMb: 5120, diskGb: 8, revision: 1 });
    expect(made.topology).toEqual(withAddresses(rich));
    expect(await user.templates.get({ id: made.id })).toEqual(made);
    const { topology: _drawing, ...summary } = made;
    expect((await user.templates.list({})).items).toEqual([summary]);
  });

  it('may be empty', async () => {
    const user = world.callerOf(await world.person());
    const made = await user.templates.create({ name: 'Empty', topology: line(0) });
    expect(made).toMatchObject({ vms: 0, vcpus: 0, topology: line(0) });
  });

  it('has a name of its own, per owner, in any case', async () => {
    const user = world.callerOf(await world.person());
    const other = world.callerOf(await world.person());
    const made = await user.templates.create({ name: 'Lab', topology: line(1) });
    expect(await refusalOf(user.templates.create({ name: 'LAB', topology: line(1) }))).toMatchObject({
      code: 'NAME_TAKEN',
      field: 'name',
    });
    expect(await outcomeOf(other.templates.create({ name: 'Lab', topology: line(1) }))).toBe('OK');
    const second = await user.templates.create({ name: 'Lab 2', topology: line(1) });
    expect(await outcomeOf(user.templates.update({ id: second.id, name: 'lab' }))).toBe('NAME_TAKEN');
    await user.templates.delete({ id: made.id });
    expect(await outcomeOf(user.templates.get({ id: made.id }))).toBe('NOT_FOUND');
    expect(await outcomeOf(user.templates.delete({ id: made.id }))).toBe('NOT_FOUND');
    expect(await outcomeOf(user.templates.update({ id: second.id, name: 'lab' }))).toBe('OK');
  });

  it('is nobody else’s, admins included', async () => {
    const owner = world.callerOf(await world.person());
    const { id } = await owner.templates.create({ name: 'Mine', topology: line(1) });
    for (const stranger of [world.callerOf(await world.person()), world.callerOf(await world.person('admin'))]) {
      expect((await stranger.templates.list({})).items).toEqual([]);
      for (const call of [
        () => stranger.templates.get({ id }),
        () => stranger.templates.update({ id, name: 'Theirs' }),
        () => stranger.templates.duplicate({ id }),
        () => stranger.templates.delete({ id }),
        () => stranger.templates.export({ id }),
      ])
        expect(await outcomeOf(call())).toBe('NOT_FOUND');
    }
    expect(await owner.templates.get({ id })).toMatchObject({ name: 'Mine' });
  });
});

describe('revisions', () => {
  const revisionsOf = (id: number) => ctx.db.$count(templateRevisions, eq(templateRevisions.templateId, id));

  it('are added only when the drawing really changed', async () => {
    const user = world.callerOf(await world.person());
    const { id } = await user.templates.create({ name: 'T', topology: rich });
    const reordered = copyOf(withAddresses(rich));
    reordered.vms.reverse();
    reordered.edges.reverse();
    expect(await user.templates.update({ id, topology: reordered, baseRevision: 1 })).toMatchObject({ revision: 1 });
    expect(await user.templates.update({ id, name: 'U', description: 'd' })).toMatchObject({
      revision: 1,
      name: 'U',
      description: 'd',
    });
    expect(await revisionsOf(id)).toBe(1);
    const moved = copyOf(rich);
    moved.networks = moved.networks.map((network) => ({ ...network, x: 7 }));
    const saved = await user.templates.update({ id, topology: moved, baseRevision: 1 });
    expect(saved).toMatchObject({ revision: 2, topology: moved });
    expect(await revisionsOf(id)).toBe(2);
  });

  it('are added for another order of edges alone, which decides the numbers of NICs that none has yet', async () => {
    const user = world.callerOf(await world.person());
    const { id } = await user.templates.create({ name: 'T', topology: rich });
    const reordered = { ...rich, edges: rich.edges.toReversed() };
    const saved = await user.templates.update({ id, topology: reordered, baseRevision: 1 });
    expect(saved.revision).toBe(2);
    expect(saved.topology.edges.map(({ key, sourceNic }) => [key, sourceNic?.index])).toEqual([
      ['a2', 0],
      ['a1', 0],
      ['l2', 1],
      ['l1', 2],
    ]);
  });

  it('leave NICs and addresses to the edges that stay when another is deleted, in slices, too', async () => {
    const user = world.callerOf(await world.person());
    const made = await user.templates.create({ name: 'T', topology: rich });
    const before = new Map(made.topology.edges.map((edge) => [edge.key, edge]));
    const without = { ...rich, edges: rich.edges.filter(({ key }) => key !== 'l1') };
    const saved = await user.templates.update({ id: made.id, topology: without, baseRevision: 1 });
    expect(saved.topology.edges).toEqual(without.edges.map(({ key }) => before.get(key)));
    const zoneId = await world.zone();
    const slice = await user.slices.create({ name: 'S', templateId: made.id, zoneId });
    expect(slice.edges.map(({ key, sourceAddress }) => [key, sourceAddress])).toEqual(
      without.edges.map(({ key }) => [key, before.get(key)?.sourceNic?.addresses[0]]),
    );
  });

  it('conflict when somebody saved in between, and a repeat of the same save does not', async () => {
    const user = world.callerOf(await world.person());
    const { id } = await user.templates.create({ name: 'T', topology: line(1) });
    const save = (count: number, baseRevision: number) =>
      user.templates.update({ id, topology: line(count), baseRevision });
    expect(await save(2, 1)).toMatchObject({ revision: 2 });
    expect(await save(2, 1)).toMatchObject({ revision: 2 });
    expect(await refusalOf(save(3, 1))).toMatchObject({
      code: 'REVISION_CONFLICT',
      params: { current: 2, base: 1 },
    });
    expect(await outcomeOf(user.templates.update({ id, topology: line(3) }))).toBe('INVALID_INPUT');
    expect((await user.templates.get({ id })).vms).toBe(2);
  });

  it('let one of many who save at once win', async () => {
    const user = world.callerOf(await world.person());
    const { id } = await user.templates.create({ name: 'T', topology: line(1) });
    const outcomes = await Promise.all(
      [2, 3, 4, 5, 6].map((count) => outcomeOf(user.templates.update({ id, topology: line(count), baseRevision: 1 }))),
    );
    expect(outcomes.filter((outcome) => outcome === 'OK')).toHaveLength(1);
    expect(outcomes.filter((outcome) => outcome === 'REVISION_CONFLICT')).toHaveLength(4);
    expect(await revisionsOf(id)).toBe(2);
  });
});

describe('a list of templates', () => {
  it('goes through all of them in pages, in both orders', async () => {
    const owner = await world.person();
    const user = world.callerOf(owner);
    const stranger = world.callerOf(await world.person());
    await stranger.templates.create({ name: 'strange', topology: line(1) });
    const names = ['delta', 'Alpha', 'charlie', 'Bravo', 'echo'];
    for (const name of names) await user.templates.create({ name, topology: line(2) });
    // all at one instant: the id has to decide
    await ctx.db.update(templates).set({ updatedAt: new Date() }).where(eq(templates.ownerId, owner.userId));
    const walk = async (sort: 'updated' | 'name') => {
      const seen: string[] = [];
      let cursor: string | null = null;
      do {
        const page: Awaited<ReturnType<typeof user.templates.list>> = await user.templates.list({
          sort,
          limit: 2,
          cursor,
        });
        seen.push(...page.items.map((template) => template.name));
        cursor = page.nextCursor;
      } while (cursor !== null);
      return seen;
    };
    expect(await walk('name')).toEqual(['Alpha', 'Bravo', 'charlie', 'delta', 'echo']);
    expect(await walk('updated')).toEqual(['echo', 'Bravo', 'charlie', 'Alpha', 'delta']);
    expect((await user.templates.list({ search: 'LPH' })).items.map(({ name }) => name)).toEqual(['Alpha']);
    const { nextCursor } = await user.templates.list({ sort: 'name', limit: 2 });
    expect(await outcomeOf(user.templates.list({ sort: 'updated', cursor: nextCursor }))).toBe('INVALID_INPUT');
  });
});

it('one user could make templates without end', async () => {
  const person = await world.person();
  const user = world.callerOf(person);
  const row = (n: number) => ({ ownerId: person.userId, name: `t${n}`, revision: 1, updatedAt: new Date() });
  await database.db
    .insert(templates)
    .values(Array.from({ length: limits.templatesPerUser - 1 }, (_, index) => row(index)));
  const { id } = await user.templates.create({ name: 'the last', topology: line(1) });
  expect(await outcomeOf(user.templates.create({ name: 'one more', topology: line(1) }))).toBe('QUOTA_EXCEEDED');
  expect(await outcomeOf(user.templates.duplicate({ id }))).toBe('QUOTA_EXCEEDED');
  await user.templates.delete({ id });
  // two at once could both find the last place free
  const made = await Promise.all(
    Array.from({ length: 4 }, (_, n) => outcomeOf(user.templates.create({ name: `one more ${n}`, topology: line(1) }))),
  );
  expect(made.toSorted()).toEqual(['OK', 'QUOTA_EXCEEDED', 'QUOTA_EXCEEDED', 'QUOTA_EXCEEDED']);
});

describe('a copy', () => {
  it('always finds a free name', async () => {
    const user = world.callerOf(await world.person());
    const { id } = await user.templates.create({ name: 'Lab', description: 'd', topology: rich });
    const copy = await user.templates.duplicate({ id });
    expect(copy).toMatchObject({ name: 'Lab (copy)', description: 'd', revision: 1, topology: rich });
    expect((await user.templates.duplicate({ id: copy.id })).name).toBe('Lab (copy 2)');
    const many = await Promise.all([1, 2, 3, 4].map(() => user.templates.duplicate({ id })));
    expect(many.map(({ name }) => name).toSorted()).toEqual([3, 4, 5, 6].map((n) => `Lab (copy ${n})`));
    const long = await user.templates.create({ name: 'ñ'.repeat(63), topology: line(1) });
    expect((await user.templates.duplicate({ id: long.id })).name).toBe(`${'ñ'.repeat(56)} (copy)`);
    // the database takes these two for the same
    await user.templates.create({ name: 'CAFÉ (copy)', topology: line(1) });
    const cafe = await user.templates.create({ name: 'Café', topology: line(1) });
    expect((await user.templates.duplicate({ id: cafe.id })).name).toBe('Café (copy 2)');
  });

  it('takes a name that was asked for, or says that it is taken', async () => {
    const user = world.callerOf(await world.person());
    const { id } = await user.templates.create({ name: 'Lab', topology: line(1) });
    expect((await user.templates.duplicate({ id, name: 'Other' })).name).toBe('Other');
    expect(await outcomeOf(user.templates.duplicate({ id, name: 'Other' }))).toBe('NAME_TAKEN');
  });
});

describe('a drawing that makes no sense is refused, and nothing is kept of it:', () => {
  const cases: [string, (topology: Topology) => void, string, string?][] = [
    ['an edge to nowhere', (t) => t.edges.push({ key: 'x', source: 'vm1', target: 'ghost' }), 'EDGE_DANGLING'],
    ['a self-loop', (t) => t.edges.push({ key: 'x', source: 'vm1', target: 'vm1' }), 'EDGE_SELF_LOOP'],
    [
      'an address outside its subnet',
      (t) =>
        t.edges.forEach((edge) => Object.assign(edge, { ownSubnet: '192.168.1.0/30', sourceOwnAddress: '10.0.0.1' })),
      'ADDRESS_OUTSIDE',
    ],
    ['two VMs of one name', (t) => t.vms.forEach((vm) => (vm.name = 'Same')), 'DUPLICATE_VM_NAME'],
    ['keys that differ in case only', (t) => t.vms.forEach((vm, n) => (vm.key = n ? 'K' : 'k')), 'DUPLICATE_KEY'],
    ['an unknown flavour', (t) => t.vms.forEach((vm) => (vm.flavourId = 999_999)), 'FLAVOUR_UNKNOWN'],
    ['an unknown image', (t) => t.vms.forEach((vm) => (vm.imageId = 999_999)), 'IMAGE_UNKNOWN'],
  ];
  it.each(cases)('%s', async (_what, spoil, code) => {
    const user = world.callerOf(await world.person());
    const topology = line(2);
    spoil(topology);
    const refusal = await refusalOf(user.templates.create({ name: 'T', topology }));
    expect(refusal.code).toBe('INVALID_TOPOLOGY');
    expect(refusal.problems?.map((problem) => problem.code)).toContain(code);
    const { id } = await user.templates.create({ name: 'T', topology: line(2) });
    expect(await outcomeOf(user.templates.update({ id, topology, baseRevision: 1 }))).toBe('INVALID_TOPOLOGY');
    expect(await ctx.db.$count(templateRevisions)).toBe(1);
  });

  it.each([
    ['a VM whose name is a path', (t: Topology) => t.vms.forEach((vm) => (vm.name = '../../etc'))],
    ['a VM’s name of 300 characters', (t: Topology) => t.vms.forEach((vm) => (vm.name = 'x'.repeat(300)))],
    ['10,000 VMs', (t: Topology) => (t.vms = line(10_000).vms)],
    ['a position that is no number', (t: Topology) => t.vms.forEach((vm) => (vm.x = Number.NaN))],
  ])('%s', async (_what, spoil) => {
    const user = world.callerOf(await world.person());
    const topology = line(2);
    spoil(topology);
    expect(await outcomeOf(user.templates.create({ name: 'T', topology }))).toBe('INVALID_INPUT');
  });

  it.each(['a/b', '..', 'x'.repeat(300), '<script>', ' ', 'a\u0000b'])('a name like %j', async (name) => {
    const user = world.callerOf(await world.person());
    expect(await outcomeOf(user.templates.create({ name, topology: line(1) }))).toBe('INVALID_INPUT');
  });

  it('a retired flavour, unless the VM had it before', async () => {
    const user = world.callerOf(await world.person());
    const { id } = await user.templates.create({ name: 'T', topology: line(1) });
    // what the interface does not allow while it is in use, an older version or a race may have left
    await ctx.db.update(flavours).set({ retiredAt: new Date() }).where(eq(flavours.id, 1));
    const refusal = await refusalOf(user.templates.create({ name: 'New', topology: line(1) }));
    expect(refusal.problems?.map((problem) => problem.code)).toEqual(['FLAVOUR_RETIRED']);
    expect(await refusalOf(user.templates.update({ id, topology: line(2), baseRevision: 1 }))).toMatchObject({
      code: 'INVALID_TOPOLOGY',
      node: 'vm2',
    });
    const moved = line(1);
    for (const vm of moved.vms) vm.x = 500;
    expect(await user.templates.update({ id, topology: moved, baseRevision: 1 })).toMatchObject({ revision: 2 });
    expect((await user.templates.duplicate({ id })).topology).toEqual(moved);
  });

  it('a flavour that is being retired at the same moment', async () => {
    const admin = world.callerOf(await world.person('admin'));
    const user = world.callerOf(await world.person());
    for (let round = 0; round < 5; round += 1) {
      const flavour = await admin.flavours.create({ name: `f${round}`, vcpus: 1, ramMb: 512, diskGb: 1 });
      const topology = line(2);
      for (const vm of topology.vms) vm.flavourId = flavour.id;
      const outcomes = await Promise.all([
        outcomeOf(user.templates.create({ name: `t${round}`, topology })),
        outcomeOf(admin.flavours.retire({ id: flavour.id })),
      ]);
      expect([
        ['OK', 'FLAVOUR_IN_USE'],
        ['INVALID_TOPOLOGY', 'OK'],
      ]).toContainEqual(outcomes);
    }
  });
});

describe('a large drawing', () => {
  it('of 1,000 VMs and 4,000 edges is saved whole', async () => {
    const user = world.callerOf(await world.person());
    const topology = line(1000);
    topology.edges = Array.from({ length: 4000 }, (_, n) => ({
      key: `e${n}`,
      source: `vm${(n % 1000) + 1}`,
      target: `vm${((n + 1 + Math.floor(n / 1000)) % 1000) + 1}`,
    }));
    const started = performance.now();
    const { id } = await user.templates.create({ name: 'Large', topology });
    process.stdout.write(`saved 1,000 VMs and 4,000 edges in ${Math.round(performance.now() - started)} ms\n`);
    expect(await ctx.db.$count(templateEdges)).toBe(4000);
    expect((await user.templates.get({ id })).topology).toEqual(withAddresses(topology));
  });
});

describe('files', () => {
  const legacy = {
    topologia: {
      nodes: [
        { id: 1, label: 'web' },
        { id: 'db', label: 'db' },
      ],
      edges: [{ id: 1, from: 1, to: 'db' }],
    },
    recursos: {
      '1': { name: 'web', ram_gb: 1, vcpu: 1, disk_gb: 2, os: 'tiny', flavour: 'nano' },
      db: { name: 'db', ram_gb: 4, vcpu: 2, disk_gb: 6, os: 'tiny', flavour: 'small' },
    },
    subred: { public_access: [1] },
  };

  it('of our own come back as the same template', async () => {
    const user = world.callerOf(await world.person());
    const made = await user.templates.create({ name: 'Office: n.º 1', description: 'two', topology: rich });
    const file = await user.templates.export({ id: made.id });
    expect(file.fileName).toBe('Office-n-o-1.trama.json');
    const { template, report } = await user.templates.import({ text: file.text });
    expect(report).toEqual([]);
    expect(template).toMatchObject({ name: 'Office: n.º 1 (2)', description: 'two', topology: rich });
    const named = await user.templates.import({ text: file.text, name: 'Mine' });
    expect(named.template.name).toBe('Mine');
    expect(await outcomeOf(user.templates.import({ text: file.text, name: 'Mine' }))).toBe('NAME_TAKEN');
  });

  it('of the predecessor come back unchanged', async () => {
    const user = world.callerOf(await world.person());
    const { template, report } = await user.templates.import({ text: JSON.stringify(legacy) });
    expect(report).toEqual([]);
    expect(template).toMatchObject({ name: 'Imported topology', vms: 2, edges: 1, vcpus: 3 });
    const file = await user.templates.export({ id: template.id, format: 'legacy' });
    expect(JSON.parse(file.text)).toEqual(legacy);
    const text = JSON.stringify(legacy);
    const again = await user.templates.import({ text });
    expect(again.template.name).toBe('Imported topology (2)');
  });

  it('without a name of their own were all called "Imported topology": their file names them', async () => {
    const user = world.callerOf(await world.person());
    const text = JSON.stringify(legacy);
    const named = async (fileName: string) => (await user.templates.import({ text, fileName })).template.name;
    expect(await named('Práctica 3.json')).toBe('Práctica 3');
    expect(await named('Práctica 3.json')).toBe('Práctica 3 (2)');
    expect(await named('C:\\labs\\ring.legacy.JSON')).toBe('ring');
    expect(await named('.json')).toBe('Imported topology');
    expect(await named(`${'x'.repeat(200)}.json`)).toBe('x'.repeat(63));
    const made = await user.templates.create({ name: 'Own', description: '', topology: rich });
    const file = await user.templates.export({ id: made.id });
    const own = await user.templates.import({ text: file.text, fileName: 'other.json' });
    expect(own.template.name).toBe('Own (2)');
  });

  it('of other tools become templates, with the flavours and images that were chosen for their kinds', async () => {
    const user = world.callerOf(await world.person());
    const text =
      'name: pod/1\ntopology:\n  nodes:\n    spine_1: { kind: ceos }\n    web: { kind: linux, image: nginx }\n' +
      '  links:\n    - endpoints: ["spine_1:e1", "web:eth1"]\n';
    const [flavour, image] = [(await user.flavours.list({})).items[0], (await user.images.list({})).items[0]];
    const chosen = { flavour: flavour?.name ?? '', image: image?.name ?? '' };
    const { template, format, report } = await user.templates.import({ text, kinds: [{ kind: 'ceos', ...chosen }] });
    expect([format, template.name]).toEqual(['containerlab', 'pod 1']);
    expect(template.topology.vms[0]).toMatchObject({
      ...{ key: 'spine_1', name: 'spine-1', label: 'spine_1' },
      ...{ flavourId: flavour?.id, imageId: image?.id },
    });
    expect(report.map(({ kind, code }) => [kind, code])).toEqual([
      ['mapped', 'KIND'],
      ['mapped', 'KIND'],
      ['changed', 'LABELLED'],
      ['changed', 'INTERFACES_DRAWN'],
      ['leftOut', 'INTERFACES'],
    ]);
    const unknown = [{ kind: 'ceos', flavour: 'none such', image: chosen.image }];
    expect(await refusalOf(user.templates.import({ text, kinds: unknown }))).toMatchObject({
      ...{ code: 'INVALID_INPUT', field: 'kinds' },
    });
  });

  it('with networks have no place in the predecessor’s format', async () => {
    const user = world.callerOf(await world.person());
    const { id } = await user.templates.create({ name: 'T', topology: rich });
    expect(await outcomeOf(user.templates.export({ id, format: 'legacy' }))).toBe('INVALID_DOCUMENT');
  });

  it('that are something else are refused in a sentence', async () => {
    const user = world.callerOf(await world.person());
    const png = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13]).toString('utf8');
    expect(await refusalOf(user.templates.import({ text: png }))).toMatchObject({
      code: 'INVALID_DOCUMENT',
      message: 'This is an image, not a topology.',
    });
    const loop = structuredClone(legacy);
    loop.topologia.edges.push({ id: 2, from: 1, to: 'ghost' });
    expect(await refusalOf(user.templates.import({ text: JSON.stringify(loop) }))).toMatchObject({
      code: 'INVALID_DOCUMENT',
      message: 'Line 1, column 132, at topologia.edges[1].to: there is no node ghost',
    });
    expect(await ctx.db.$count(templates)).toBe(0);
  });
});
