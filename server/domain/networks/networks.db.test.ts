import { eq } from 'drizzle-orm';
import { beforeEach, describe, expect, it } from 'vitest';
import { useDatabase } from '#db/testing/database';
import { events } from '#drizzle/schema/deployments';
import { networkJoins, networkPublications } from '#drizzle/schema/networks';
import { sliceEdges, sliceNetworks } from '#drizzle/schema/slices';
import type { NetworkChange } from '#shared/networks/words';
import type { Topology } from '#shared/topology/schema';
import { zoneById } from '#server/db/queries/zones';
import { drawing } from '#server/testing/drawings';
import { outcomeOf, refusalOf } from '#server/testing/outcomes';
import { testProvisioning, until } from '#server/testing/provisioning';
import { createWorld, type Caller } from '#server/testing/world';
import { joinRound } from './round';

const database = useDatabase();
const world = createWorld(database);
const { ctx } = world;
const lab = drawing({
  vms: ['a', 'b'],
  networks: ['lan'],
  edges: [
    ['a', 'lan'],
    ['b', 'lan'],
  ],
});

beforeEach(async () => {
  await ctx.db.delete(networkJoins);
  await ctx.db.delete(networkPublications);
});

let made = 0;

/** A slice with two VMs on one network, deployed. */
async function slice(user: Caller, zoneId: number, topology: Topology = lab) {
  made += 1;
  const template = await user.templates.create({ name: `Lab ${made}`, topology });
  const { id } = await user.slices.create({ name: `Slice ${made}`, templateId: template.id, zoneId });
  /** Has an operation done. */
  const done = async (kind: 'deploy' | 'start' | 'stop' | 'destroy' | 'update', change?: { from: 'joins' }) => {
    await user.deployments.start({ sliceId: id, kind, ...(change && { change }) });
    const running = testProvisioning(ctx);
    running.run();
    await until(ctx, id, async () => (await user.slices.get({ id })).busy === null);
    await running.stop();
  };
  await done('deploy');
  const addresses = async () => {
    const rows = await ctx.db.select().from(sliceEdges).where(eq(sliceEdges.sliceId, id));
    return rows.map(({ sourceAddress }) => sourceAddress).sort();
  };
  const said = async () => {
    const rows = await ctx.db.select().from(events).where(eq(events.sliceId, id)).orderBy(events.id);
    return rows.flatMap(({ data }): NetworkChange[] => (data.type === 'slice.network' ? [data.what] : []));
  };
  const networks = () => user.networks.get({ id });
  /** Ids of the joins that the provider has for the network. */
  const joined = async () =>
    (await (await ctx.providers.forZone(await zoneRow(zoneId))).observe({ id })).networks.flatMap(
      ({ joins }) => joins ?? [],
    );
  return { id, user, done, addresses, said, networks, joined };
}

async function zoneRow(id: number) {
  const row = await zoneById(ctx.db, id);
  if (row === null) throw new Error(`no zone ${id}`);
  return row;
}

/** Two people with a slice each in one zone, of which the first has published its network. */
async function scene(admission: 'asked' | 'all' = 'asked') {
  const [one, other] = [world.callerOf(await world.person()), world.callerOf(await world.person())];
  const zoneId = await world.zone({ name: `joins ${++made}` });
  const [host, guest] = [await slice(one, zoneId), await slice(other, zoneId)];
  const { published } = await one.networks.publish({ id: host.id, network: 'lan', admission });
  const publicationId = published[0]?.id ?? 0;
  const join = async () => {
    const { joins } = await other.networks.join({ id: guest.id, network: 'lan', publicationId });
    return joins[0]?.id ?? 0;
  };
  return { host, guest, zoneId, publicationId, join };
}

describe('a published network', () => {
  it('is joined once both owners agree and the other one has its addresses', async () => {
    const { host, guest, publicationId, join } = await scene();
    const before = await host.addresses();
    expect((await guest.user.networks.list({})).items).toMatchObject([
      { id: publicationId, network: 'lan', own: false, joins: 0, subnet: '10.64.0.0/24' },
    ]);
    expect((await guest.user.networks.list({ search: 'nothing of that name' })).items).toEqual([]);
    expect((await guest.user.networks.list({ search: 'LAN', limit: 1 })).items).toHaveLength(1);
    const id = await join();
    await joinRound(ctx);
    expect((await guest.networks()).joins).toMatchObject([
      { id, acceptedAt: null, state: 'apart', range: '10.64.0.128/28', outdated: true },
    ]);
    expect(await refusalOf(guest.user.networks.answer({ id, accept: true }))).toMatchObject({ code: 'NOT_FOUND' });

    await host.user.networks.answer({ id, accept: true });
    await joinRound(ctx);
    // both have the same addresses yet
    expect(await guest.addresses()).toEqual(before);
    expect((await guest.networks()).joins).toMatchObject([
      { state: 'apart', error: expect.stringContaining('taken up') },
    ]);
    expect(await host.joined()).toEqual([]);

    await guest.done('update', { from: 'joins' });
    await joinRound(ctx);
    expect(await guest.addresses()).toEqual(['10.64.0.128/24', '10.64.0.129/24']);
    expect(await host.addresses()).toEqual(before);
    expect((await guest.networks()).joins).toMatchObject([{ state: 'joined', error: null, outdated: false }]);
    expect((await host.networks()).published).toMatchObject([{ joins: [{ id, state: 'joined' }] }]);
    expect([await host.joined(), await guest.joined()]).toEqual([[id], [id]]);
    expect(await guest.said()).toEqual(['asked', 'accepted', 'joined']);
    const told = async (user: Caller) =>
      (await user.notifications.list({})).items.flatMap(({ happening }) =>
        happening.kind === 'slice.network' ? [happening.what] : [],
      );
    expect([await told(host.user), await told(guest.user)]).toEqual([['asked'], ['accepted']]);
    expect(await host.said()).toEqual(['published', 'asked', 'accepted', 'joined']);
    // what is so is not told again
    await joinRound(ctx);
    expect(await guest.said()).toHaveLength(3);
  });

  it('keeps its subnet, and what joins it keeps what it was given, whatever is drawn', async () => {
    const { host, guest, join } = await scene('all');
    await join();
    await guest.done('update', { from: 'joins' });
    for (const { id, user } of [host, guest]) {
      const { topology, version: baseVersion } = await user.slices.topology({ id });
      const networks = topology.networks.map((network) => ({ ...network, ownRange: '10.64.0.64/26' }));
      const change = { from: 'drawing' as const, topology: { ...topology, networks } };
      const update = { sliceId: id, kind: 'update', change, baseVersion } as const;
      expect(await refusalOf(user.deployments.start(update))).toMatchObject({
        code: 'INVALID_TOPOLOGY',
        problems: [{ code: 'NETWORK_SHARED', node: 'lan', field: 'ownRange' }],
      });
    }
  });

  it('is parted when the other side is destroyed, not when it stops, and goes on as it was', async () => {
    const { host, guest, join } = await scene('all');
    const id = await join();
    await guest.done('update', { from: 'joins' });
    await joinRound(ctx);
    expect(await guest.joined()).toEqual([id]);
    const [mine, theirs] = [await guest.addresses(), await host.addresses()];
    // what stops are VMs: their networks stay
    for (const kind of ['stop', 'start'] as const) {
      await host.done(kind);
      await joinRound(ctx);
      expect([kind, await guest.joined()]).toEqual([kind, [id]]);
    }
    await host.done('destroy');
    await joinRound(ctx);
    expect(await guest.joined()).toEqual([]);
    expect(await guest.networks()).toEqual({ published: [], joins: [] });
    expect(await ctx.db.select().from(networkPublications)).toEqual([]);
    expect(await ctx.db.select().from(networkJoins)).toEqual([]);
    expect(await guest.addresses()).toEqual(mine);
    expect(theirs).not.toEqual(mine);
    expect((await guest.user.slices.get({ id: guest.id })).status).toBe('active');
    expect((await guest.said()).at(-1)).toBe('parted');
    // it may be published itself now
    expect((await guest.user.networks.publish({ id: guest.id, network: 'lan' })).published).toHaveLength(1);
  });

  it.each(['withdrawn', 'left by the guest', 'left by the host'] as const)('ends when it is %s', async (how) => {
    const { host, guest, publicationId, join } = await scene('all');
    const id = await join();
    await guest.done('update', { from: 'joins' });
    await joinRound(ctx);
    if (how === 'withdrawn') await host.user.networks.withdraw({ id: publicationId });
    else await (how === 'left by the guest' ? guest : host).user.networks.leave({ id });
    // the provider has them joined until the next look
    expect(await refusalOf(guest.user.networks.publish({ id: guest.id, network: 'lan' }))).toMatchObject({
      code: 'INVALID_INPUT',
      field: 'network',
    });
    await joinRound(ctx);
    expect([await host.joined(), await guest.joined()]).toEqual([[], []]);
    expect(await ctx.db.select().from(networkJoins)).toEqual([]);
    expect((await host.networks()).published).toHaveLength(how === 'withdrawn' ? 0 : 1);
  });

  it('is parted while an address is not where it should be, and joined again', async () => {
    const { host, guest, join } = await scene('all');
    const id = await join();
    await guest.done('update', { from: 'joins' });
    await joinRound(ctx);
    const [edge] = await ctx.db.select().from(sliceEdges).where(eq(sliceEdges.sliceId, guest.id));
    const applied = edge?.applied ?? null;
    const moved = applied && { ...applied, properties: { ...applied.properties, sourceAddress: '10.64.0.1/24' } };
    await ctx.db
      .update(sliceEdges)
      .set({ applied: moved })
      .where(eq(sliceEdges.id, edge?.id ?? 0));
    await joinRound(ctx);
    expect(await host.joined()).toEqual([]);
    expect((await host.networks()).published[0]?.joins).toMatchObject([
      { state: 'apart', error: expect.stringContaining('10.64.0.1/24') },
    ]);
    await ctx.db
      .update(sliceEdges)
      .set({ applied })
      .where(eq(sliceEdges.id, edge?.id ?? 0));
    await joinRound(ctx);
    expect(await host.joined()).toEqual([id]);
  });

  it('is not joined while two NICs have one MAC', async () => {
    const { host, guest, join } = await scene('all');
    const id = await join();
    await guest.done('update', { from: 'joins' });
    const choose = async (sliceId: number, sourceMac: string) => {
      const [edge] = await ctx.db.select().from(sliceEdges).where(eq(sliceEdges.sliceId, sliceId));
      if (edge?.applied == null) throw new Error('nothing was applied');
      const applied = { ...edge.applied, properties: { ...edge.applied.properties, sourceMac } };
      await ctx.db.update(sliceEdges).set({ applied }).where(eq(sliceEdges.id, edge.id));
    };
    for (const one of [host, guest]) await choose(one.id, '0a:00:00:00:00:01');
    await joinRound(ctx);
    expect((await guest.networks()).joins).toMatchObject([
      { state: 'apart', error: expect.stringContaining('0a:00:00:00:00:01') },
    ]);
    await choose(guest.id, '0a:00:00:00:00:02');
    await joinRound(ctx);
    expect(await host.joined()).toEqual([id]);
  });

  it('has who joins it give up gateways that are not in its subnets', async () => {
    const zoneId = await world.zone({ name: `joins ${++made}` });
    const person = async () => world.callerOf(await world.person());
    const withNetwork = (fields: Partial<Topology['networks'][number]>): Topology => ({
      ...lab,
      networks: lab.networks.map((network) => ({ ...network, ...fields })),
    });
    const host = await slice(await person(), zoneId, withNetwork({ ownSubnet: '10.99.0.0/24', ipv6: 'fd00:9::/64' }));
    const { published } = await host.user.networks.publish({ id: host.id, network: 'lan', admission: 'all' });
    const publicationId = published[0]?.id ?? 0;
    const gatewaysAfter = async (fields: Partial<Topology['networks'][number]>) => {
      const guest = await slice(await person(), zoneId, withNetwork(fields));
      await guest.user.networks.join({ id: guest.id, network: 'lan', publicationId });
      await guest.done('update', { from: 'joins' });
      const { topology } = await guest.user.slices.topology({ id: guest.id });
      const { gateway, gateway6, ipv6 } = topology.networks[0] ?? {};
      return { gateway, gateway6, ipv6 };
    };
    const elsewhere = { ownSubnet: '10.98.0.0/24', gateway: '10.98.0.1', ipv6: 'fd00:1::/64', gateway6: 'fd00:1::1' };
    expect(await gatewaysAfter(elsewhere)).toEqual({ ipv6: 'fd00:9::/64' });
    const there = { ownSubnet: '10.99.0.0/24', gateway: '10.99.0.1', ipv6: 'fd00:9::/64', gateway6: 'fd00:9::1' };
    expect(await gatewaysAfter(there)).toEqual({
      ...{ gateway: '10.99.0.1', gateway6: 'fd00:9::1', ipv6: 'fd00:9::/64' },
    });
  });

  it('goes with its network, when that is removed from the drawing', async () => {
    const { host, guest, join } = await scene('all');
    await join();
    await guest.done('update', { from: 'joins' });
    await joinRound(ctx);
    const { topology, version: baseVersion } = await host.user.slices.topology({ id: host.id });
    const change = { from: 'drawing' as const, topology: { ...topology, networks: [], edges: [] } };
    await host.user.deployments.start({ sliceId: host.id, kind: 'update', change, baseVersion });
    expect(await ctx.db.select().from(networkJoins)).toEqual([]);
    const running = testProvisioning(ctx);
    running.run();
    await until(ctx, host.id, async () => (await host.user.slices.get({ id: host.id })).busy === null);
    await running.stop();
    expect(await guest.joined()).toEqual([]);
  });
});

describe('what cannot be joined is refused:', () => {
  it('a network that is shared already, of the slice itself, of another zone, or in no subnet with room', async () => {
    const { host, guest, publicationId, join } = await scene();
    const asks = (user: Caller, id: number, more: object = {}) =>
      refusalOf(user.networks.join({ id, network: 'lan', publicationId, ...more }));
    expect(await asks(host.user, host.id)).toMatchObject({ code: 'INVALID_INPUT', field: 'publicationId' });
    expect(await asks(guest.user, guest.id, { network: 'none' })).toMatchObject({ field: 'network' });
    expect(await asks(guest.user, guest.id, { addresses: 200 })).toMatchObject({ field: 'addresses' });
    expect(await asks(guest.user, guest.id, { publicationId: 999_999 })).toMatchObject({ code: 'NOT_FOUND' });
    const elsewhere = await slice(guest.user, await world.zone({ name: `other ${made}` }));
    expect(await asks(guest.user, elsewhere.id)).toMatchObject({ field: 'publicationId' });
    const id = await join();
    expect(await asks(guest.user, guest.id)).toMatchObject({ field: 'network' });
    expect(await outcomeOf(guest.user.networks.publish({ id: guest.id, network: 'lan' }))).toBe('INVALID_INPUT');
    // refused, it is as if nobody had asked
    await host.user.networks.answer({ id, accept: false });
    expect(await guest.networks()).toEqual({ published: [], joins: [] });
    expect(await join()).not.toBe(id);
  });

  it('to publish a network on which a NIC has a static address of IPv6 that is none of its part', async () => {
    const user = world.callerOf(await world.person());
    const zoneId = await world.zone({ name: `joins ${++made}` });
    const publish = async (sourceOwnAddress6: string) => {
      made += 1;
      const networks = lab.networks.map((network) => ({ ...network, ipv6: 'fd00:9::/64' as const }));
      const edges = lab.edges.map((edge, at) => (at === 0 ? { ...edge, sourceOwnAddress6 } : edge));
      const topology = { ...lab, networks, edges };
      const template = await user.templates.create({ name: `Lab ${made}`, topology });
      const { id } = await user.slices.create({ name: `Slice ${made}`, templateId: template.id, zoneId });
      return outcomeOf(user.networks.publish({ id, network: 'lan' }));
    };
    expect(await publish('fd00:9::a:1')).toBe('INVALID_INPUT');
    expect(await publish('fd00:9::a')).toBe('OK');
  });

  it('a network whose subnet another part of the slice has chosen, or is given by another join', async () => {
    const { host, guest, zoneId, publicationId } = await scene('all');
    const second = await slice(host.user, zoneId);
    const { published } = await host.user.networks.publish({ id: second.id, network: 'lan', admission: 'all' });
    const draft = async (ownSubnet: string | undefined) => {
      const [lan] = lab.networks;
      if (lan === undefined) throw new Error('the lab has a network');
      const dmz = { ...lan, key: 'dmz', name: 'dmz', ownSubnet };
      const topology = { ...lab, networks: [lan, dmz] };
      const template = await guest.user.templates.create({ name: `Two ${++made}`, topology });
      return guest.user.slices.create({ name: `Two ${made}`, templateId: template.id, zoneId });
    };
    const chosen = await draft('10.64.0.128/25');
    const join = (id: number, network: string, to: number) =>
      guest.user.networks.join({ id, network, publicationId: to });
    expect(await refusalOf(join(chosen.id, 'lan', publicationId))).toMatchObject({
      code: 'INVALID_INPUT',
      field: 'publicationId',
      message: expect.stringContaining('10.64.0.128/25'),
    });
    const free = await draft(undefined);
    await join(free.id, 'lan', publicationId);
    expect(await refusalOf(join(free.id, 'dmz', published[0]?.id ?? 0))).toMatchObject({
      field: 'publicationId',
      message: expect.stringContaining('overlaps 10.64.0.0/24'),
    });
  });

  it('one that has DHCP is not published, and one that joins gives it up', async () => {
    const { guest, join } = await scene('all');
    const update = async (dhcp: boolean) => {
      const { topology, version: baseVersion } = await guest.user.slices.topology({ id: guest.id });
      const networks = topology.networks.map((network) => ({ ...network, dhcp }));
      const change = { from: 'drawing' as const, topology: { ...topology, networks } };
      return refusalOf(guest.user.deployments.start({ sliceId: guest.id, kind: 'update', change, baseVersion }));
    };
    await ctx.db
      .update(sliceNetworks)
      .set({ properties: { dhcp: true } })
      .where(eq(sliceNetworks.sliceId, guest.id));
    expect(await refusalOf(guest.user.networks.publish({ id: guest.id, network: 'lan' }))).toMatchObject({
      code: 'INVALID_INPUT',
      field: 'network',
    });
    const id = await join();
    await guest.done('update', { from: 'joins' });
    await joinRound(ctx);
    expect(await guest.joined()).toEqual([id]);
    expect(await update(true)).toMatchObject({
      problems: [{ code: 'RANGE_WITH_DHCP', node: 'lan', field: 'ownRange' }],
    });
  });

  it('a part of the subnet that leaves out a NIC, or nothing for others', async () => {
    const user = world.callerOf(await world.person());
    const { id } = await slice(user, await world.zone({ name: `ranges ${++made}` }));
    const publish = (range: string) => refusalOf(user.networks.publish({ id, network: 'lan', range }));
    for (const range of ['10.64.0.128/25', '10.64.0.0/24', '10.65.0.0/25', '10.64.0.0/31'])
      expect([range, await publish(range)]).toMatchObject([range, { code: 'INVALID_INPUT', field: 'range' }]);
    const before = await ctx.db.select().from(sliceNetworks).where(eq(sliceNetworks.sliceId, id));
    await user.networks.publish({ id, network: 'lan', range: '10.64.0.0/26' });
    const [after] = await ctx.db.select().from(sliceNetworks).where(eq(sliceNetworks.sliceId, id));
    expect(after).toMatchObject({ subnet: before[0]?.subnet, properties: { ownRange: '10.64.0.0/26' } });
  });
});
