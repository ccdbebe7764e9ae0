import { eq } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { useDatabase } from '#db/testing/database';
import { availabilityZones, flavours, images } from '#drizzle/schema/catalogue';
import { sliceEdges, sliceNetworks, slices, sliceVms, zoneSums } from '#drizzle/schema/slices';
import { deployments } from '#drizzle/schema/deployments';
import { quotas } from '#drizzle/schema/users';
import type { TopologySource } from '#shared/deployment/schema';
import { annotationSchema } from '#shared/topology/annotations';
import type { ExtraDisk } from '#shared/topology/disk';
import type { Topology } from '#shared/topology/schema';
import { cancelDeployment } from '#server/domain/deployments/cancel';
import { planDeployment } from '#server/domain/deployments/plan';
import { getDeployment } from '#server/domain/deployments/read-deployments';
import { retryDeployment } from '#server/domain/deployments/retry';
import { startDeployment } from '#server/domain/deployments/start';
import type { Actor, DomainContext } from '#server/domain/context';
import { ownQuota } from '#server/domain/quotas/quotas';
import { getSliceTopology, wholeSlice } from '#server/domain/slices/read-slices';
import { createTemplate, updateTemplate } from '#server/domain/templates/write-templates';
import { only } from '#server/db/rows';
import { readEvents } from '#server/events/stream';
import type { Provider } from '#server/providers/provider';
import { createSimulatorProvider } from '#server/providers/simulator/simulator-provider';
import { createSimulatorState, type SimulatorState } from '#server/providers/simulator/simulator-state';
import { testContext } from '#server/testing/context';
import { drawing, small } from '#server/testing/drawings';
import { carryOut, ended, testProvisioning } from '#server/testing/provisioning';
import { insertActor, insertSlice, simulatedZone } from '#server/testing/rows';
import type { Provisioning } from './provisioning';

const database = useDatabase();
let state: SimulatorState;
let provider: Provider;
let context: DomainContext;
let provisioning: Provisioning;
let actor: Actor;
let sliceId: number;
let zoneId: number;

beforeEach(async () => {
  state = createSimulatorState();
  provider = createSimulatorProvider({ state });
  context = testContext(database.db, provider);
  provisioning = testProvisioning(context);
  provisioning.worker.start();
  actor = await insertActor(database.db);
  zoneId = await simulatedZone(database.db);
  sliceId = await insertSlice(database.db, actor, zoneId);
});
afterEach(async () => {
  await provisioning.stop();
});

const own = async () => getSliceTopology(context, { actor, id: sliceId });
const whole = () => wholeSlice(database.db, { actor, id: sliceId });
const vmRows = () => database.db.select().from(sliceVms).where(eq(sliceVms.sliceId, sliceId));
const edgeRows = () => database.db.select().from(sliceEdges).where(eq(sliceEdges.sliceId, sliceId));
const seen = () => state.slices.get(sliceId);
/** Boots of the VMs that are there, by their names. */
const boots = () =>
  Object.fromEntries([...(seen()?.vms.values() ?? [])].map(({ spec, boot }) => [spec.name, boot] as const));
/** Which neighbours each of them knows by name. */
const namesKnown = () =>
  Object.fromEntries(
    [...(seen()?.vms.values() ?? [])].map(({ spec }) => [
      spec.name,
      [...new Set(spec.hosts.map(({ name }) => name))].toSorted(),
    ]),
  );
const plan = (change: TopologySource, baseVersion?: number) =>
  planDeployment(context, { actor, sliceId, kind: 'update', change, baseVersion });
async function update(change: TopologySource, baseVersion?: number) {
  const { id } = await startDeployment(context, { actor, sliceId, kind: 'update', change, baseVersion });
  return ended(context, actor, sliceId, id);
}
/** Draws from the slice's own topology, and updates it by that. */
async function redraw(draw: (topology: Topology) => Topology) {
  const { topology, version } = await own();
  return update({ from: 'drawing', topology: draw(topology) }, version);
}
const vmOf = (key: string, topology: Topology) => {
  const [first] = topology.vms;
  if (first === undefined) throw new Error('no VM');
  return { ...first, key, name: key };
};
/** With a VM `d`, linked to `a` and attached to `lan`, and without `b` and its links. */
const grown = (topology: Topology): Topology => ({
  vms: [...topology.vms.filter(({ key }) => key !== 'b'), vmOf('d', topology)],
  networks: topology.networks,
  edges: [
    ...topology.edges.filter(({ source, target }) => source !== 'b' && target !== 'b'),
    { key: 'new', source: 'd', target: 'a' },
    { key: 'new-lan', source: 'd', target: 'lan' },
  ],
});

describe('an update of a slice that runs', () => {
  test('adds and removes VMs and links while the others run on, with their NICs and addresses', async () => {
    await carryOut(context, actor, sliceId, 'deploy');
    const before = await vmRows();
    const edgesBefore = await edgeRows();
    const { topology, version } = await own();
    expect(version).toBe(1);
    const change = { from: 'drawing', topology: grown(topology) } as const;
    const planned = await plan(change, version);
    expect(planned).toMatchObject({ runnable: true, problems: [], baseVersion: 1 });
    expect(planned.changes.map(({ fate, part, label, loses }) => [fate, part, label, loses])).toEqual([
      ['add', 'vm', 'd', []],
      ['add', 'edge', 'd–a', []],
      ['add', 'edge', 'd–lan', []],
      ['remove', 'vm', 'b', ['memory']],
      ['remove', 'edge', 'a–b', []],
      ['remove', 'edge', 'b–c', []],
    ]);
    expect(planned.steps.map(({ key }) => key)).toEqual(
      expect.arrayContaining(['vm:b/stop', 'vm:b/remove', 'vm:d/create', 'vm:d/start', 'edge:d–a/connect']),
    );
    // nothing is written by a plan, and what it would make has no ids
    expect(await vmRows()).toEqual(before);
    expect(planned.steps.filter(({ resourceId }) => resourceId === 0).length).toBeGreaterThan(0);

    const done = await update(change, version);
    expect(done).toMatchObject({ status: 'succeeded', error: null, kind: 'update' });
    expect(done.topologyChange).toEqual({ version: 2, changes: planned.changes });
    expect(done.steps.map(({ key }) => key)).toEqual(planned.steps.map(({ key }) => key));
    const slice = await whole();
    expect(slice).toMatchObject({ status: 'active', topologyVersion: 2 });
    expect(slice.vmList.map(({ name, status, desired }) => [name, status, desired])).toEqual([
      ['a', 'running', 'running'],
      ['c', 'running', 'running'],
      ['d', 'running', 'running'],
    ]);
    expect(slice.edges.every(({ status }) => status === 'up')).toBe(true);
    expect(boots()).toEqual({ a: 1, c: 1, d: 1 });
    // those that run on were told by which names they reach the others now
    expect(namesKnown()).toEqual({ a: ['c', 'd'], c: ['a', 'd'], d: ['a', 'c'] });
    const kept = (rows: Awaited<ReturnType<typeof edgeRows>>) =>
      rows
        .filter(({ key }) => key === 'e2' || key === 'e3')
        .map(({ id, subnet, sourceAddress, sourceNic }) => ({ id, subnet, sourceAddress, sourceNic }));
    expect(kept(await edgeRows())).toEqual(kept(edgesBefore));
    expect(kept(edgesBefore)).toHaveLength(2);
    const events = (await readEvents(database.db, sliceId, 0, 1000)).map(({ data }) => data);
    expect(events).toContainEqual({ type: 'slice.changed', what: 'topology' });
  });

  test('has a network give its addresses by DHCP while all on it run, who are told so at their next start', async () => {
    await carryOut(context, actor, sliceId, 'deploy');
    const { topology, version } = await own();
    const networks = topology.networks.map((network) => ({ ...network, dhcp: true }));
    const change = { from: 'drawing', topology: { ...topology, networks } } as const;
    const planned = await plan(change, version);
    expect(planned.problems).toEqual([]);
    const told = planned.steps.map(({ key, update: made }) => [key, made?.changes.map(({ effect }) => effect)]);
    expect(told).toEqual([
      ['network:lan/update', ['live']],
      ['edge:a–lan/update', ['live']],
      ['edge:c–lan/update', ['live']],
    ]);
    expect(await update(change, version)).toMatchObject({ status: 'succeeded', error: null });
    expect(boots()).toEqual({ a: 1, b: 1, c: 1 });
    const nics = [...(seen()?.vms.values() ?? [])].flatMap(({ spec }) => spec.nics);
    const asking = nics.filter(({ dhcp }) => dhcp === true);
    expect(asking).toHaveLength(2);
    expect(asking.every(({ peer }) => 'networkId' in peer)).toBe(true);
    expect((await plan({ from: 'drawing', topology: (await own()).topology })).steps).toEqual([]);
  });

  test('gives what is chosen of addresses, by a restart of whose they are, and says so before', async () => {
    await carryOut(context, actor, sliceId, 'deploy');
    const { topology, version } = await own();
    const chosen: Topology = {
      ...topology,
      networks: topology.networks.map((network) => ({
        ...network,
        ...{ ownSubnet: '192.168.7.0/28', ipv6: 'fd00:7::/64', mtu: 1400 },
      })),
      edges: topology.edges.map((edge) => ({
        ...edge,
        ...(edge.source === 'c' && edge.target === 'lan' && { sourceOwnAddress: '192.168.7.9' }),
        ...(edge.source === 'c' && edge.target === 'lan' && { sourceMac: '0a:00:00:00:00:01' }),
        ...(edge.source === 'c' && edge.target === 'lan' && { sourceOwnAddress6: 'fd00:7::c:9' }),
      })),
    };
    const change = { from: 'drawing', topology: chosen } as const;
    const planned = await plan(change, version);
    expect(planned.problems).toEqual([]);
    expect(planned.changes.map(({ label, fate }) => [label, fate])).toEqual(
      expect.arrayContaining([
        ['a–lan', 'restart'],
        ['c–lan', 'restart'],
        ['lan', 'restart'],
        ['a', 'restart'],
        ['c', 'restart'],
      ]),
    );
    const updates = planned.steps.flatMap(({ key, update: told }) =>
      told === null ? [] : [[key, told.changes.map(({ property }) => property)]],
    );
    expect(updates).toEqual([
      ['edge:a–lan/update', ['sourceAddress', 'sourceAddress6', 'mtu']],
      ['edge:c–lan/update', ['sourceAddress', 'sourceAddress6', 'mtu', 'sourceMac']],
    ]);
    expect(await update(change, version)).toMatchObject({ status: 'succeeded', error: null });
    expect(boots()).toEqual({ a: 2, b: 1, c: 2 });
    const lan = (await whole()).edges.filter(({ target }) => target === 'lan');
    expect(lan.map(({ source, subnet, sourceAddress }) => [source, subnet, sourceAddress])).toEqual([
      ['a', '192.168.7.0/28', '192.168.7.1/28'],
      ['c', '192.168.7.0/28', '192.168.7.9/28'],
    ]);
    const nics = [...(seen()?.vms.values() ?? [])].find(({ spec }) => spec.name === 'c')?.spec.nics;
    expect(nics).toContainEqual(
      expect.objectContaining({
        address: '192.168.7.9/28',
        address6: 'fd00:7::c:9/64',
        mac: '0a:00:00:00:00:01',
        mtu: 1400,
      }),
    );
    // its neighbour knows it by that, and the drawing has its choices
    const hosts = [...(seen()?.vms.values() ?? [])].find(({ spec }) => spec.name === 'a')?.spec.hosts;
    expect(hosts).toContainEqual({ name: 'c', address: 'fd00:7::c:9' });
    expect((await own()).topology.networks).toMatchObject([{ ownSubnet: '192.168.7.0/28', mtu: 1400 }]);
    expect((await plan({ from: 'drawing', topology: (await own()).topology })).steps).toEqual([]);

    // a zone that keeps the range for others lets no update do without another one
    await database.db
      .update(availabilityZones)
      .set({ settings: { subnetsDenied: '192.168.0.0/16' } })
      .where(eq(availabilityZones.id, zoneId));
    expect((await plan({ from: 'drawing', topology: (await own()).topology })).problems).toMatchObject([
      { code: 'SUBNET_DENIED', node: 'lan', field: 'ownSubnet' },
    ]);
  });

  test('has two NICs of a VM change places, by a restart of whom that concerns, and keeps the order that is chosen', async () => {
    await carryOut(context, actor, sliceId, 'deploy');
    const nicsOf = (name: string) =>
      [...(seen()?.vms.values() ?? [])]
        .find(({ spec }) => spec.name === name)
        ?.spec.nics.toSorted((one, other) => one.index - other.index)
        .map(({ address }) => address);
    const before = nicsOf('a');
    expect(before).toHaveLength(2);
    const { topology, version } = await own();
    const chosen: Topology = {
      ...topology,
      edges: topology.edges.map((edge) =>
        edge.source === 'a' ? { ...edge, sourceOwnNic: edge.target === 'lan' ? 0 : 1 } : edge,
      ),
    };
    const change = { from: 'drawing', topology: chosen } as const;
    const planned = await plan(change, version);
    expect(planned.problems).toEqual([]);
    expect(planned.steps.flatMap(({ update: told }) => told?.changes.map(({ property }) => property) ?? [])).toEqual([
      'sourceNic',
      'sourceNic',
    ]);
    expect(await update(change, version)).toMatchObject({ status: 'succeeded', error: null });
    expect(boots()).toEqual({ a: 2, b: 2, c: 1 });
    expect(nicsOf('a')).toEqual(before?.toReversed());
    const mine = (await own()).topology;
    expect(mine.edges.flatMap(({ source, sourceOwnNic }) => (source === 'a' ? [sourceOwnNic] : []))).toEqual([1, 0]);
    expect((await plan({ from: 'drawing', topology: mine })).steps).toEqual([]);
    // what comes later has the next, and no other link may have one that is chosen
    const late = { key: 'late', source: 'a', target: 'lan' };
    expect(await redraw((drawing) => ({ ...drawing, edges: [late, ...drawing.edges] }))).toMatchObject({
      status: 'succeeded',
    });
    expect((await edgeRows()).find(({ key }) => key === 'late')?.sourceNic).toBe(2);
    const twice = (drawing: Topology) => ({
      ...drawing,
      edges: drawing.edges.map((edge) => (edge.key === 'late' ? { ...edge, sourceOwnNic: 0 } : edge)),
    });
    await expect(redraw(twice)).rejects.toMatchObject({
      problems: [{ code: 'DUPLICATE_NIC', edge: 'late', field: 'sourceOwnNic' }],
    });
  });

  test('has a VM route, and tells the others the ways through it while they run', async () => {
    await carryOut(context, actor, sliceId, 'deploy');
    const routesOf = (name: string) =>
      [...(seen()?.vms.values() ?? [])].find(({ spec }) => spec.name === name)?.spec.routes ?? [];
    expect(['a', 'b', 'c'].flatMap(routesOf)).toEqual([]);
    const done = await redraw((topology) => ({
      ...topology,
      vms: topology.vms.map((vm) => ({ ...vm, router: vm.key === 'b' })),
      edges: topology.edges.map((edge) => ({ ...edge, ...(edge.key === 'e1' && { ipv6: 'fd00:1::/64' }) })),
    }));
    expect(done).toMatchObject({ status: 'succeeded', error: null });
    // c has one more address, and a was only told
    expect(boots()).toEqual({ a: 1, b: 2, c: 2 });
    const { edges } = await whole();
    const [ab, bc] = [edges.find(({ key }) => key === 'e0'), edges.find(({ key }) => key === 'e1')];
    const bare = (address: string | null | undefined) => address?.split('/')[0];
    expect(routesOf('a')).toEqual([{ to: bc?.subnet, via: bare(ab?.targetAddress), edgeId: ab?.id }]);
    expect(routesOf('c')).toEqual([{ to: ab?.subnet, via: bare(bc?.sourceAddress), edgeId: bc?.id }]);
    const told = [...(seen()?.vms.values() ?? [])].find(({ spec }) => spec.name === 'c')?.spec;
    expect(told?.nics).toContainEqual(expect.objectContaining({ address6: 'fd00:1::2/64' }));
    expect(told?.hosts).toContainEqual({ address: 'fd00:1::1', name: 'b' });
    // it is in the network that both of the others are in as little as before
    expect(routesOf('b')).toEqual([]);
  });

  test('says a restart and a new disk before, and does no more than it says', async () => {
    await carryOut(context, actor, sliceId, 'deploy');
    const [{ insertId: flavourId }] = await database.db
      .insert(flavours)
      .values({ name: 'other', vcpus: 2, ramMb: 2048, diskGb: 9 });
    const { topology, version } = await own();
    const change = {
      from: 'drawing' as const,
      topology: { ...topology, vms: topology.vms.map((vm) => (vm.key === 'a' ? { ...vm, flavourId } : vm)) },
    };
    const planned = await plan(change, version);
    expect(planned.changes).toMatchObject([{ part: 'vm', key: 'a', fate: 'restart', loses: ['memory'] }]);
    await update(change, version);
    expect(boots()).toEqual({ a: 2, b: 1, c: 1 });
    expect(seen()?.vms.get((await vmRows())[0]?.id ?? 0)?.spec).toMatchObject({ ramMb: 2048, vcpus: 2 });
  });

  test('is told of the disk that is lost with a VM, by its name', async () => {
    const [{ insertId: imageId }] = await database.db
      .insert(images)
      .values({ name: 'disk', kind: 'disk', source: '/images/disk.qcow2' });
    await redraw((topology) => ({ ...topology, vms: topology.vms.map((vm) => ({ ...vm, imageId })) }));
    await carryOut(context, actor, sliceId, 'deploy');
    const { topology, version } = await own();
    const without = { vms: topology.vms.filter(({ key }) => key !== 'b'), networks: [], edges: [] };
    const { changes } = await plan({ from: 'drawing', topology: without }, version);
    expect(changes.find(({ label }) => label === 'b')).toMatchObject({ fate: 'remove', loses: ['memory', 'disk'] });
    const anew = { ...topology, vms: topology.vms.map((vm) => (vm.key === 'b' ? { ...vm, imageId: 1 } : vm)) };
    expect((await plan({ from: 'drawing', topology: anew }, version)).changes).toMatchObject([
      { part: 'vm', key: 'b', fate: 'recreate', loses: ['memory', 'disk'] },
    ]);
  });

  test('counts extra disks wherever disks count, keeps what is on them, and says which are lost', async () => {
    const template = await createTemplate(context, {
      actor,
      template: { name: 'disks', description: '', topology: small },
    });
    const size = template.diskGb;
    const sums = async () => {
      const [zone] = await database.db.select().from(zoneSums).where(eq(zoneSums.zoneId, zoneId));
      const { used } = await ownQuota(context, { actor });
      return { slice: (await whole()).diskGb - size, zone: (zone?.diskGb ?? 0) - size, quota: used.diskGb - size };
    };
    const redisked = (disks: ExtraDisk[]) => (topology: Topology) => ({
      ...topology,
      vms: topology.vms.map((vm) => (vm.key === 'a' ? { ...vm, disks } : vm)),
    });
    await carryOut(context, actor, sliceId, 'deploy');
    expect(await sums()).toEqual({ slice: 0, zone: 0, quota: 0 });
    const two = [
      { label: 'data', sizeGb: 5 },
      { label: 'logs', sizeGb: 3 },
    ];
    const { topology, version } = await own();
    expect((await plan({ from: 'drawing', topology: redisked(two)(topology) }, version)).needs).toMatchObject({
      diskGb: 8,
    });
    expect(await redraw(redisked(two))).toMatchObject({ status: 'succeeded' });
    expect(await sums()).toEqual({ slice: 8, zone: 8, quota: 8 });
    expect(seen()?.vms.get((await vmRows())[0]?.id ?? 0)?.extraDisks).toMatchObject({ data: { sizeGb: 5 } });
    const saved = { id: template.id, topology: redisked(two)(small), baseRevision: 1 };
    expect((await updateTemplate(context, { actor, change: saved })).diskGb).toBe(size + 8);

    const fewer = await redraw(redisked([{ label: 'data', sizeGb: 6 }]));
    expect(fewer.topologyChange?.changes).toMatchObject([
      { key: 'a', fate: 'restart', properties: [{ property: 'disks' }], loses: ['memory', 'extraDisk'] },
    ]);
    expect(await sums()).toEqual({ slice: 6, zone: 6, quota: 6 });
    const without = { vms: topology.vms.filter(({ key }) => key !== 'a'), networks: [], edges: [] };
    const { changes } = await plan({ from: 'drawing', topology: without });
    expect(changes.find(({ label }) => label === 'a')).toMatchObject({ loses: ['memory', 'extraDisk'] });
    await carryOut(context, actor, sliceId, 'destroy');
    expect(await sums()).toMatchObject({ zone: -size, quota: -size });
  });

  test('that only moves what is drawn touches nothing, and is a version all the same', async () => {
    await carryOut(context, actor, sliceId, 'deploy');
    const done = await redraw((topology) => ({ ...topology, vms: topology.vms.map((vm) => ({ ...vm, x: vm.x + 7 })) }));
    expect(done).toMatchObject({ status: 'succeeded', stepsTotal: 0 });
    expect(done.topologyChange?.changes.every(({ fate, loses }) => fate === 'none' && loses.length === 0)).toBe(true);
    expect(boots()).toEqual({ a: 1, b: 1, c: 1 });
    expect((await own()).version).toBe(2);
  });

  test('that only changes notes and frames has no step, touches no VM, and is undone as any other', async () => {
    await carryOut(context, actor, sliceId, 'deploy');
    const note = annotationSchema.parse({ kind: 'note', key: 'n1', x: 0, y: 0, text: 'Look here' });
    const drew = await redraw((topology) => ({ ...topology, annotations: [note] }));
    expect(drew).toMatchObject({ status: 'succeeded', stepsTotal: 0 });
    const kept = await redraw((topology) => ({ ...topology, vms: topology.vms.map((vm) => ({ ...vm, x: vm.x + 7 })) }));
    expect(kept).toMatchObject({ status: 'succeeded', stepsTotal: 0 });
    expect(await whole()).toMatchObject({ status: 'active', annotations: [note], drift: [] });
    const wiped = await redraw((topology) => ({ ...topology, annotations: undefined }));
    expect(wiped).toMatchObject({ status: 'succeeded', stepsTotal: 0 });
    expect((await whole()).annotations).toEqual([]);
    await update({ from: 'before', deploymentId: wiped.id });
    expect((await own()).topology.annotations).toEqual([note]);
    expect(boots()).toEqual({ a: 1, b: 1, c: 1 });
  });

  test('that only names interfaces has no step either: the name is on the drawing alone', async () => {
    await carryOut(context, actor, sliceId, 'deploy');
    const named = await redraw((topology) => ({
      ...topology,
      edges: topology.edges.map((edge) => ({ ...edge, sourceInterface: 'Gi0/0' })),
    }));
    expect(named).toMatchObject({ status: 'succeeded', stepsTotal: 0 });
    const slice = await whole();
    expect(slice.drift).toEqual([]);
    expect(slice.edges.map(({ sourceInterface }) => sourceInterface)).toEqual(slice.edges.map(() => 'Gi0/0'));
    expect(boots()).toEqual({ a: 1, b: 1, c: 1 });
  });

  test('an edge that joins others than before is another link, with a NIC of its own', async () => {
    await carryOut(context, actor, sliceId, 'deploy');
    const old = (await edgeRows()).find(({ key }) => key === 'e1');
    await redraw((topology) => ({
      ...topology,
      edges: topology.edges.map((edge) => (edge.key === 'e1' ? { key: 'e1', source: 'a', target: 'c' } : edge)),
    }));
    const now = (await edgeRows()).find(({ key }) => key === 'e1');
    expect(now?.id).not.toBe(old?.id);
    const { edges } = await provider.observe({ id: sliceId });
    expect(edges.some(({ id }) => id === old?.id)).toBe(false);
    expect(now?.status).toBe('up');
    expect(boots()).toEqual({ a: 1, b: 1, c: 1 });
  });
});

describe('what an update starts from', () => {
  test('a draft stays one: only its drawing changes', async () => {
    const done = await redraw(grown);
    expect(done).toMatchObject({ status: 'succeeded', stepsTotal: 0 });
    const slice = await whole();
    expect(slice).toMatchObject({ status: 'draft', topologyVersion: 2 });
    expect(slice.vmList.map(({ name, desired }) => [name, desired])).toEqual([
      ['a', 'absent'],
      ['c', 'absent'],
      ['d', 'absent'],
    ]);
    expect(seen()?.vms.size ?? 0).toBe(0);
    expect(await carryOut(context, actor, sliceId, 'deploy')).toMatchObject({ status: 'succeeded' });
    expect(boots()).toEqual({ a: 1, c: 1, d: 1 });
  });

  test('in a slice that is stopped what is new is made, and stays down', async () => {
    await carryOut(context, actor, sliceId, 'deploy');
    await carryOut(context, actor, sliceId, 'stop');
    expect(await redraw(grown)).toMatchObject({ status: 'succeeded' });
    const slice = await whole();
    expect(slice.status).toBe('stopped');
    expect(slice.vmList.map(({ status }) => status)).toEqual(['stopped', 'stopped', 'stopped']);
    await carryOut(context, actor, sliceId, 'start');
    expect((await whole()).edges.every(({ status }) => status === 'up')).toBe(true);
  });

  test('the newest revision of its template: what was changed there, and the slice says which it is of', async () => {
    const template = await createTemplate(context, {
      actor,
      template: { name: 'lab', description: '', topology: drawing({ vms: ['a', 'b'], edges: [['a', 'b']] }) },
    });
    const newest = await updateTemplate(context, {
      actor,
      change: {
        id: template.id,
        baseRevision: 1,
        topology: drawing({
          vms: ['a', 'b', 'c'],
          edges: [
            ['a', 'b'],
            ['b', 'c'],
          ],
        }),
      },
    });
    sliceId = await insertSlice(database.db, actor, zoneId, template.topology);
    await carryOut(context, actor, sliceId, 'deploy');
    const done = await update({ from: 'template', templateId: template.id });
    expect(done.topologyChange?.changes.map(({ fate, label }) => `${fate} ${label}`)).toEqual(['add c', 'add b–c']);
    expect(await whole()).toMatchObject({ templateRevision: newest.revision, template: { id: template.id } });
    // a second time there is nothing to do
    const again = await update({ from: 'template', templateId: template.id });
    expect(again).toMatchObject({ status: 'succeeded', stepsTotal: 0, topologyChange: null });
    expect((await own()).version).toBe(2);
  });

  test('what it was before: an update is undone by the topology that its deployment keeps', async () => {
    await carryOut(context, actor, sliceId, 'deploy');
    const { topology } = await own();
    const { id } = await redraw(grown);
    expect(await update({ from: 'before', deploymentId: id })).toMatchObject({ status: 'succeeded' });
    const now = await own();
    expect(now.version).toBe(3);
    const byKey = (a: { key: string }, b: { key: string }) => (a.key < b.key ? -1 : 1);
    expect(now.topology.vms.toSorted(byKey)).toEqual(topology.vms);
    expect(now.topology.edges.map(({ key }) => key).toSorted()).toEqual(topology.edges.map(({ key }) => key));
    // what stayed meanwhile was never touched
    expect(boots()).toEqual({ a: 1, c: 1, b: 1 });
    const stranger = await insertActor(database.db);
    const other = await insertSlice(database.db, stranger, zoneId);
    await expect(
      planDeployment(context, {
        actor: stranger,
        sliceId: other,
        kind: 'update',
        change: { from: 'before', deploymentId: id },
      }),
    ).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});

describe('of two who draw at once', () => {
  test('the second is told who was first, and when', async () => {
    const other = await insertActor(database.db, 'admin');
    const { topology, version } = await own();
    await startDeployment(context, {
      actor: other,
      sliceId,
      kind: 'update',
      baseVersion: version,
      change: { from: 'drawing', topology: grown(topology) },
    }).then(({ id }) => ended(context, actor, sliceId, id));
    const mine = { from: 'drawing' as const, topology: { ...topology, networks: [], edges: [] } };
    const refused = { code: 'REVISION_CONFLICT', params: { current: 2, base: 1, by: expect.stringMatching(/^User/u) } };
    await expect(plan(mine, version)).rejects.toMatchObject(refused);
    await expect(update(mine, version)).rejects.toMatchObject(refused);
    expect((await own()).changed).toMatchObject({ by: { id: other.userId } });
    // the same drawing again is no conflict: a repeat after a lost answer
    expect(await update({ from: 'drawing', topology: grown(topology) }, version)).toMatchObject({
      status: 'succeeded',
      topologyChange: null,
    });
  });

  test('asked for at the same instant, one of them is accepted', async () => {
    const { topology, version } = await own();
    const answers = await Promise.allSettled(
      [1, 2, 3].map((x) =>
        startDeployment(context, {
          actor,
          sliceId,
          kind: 'update',
          baseVersion: version,
          change: { from: 'drawing', topology: { ...topology, vms: topology.vms.map((vm) => ({ ...vm, x })) } },
        }),
      ),
    );
    expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect((await own()).version).toBe(2);
  });
});

describe('what cannot be', () => {
  test('an update while another operation is under way is refused, and nothing of it is written', async () => {
    await provisioning.stop();
    await startDeployment(context, { actor, sliceId, kind: 'update' });
    const { topology, version } = await own();
    const change = { from: 'drawing' as const, topology: grown(topology) };
    await expect(
      startDeployment(context, { actor, sliceId, kind: 'update', change, baseVersion: version }),
    ).rejects.toMatchObject({
      code: 'SLICE_BUSY',
    });
    expect((await plan(change, version)).problems).toMatchObject([{ code: 'SLICE_BUSY' }]);
    expect((await own()).version).toBe(1);
  });

  test('over quota and over capacity: the plan says so of what is added, and nothing is written', async () => {
    await carryOut(context, actor, sliceId, 'deploy');
    const [sums] = await database.db.select().from(zoneSums).where(eq(zoneSums.zoneId, zoneId));
    await database.db.insert(quotas).values({ userId: actor.userId, vms: 3 });
    await simulatedZone(database.db, { vcpus: sums?.vcpus ?? 0 });
    const { topology, version } = await own();
    const more = { ...topology, vms: [...topology.vms, vmOf('d', topology)] };
    const change = { from: 'drawing' as const, topology: more };
    const { problems, runnable } = await plan(change, version);
    expect(runnable).toBe(false);
    expect(problems).toMatchObject([
      { code: 'QUOTA_EXCEEDED', field: 'vms', params: { used: 3, more: 1, limit: 3 } },
      { code: 'NO_CAPACITY', field: 'vcpus', params: { needs: 1, free: 0, lacking: 1 } },
    ]);
    await expect(update(change, version)).rejects.toMatchObject({ code: 'PLAN_NOT_RUNNABLE' });
    expect((await own()).version).toBe(1);
    expect(await vmRows()).toHaveLength(3);
    // one in the place of another takes nothing
    expect(await redraw(grown)).toMatchObject({ status: 'succeeded' });
  });

  test('an image that nobody knows, and a drawing that is none: every problem, on its node', async () => {
    const { topology, version } = await own();
    const wrong = {
      ...topology,
      vms: topology.vms.map((vm) => (vm.key === 'a' ? { ...vm, imageId: 999_999 } : { ...vm, name: 'same' })),
    };
    const change = { from: 'drawing' as const, topology: wrong };
    expect((await plan(change, version)).problems).toMatchObject([
      { code: 'DUPLICATE_VM_NAME', node: 'c' },
      { code: 'IMAGE_UNKNOWN', node: 'a' },
    ]);
    await expect(update(change, version)).rejects.toMatchObject({ code: 'INVALID_TOPOLOGY' });
    expect((await own()).version).toBe(1);
  });

  test('what was retired is kept by who has it, and not chosen anew', async () => {
    await database.db.update(images).set({ retiredAt: new Date() }).where(eq(images.id, 1));
    const { topology, version } = await own();
    const keeping = { ...topology, vms: topology.vms.map((vm) => ({ ...vm, x: 9 })) };
    expect((await plan({ from: 'drawing', topology: keeping }, version)).problems).toEqual([]);
    expect((await plan({ from: 'drawing', topology: grown(topology) }, version)).problems).toMatchObject([
      { code: 'IMAGE_RETIRED', node: 'd' },
    ]);
  });
});

test('what the zone holds, and the history, follow the VMs that a slice has', async () => {
  await carryOut(context, actor, sliceId, 'deploy');
  const sums = async () => only(await database.db.select().from(zoneSums).where(eq(zoneSums.zoneId, zoneId)), 'sums');
  const three = await sums();
  const vm = (await vmRows()).find(({ key }) => key === 'b');
  await carryOut(context, actor, sliceId, 'reboot', vm?.id);
  await redraw((topology) => ({ ...topology, vms: topology.vms.filter(({ key }) => key !== 'b'), edges: [] }));
  const two = await sums();
  expect(two.vcpus).toBe((three.vcpus / 3) * 2);
  expect(two.slices).toBe(three.slices);
  // the operation on the VM that is gone stays in the history
  const kinds = await database.db.select().from(deployments).where(eq(deployments.sliceId, sliceId));
  expect(kinds.map(({ kind, sliceVmId }) => [kind, sliceVmId])).toEqual([
    ['deploy', null],
    ['reboot', null],
    ['update', null],
  ]);
  await carryOut(context, actor, sliceId, 'destroy');
  expect((await sums()).vcpus).toBe(0);
});

test('an update that failed is taken up again by a retry, with the topology that it has written', async () => {
  await carryOut(context, actor, sliceId, 'deploy');
  const failed = await redraw((topology) => ({
    ...topology,
    vms: [...topology.vms, { ...vmOf('d', topology), name: 'fail-define' }],
  }));
  expect(failed.status).toBe('failed');
  expect((await whole()).status).toBe('failed');
  expect(boots()).toEqual({ a: 1, b: 1, c: 1 });
  // drawn without it, all is well again
  const { topology, version } = await own();
  const mended = { ...topology, vms: topology.vms.filter(({ key }) => key !== 'd') };
  const retried = await retryDeployment(context, { actor, id: failed.id });
  expect(await ended(context, actor, sliceId, retried.id)).toMatchObject({ status: 'failed', topologyChange: null });
  expect(await update({ from: 'drawing', topology: mended }, version)).toMatchObject({ status: 'succeeded' });
  expect(await whole()).toMatchObject({ status: 'active' });
});

test('an update that failed is undone by the topology from before, and what it left alone runs on', async () => {
  await carryOut(context, actor, sliceId, 'deploy');
  const before = (await own()).topology;
  const failed = await redraw((topology) => ({
    ...topology,
    vms: [...topology.vms.filter(({ key }) => key !== 'b'), { ...vmOf('d', topology), name: 'fail-define' }],
    edges: topology.edges.filter(({ source, target }) => source !== 'b' && target !== 'b'),
  }));
  // what was done and what was not
  const outcome = (key: string) => failed.steps.find((step) => step.key === key)?.status;
  expect([failed.status, outcome('vm:b/remove'), outcome('vm:fail-define/create')]).toEqual([
    'failed',
    'done',
    'failed',
  ]);
  const undone = await update({ from: 'before', deploymentId: failed.id });
  expect(undone).toMatchObject({ status: 'succeeded' });
  expect((await own()).topology.vms.map(({ key }) => key).toSorted()).toEqual(before.vms.map(({ key }) => key));
  expect(await whole()).toMatchObject({ status: 'active', drift: [] });
  expect(boots()).toEqual({ a: 1, b: 1, c: 1 });
});

test('a cancelled update takes back what it has made, and its topology can be gone back to', async () => {
  await carryOut(context, actor, sliceId, 'deploy');
  await provisioning.stop();
  const { topology, version } = await own();
  const { id } = await startDeployment(context, {
    actor,
    sliceId,
    kind: 'update',
    baseVersion: version,
    change: { from: 'drawing', topology: { ...topology, vms: [...topology.vms, vmOf('d', topology)] } },
  });
  await cancelDeployment(context, { actor, id });
  provisioning = testProvisioning(context);
  provisioning.worker.start();
  expect(await ended(context, actor, sliceId, id)).toMatchObject({ status: 'cancelled' });
  expect(boots()).toEqual({ a: 1, b: 1, c: 1 });
  expect((await getDeployment(context, { actor, id })).topologyChange?.version).toBe(2);
  expect(await update({ from: 'before', deploymentId: id })).toMatchObject({ status: 'succeeded' });
  expect(await whole()).toMatchObject({ status: 'active', topologyVersion: 3 });
  expect(await vmRows()).toHaveLength(3);
});

test('a VM that a cancelled update had not removed yet was nobody’s, in a slice that was called active', async () => {
  await carryOut(context, actor, sliceId, 'deploy');
  await provisioning.stop();
  const { topology, version } = await own();
  const { id } = await startDeployment(context, {
    actor,
    sliceId,
    kind: 'update',
    baseVersion: version,
    change: { from: 'drawing', topology: grown(topology) },
  });
  await cancelDeployment(context, { actor, id });
  provisioning = testProvisioning(context);
  provisioning.worker.start();
  expect(await ended(context, actor, sliceId, id)).toMatchObject({ status: 'cancelled' });
  expect(boots()).toEqual({ a: 1, b: 1, c: 1 });
  expect((await whole()).status).toBe('degraded');
  await provisioning.reconciler.round();
  expect((await whole()).status).toBe('degraded');
  // gone back to, it is what it was: a VM made anew, the old one taken away
  expect(await update({ from: 'before', deploymentId: id })).toMatchObject({ status: 'succeeded' });
  expect((await whole()).status).toBe('active');
  expect(seen()?.vms.size).toBe(3);
});

test('a small drawing has one network, and an update that removes it takes its attachments, too', async () => {
  expect(small.networks).toHaveLength(1);
  await carryOut(context, actor, sliceId, 'deploy');
  const [network] = await database.db.select().from(sliceNetworks).where(eq(sliceNetworks.sliceId, sliceId));
  await redraw((topology) => ({
    ...topology,
    networks: [],
    edges: topology.edges.filter(({ target }) => target !== 'lan'),
  }));
  const { networks } = await provider.observe({ id: sliceId });
  expect(networks.some(({ id }) => id === network?.id)).toBe(false);
  expect(await database.db.select().from(slices).where(eq(slices.id, sliceId))).toMatchObject([{ status: 'active' }]);
  expect(boots()).toEqual({ a: 1, b: 1, c: 1 });
});
