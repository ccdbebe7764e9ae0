import { eq } from 'drizzle-orm';
import { describe, expect, test } from 'vitest';
import { useDatabase } from '#db/testing/database';
import { flavours } from '#drizzle/schema/catalogue';
import { slices, sliceVms } from '#drizzle/schema/slices';
import { macOf } from '#shared/topology/addresses';
import { drawing } from '#server/testing/drawings';
import { outcomeOf, refusalOf } from '#server/testing/outcomes';
import { createWorld } from '#server/testing/world';

const database = useDatabase();
const world = createWorld(database);
const { ctx } = world;

/** Somebody with a slice of two VMs, one started after the other, that are linked and in a network. */
async function scene() {
  const owner = await world.person();
  const user = world.callerOf(owner);
  const topology = drawing({ vms: ['web', 'db'], networks: ['lan'], edges: [['web', 'db'], ['web', 'lan']] }); // prettier-ignore
  topology.vms = topology.vms.map((vm) => ({
    ...vm,
    label: `${vm.name}!`,
    startAfter: vm.key === 'web' ? ['db'] : [],
  }));
  const template = await user.templates.create({ name: 'Pair', topology });
  const zoneId = await world.zone();
  const slice = await user.slices.create({ name: 'lab', templateId: template.id, zoneId, restartAfterReboot: true });
  return { owner, user, template, zoneId, slice };
}

describe('a clone of a slice', () => {
  test('has its topology, sizes, addresses and settings, and nothing that has to be one’s own', async () => {
    const { user, owner, template, slice, zoneId } = await scene();
    // neither its template nor its flavour is today what it was made from
    await user.templates.update({ id: template.id, topology: drawing({ vms: ['other'] }), baseRevision: 1 });
    await ctx.db.update(flavours).set({ ramMb: 4096 }).where(eq(flavours.id, 1));
    await ctx.db
      .update(sliceVms)
      .set({ forwards: [{ protocol: 'tcp', guestPort: 22, hostAddress: '127.0.0.1', hostPort: 40_022 }] })
      .where(eq(sliceVms.sliceId, slice.id));
    const clone = await user.slices.clone({ id: slice.id, name: 'lab 2' });
    expect(clone).toMatchObject({
      ...{ name: 'lab 2', status: 'draft', zone: { id: zoneId }, owner: { id: owner.userId }, topologyVersion: 1 },
      ...{ vcpus: slice.vcpus, ramMb: slice.ramMb, diskGb: slice.diskGb, restartAfterReboot: true },
      template: { id: template.id },
      templateRevision: 1,
    });
    expect(clone.vmList.map(({ name, label, startAfter, forwards }) => [name, label, startAfter, forwards])).toEqual([
      ['web', 'web!', ['db'], [{ protocol: 'tcp', guestPort: 22, hostAddress: null, hostPort: null }]],
      ['db', 'db!', [], [{ protocol: 'tcp', guestPort: 22, hostAddress: null, hostPort: null }]],
    ]);
    const places = ({ edges }: typeof slice) =>
      edges.map(({ key, source, target, subnet, sourceAddress, targetAddress }) =>
        [key, source, target, subnet, sourceAddress, targetAddress].join(' '),
      );
    expect(places(clone)).toEqual(places(slice));
    const own = (of: typeof slice) => [
      ...of.vmList.map(({ id }) => `vm ${id}`),
      ...of.networks.map(({ id }) => `network ${id}`),
      ...of.edges.map(({ id }) => `edge ${id}`),
      ...of.edges.flatMap(({ id }) => [macOf(id, 'source'), macOf(id, 'target')]),
    ];
    expect(own(clone).filter((one) => own(slice).includes(one))).toEqual([]);
    expect(await user.slices.get({ id: slice.id })).toMatchObject({ name: 'lab', vms: 2 });
  });

  test('of what was changed is of what it is now, also when it is destroyed', async () => {
    const { user, slice } = await scene();
    const { topology, version } = await user.slices.topology({ id: slice.id });
    const vms = topology.vms.filter(({ key }) => key === 'web').map((vm) => ({ ...vm, startAfter: [] }));
    const edges = topology.edges.filter(({ key }) => key === 'e1');
    await user.deployments.start({
      ...{ sliceId: slice.id, kind: 'update', baseVersion: version },
      change: { from: 'drawing', topology: { ...topology, vms, edges } },
    });
    await ctx.db.update(slices).set({ status: 'destroyed', deletedAt: new Date() }).where(eq(slices.id, slice.id));
    // its name is free again, and the clone takes it
    const clone = await user.slices.clone({ id: slice.id, name: 'lab' });
    expect(clone.vmList.map(({ name }) => name)).toEqual(['web']);
    expect(clone.edges).toMatchObject([{ key: 'e1', target: 'lan', subnet: '10.64.0.0/24' }]);
  });

  test('is planned before: what a full zone lacks is said, and nothing of it is deployed', async () => {
    const { user, slice } = await scene();
    const full = await world.zone({ name: 'full', limitRamMb: 512 });
    expect(await user.slices.previewClone({ id: slice.id })).toMatchObject({ runnable: true, problems: [] });
    const plan = await user.slices.previewClone({ id: slice.id, zoneId: full });
    expect(plan.problems).toMatchObject([{ code: 'NO_CAPACITY', params: { zone: 'full', resource: 'ramMb' } }]);
    // a draft takes nothing of its zone
    const { id, zone } = await user.slices.clone({ id: slice.id, name: 'lab 2', zoneId: full });
    expect(zone.name).toBe('full');
    expect(await refusalOf(user.deployments.start({ sliceId: id, kind: 'deploy' }))).toMatchObject({
      code: 'PLAN_NOT_RUNNABLE',
      problems: [{ code: 'NO_CAPACITY' }],
    });
    const closed = await world.zone({ name: 'closed', enabled: false });
    const into = (zoneId: number) => refusalOf(user.slices.clone({ id: slice.id, name: 'lab 3', zoneId }));
    expect(await into(closed)).toMatchObject({ code: 'ZONE_UNAVAILABLE', field: 'zoneId' });
    expect(await into(9_999)).toMatchObject({ code: 'ZONE_UNAVAILABLE', field: 'zoneId' });
    expect(await outcomeOf(user.slices.previewClone({ id: slice.id, zoneId: 9_999 }))).toBe('NOT_FOUND');
  });

  test('has a zone chosen for it by the sizes and images that the slice has, not by those of its template today', async () => {
    const { user, slice, template, zoneId } = await scene();
    const full = await world.zone({ name: 'full', limitRamMb: 512 });
    await ctx.db.update(flavours).set({ ramMb: 1_000_000 }).where(eq(flavours.id, 1));
    expect(await user.slices.chooseZone({ templateId: template.id })).toMatchObject({ zoneId: null, because: null });
    const choice = await user.slices.chooseZone({ sliceId: slice.id });
    expect(choice).toMatchObject({ zoneId, because: 'only' });
    const verdicts = new Map(choice.zones.map((one) => [one.zone.id, one]));
    expect(verdicts.get(zoneId)).toMatchObject({ problems: [], images: { needed: 1 } });
    expect(verdicts.get(full)?.problems).toMatchObject([{ code: 'NO_CAPACITY', params: { zone: 'full' } }]);
    // another one of as much room: by what stays free, then by name
    await world.zone({ name: 'another' });
    expect(await user.slices.chooseZone({ sliceId: slice.id })).toMatchObject({ because: 'free' });
    const stranger = world.callerOf(await world.person());
    expect(await outcomeOf(stranger.slices.chooseZone({ sliceId: slice.id }))).toBe('NOT_FOUND');
  });

  test('has a name of its own, and counts in the quota of who makes it', async () => {
    const { owner, user, slice } = await scene();
    expect(await refusalOf(user.slices.clone({ id: slice.id, name: 'LAB' }))).toMatchObject({
      code: 'NAME_TAKEN',
      field: 'name',
    });
    await world.quota({ userId: owner.userId }, { vms: 3 });
    const plan = await user.slices.previewClone({ id: slice.id });
    expect(plan.problems).toMatchObject([{ code: 'QUOTA_EXCEEDED', params: { field: 'vms', used: 2, more: 2 } }]);
    expect(await outcomeOf(user.slices.clone({ id: slice.id, name: 'lab 2' }))).toBe('QUOTA_EXCEEDED');
    expect(await ctx.db.$count(slices, eq(slices.ownerId, owner.userId))).toBe(1);
  });

  test('is made once for one idempotency key', async () => {
    const { user, slice } = await scene();
    const input = { id: slice.id, name: 'lab 2', idempotencyKey: 'key-of-this-form' };
    const made = await Promise.all([1, 2, 3].map(() => user.slices.clone(input)));
    expect(new Set(made.map(({ id }) => id)).size).toBe(1);
  });

  test('is made by whoever sees it, as their own, and by nobody else', async () => {
    const { user, slice } = await scene();
    const friend = await world.person();
    const guest = world.callerOf(friend);
    expect(await outcomeOf(guest.slices.clone({ id: slice.id, name: 'mine' }))).toBe('NOT_FOUND');
    expect(await outcomeOf(guest.slices.previewClone({ id: slice.id }))).toBe('NOT_FOUND');
    await user.slices.share({ id: slice.id, email: friend.email, level: 'view' });
    const clone = await guest.slices.clone({ id: slice.id, name: 'mine' });
    // the template is not shared with them
    expect(clone).toMatchObject({ owner: { id: friend.userId }, access: 'own', vms: 2, template: null });
    expect(await outcomeOf(user.slices.get({ id: clone.id }))).toBe('NOT_FOUND');
  });
});
