import { and, eq } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { useDatabase } from '#db/testing/database';
import { auditLog } from '#drizzle/schema/audit';
import { deployments } from '#drizzle/schema/deployments';
import { slices, sliceVms } from '#drizzle/schema/slices';
import { quotas } from '#drizzle/schema/users';
import type { UserQuota } from '#shared/quota';
import { line } from '#server/testing/drawings';
import { outcomeOf, refusalOf } from '#server/testing/outcomes';
import { createWorld } from '#server/testing/world';

const database = useDatabase();
const world = createWorld(database);
const { ctx } = world;

const asRole: UserQuota = {
  slices: 'role',
  vms: 'role',
  vcpus: 'role',
  ramMb: 'role',
  diskGb: 'role',
  runningVms: 'role',
  runningVcpus: 'role',
  runningRamMb: 'role',
  snapshots: 'role',
  imageMb: 'role',
  internetKbps: 'role',
  internetMbPerMonth: 'role',
};
const none = {
  slices: 0,
  vms: 0,
  vcpus: 0,
  ramMb: 0,
  diskGb: 0,
  runningVms: 0,
  runningVcpus: 0,
  runningRamMb: 0,
  snapshots: 0,
  imageMb: 0,
};

/** A user with a template of so many nano VMs (1 vCPU, 1024 MiB, 2 GiB each), and a zone with room for all. */
async function scene(vms = 2) {
  const owner = await world.person();
  const user = world.callerOf(owner);
  const template = await user.templates.create({ name: 'Line', topology: line(vms) });
  const zoneId = await world.zone({ limitVcpus: 1000, limitRamMb: 1_000_000, limitDiskGb: 10_000 });
  const create = (name: string) => user.slices.create({ name, templateId: template.id, zoneId });
  return { owner, user, template, zoneId, create };
}

/** Ends what is under way on a slice, as if all had been done. */
async function done(sliceId: number, status: 'active' | 'destroyed' = 'active') {
  await ctx.db
    .update(deployments)
    .set({ status: 'succeeded', claimableAt: null, finishedAt: new Date() })
    .where(eq(deployments.sliceId, sliceId));
  await ctx.db
    .update(slices)
    .set({ status, deletedAt: status === 'destroyed' ? new Date() : null })
    .where(eq(slices.id, sliceId));
}

/** Ends what is under way on a slice as a failure. */
async function failed(sliceId: number) {
  await ctx.db
    .update(deployments)
    .set({ status: 'failed', claimableAt: null, finishedAt: new Date() })
    .where(eq(deployments.sliceId, sliceId));
  await ctx.db.update(slices).set({ status: 'failed' }).where(eq(slices.id, sliceId));
}

describe('a quota', () => {
  it('is of the role, field by field outdone by what is set for the user', async () => {
    const user = await world.person();
    const admin = world.callerOf(await world.person('admin'));
    const mine = () => world.callerOf(user).quotas.mine();
    // no rows, no limits
    expect(Object.values((await mine()).limits)).toEqual(Array(12).fill(null));
    await world.quota({ role: 'user' }, { slices: 3, vms: 10, runningVms: 5 });
    const set = await admin.quotas.setOfUser({
      userId: user.userId,
      quota: { ...asRole, vms: 20, runningVms: null, diskGb: 7 },
    });
    expect(set.own).toEqual({ ...asRole, vms: 20, runningVms: null, diskGb: 7 });
    expect(set.limits).toMatchObject({ slices: 3, vms: 20, runningVms: null, diskGb: 7, ramMb: null });
    expect(await admin.quotas.ofUser({ userId: user.userId })).toEqual(set);
    expect((await mine()).limits).toEqual(set.limits);
    // somebody else of the role has the role's
    expect((await world.callerOf(await world.person()).quotas.mine()).limits).toMatchObject({ vms: 10, runningVms: 5 });
    expect((await admin.quotas.ofRoles()).items.map(({ role, limits }) => [role, limits.vms])).toEqual([
      ['user', 10],
      ['instructor', null],
      ['admin', null],
    ]);
    // all as the role has it again: nothing is kept
    await admin.quotas.setOfUser({ userId: user.userId, quota: asRole });
    expect((await mine()).limits).toMatchObject({ slices: 3, vms: 10, runningVms: 5 });
    expect(await ctx.db.$count(quotas)).toBe(1);
    expect(await outcomeOf(admin.quotas.ofUser({ userId: 999_999 }))).toBe('NOT_FOUND');
    expect(await outcomeOf(admin.quotas.setOfUser({ userId: 999_999, quota: asRole }))).toBe('NOT_FOUND');
  });

  it('is changed with an entry in the audit log that says what from and to, or none if nothing changed', async () => {
    const user = await world.person();
    const admin = await world.person('admin');
    const quota = { ...asRole, vms: 20 };
    await world.callerOf(admin).quotas.setOfUser({ userId: user.userId, quota });
    await world.callerOf(admin).quotas.setOfUser({ userId: user.userId, quota });
    const log = await ctx.db
      .select()
      .from(auditLog)
      .where(and(eq(auditLog.action, 'quotas.set-of-user'), eq(auditLog.objectId, user.userId)));
    expect(log).toMatchObject([{ userId: admin.userId, details: { from: { vms: 'role' }, to: { vms: 20 } } }]);
  });

  it('counts what the owner has that is not destroyed, and what is asked to run', async () => {
    const { user, create } = await scene(2);
    const used = async () => (await user.quotas.mine()).used;
    expect(await used()).toEqual(none);
    const one = await create('One');
    await create('Two');
    expect(await used()).toEqual({ ...none, slices: 2, vms: 4, vcpus: 4, ramMb: 4096, diskGb: 8 });
    await user.deployments.start({ sliceId: one.id, kind: 'deploy' });
    const running = { runningVms: 2, runningVcpus: 2, runningRamMb: 2048 };
    expect(await used()).toMatchObject({ slices: 2, ...running });
    await done(one.id);
    await user.deployments.start({ sliceId: one.id, kind: 'stop', vmId: one.vmList[0]?.id });
    expect(await used()).toMatchObject({ runningVms: 1, runningVcpus: 1, runningRamMb: 1024 });
    await done(one.id, 'destroyed');
    expect(await used()).toEqual({ ...none, slices: 1, vms: 2, vcpus: 2, ramMb: 2048, diskGb: 4 });
    // a slice without VMs is a slice
    await ctx.db.delete(sliceVms);
    expect(await used()).toEqual({ ...none, slices: 1 });
    // and nothing of it is anybody else's
    expect((await world.callerOf(await world.person()).quotas.mine()).used).toEqual(none);
  });
});

describe('creating a slice', () => {
  it('is refused with every quantity that is exceeded', async () => {
    const { user, owner, template, zoneId, create } = await scene(3);
    await world.quota({ userId: owner.userId }, { slices: 2, vms: 5, ramMb: 5000, diskGb: 100 });
    await create('One');
    const refusal = await refusalOf(create('Two'));
    expect(refusal).toMatchObject({
      code: 'QUOTA_EXCEEDED',
      message:
        'The quota allows 5 VMs: 3 used, 3 more needed. ' +
        'The quota allows 5000 MiB of RAM: 3072 MiB used, 3072 MiB more needed.',
      params: { field: 'vms', used: 3, more: 3, limit: 5 },
      problems: [
        { code: 'QUOTA_EXCEEDED', field: 'vms', params: { field: 'vms', used: 3, more: 3, limit: 5 } },
        { code: 'QUOTA_EXCEEDED', field: 'ramMb', params: { field: 'ramMb', used: 3072, more: 3072, limit: 5000 } },
      ],
    });
    expect(await ctx.db.$count(slices)).toBe(1);
    // the preview says the same before
    const plan = await user.slices.preview({ templateId: template.id, zoneId });
    expect(plan.runnable).toBe(false);
    expect(plan.quota).toMatchObject({
      limits: { vms: 5 },
      used: { slices: 1, vms: 3 },
      added: {
        slices: 1,
        vms: 3,
        vcpus: 3,
        ramMb: 3072,
        diskGb: 6,
        runningVms: 3,
        runningVcpus: 3,
        runningRamMb: 3072,
      },
    });
    expect(plan.problems).toEqual(refusal.problems);
    // exactly the limit is allowed
    await world.quota({ userId: owner.userId }, { vms: 6, ramMb: 6144 });
    expect(await outcomeOf(create('Two'))).toBe('OK');
    expect(await outcomeOf(create('Three'))).toBe('QUOTA_EXCEEDED');
  });

  it('answers a repeat of what it made though the quota is used up by it', async () => {
    const { user, owner, template, zoneId } = await scene(1);
    await world.quota({ userId: owner.userId }, { slices: 1 });
    const input = { name: 'One', templateId: template.id, zoneId, idempotencyKey: 'the same form' };
    const one = await user.slices.create(input);
    expect((await user.slices.create(input)).id).toBe(one.id);
  });

  it('gives the last of the quota once, however many ask at the same time', async () => {
    const { owner, create } = await scene(2);
    await world.quota({ userId: owner.userId }, { vms: 6 });
    const outcomes = await Promise.all(Array.from({ length: 8 }, (_, index) => outcomeOf(create(`Slice ${index}`))));
    expect(outcomes.toSorted()).toEqual([...Array(3).fill('OK'), ...Array(5).fill('QUOTA_EXCEEDED')]);
    expect(await ctx.db.$count(sliceVms)).toBe(6);
  });

  it('makes nothing for an account that was disabled meanwhile', async () => {
    const { owner, create } = await scene(1);
    await world.disabled(owner);
    expect(await outcomeOf(create('One'))).toBe('UNAUTHENTICATED');
    expect(await ctx.db.$count(slices)).toBe(0);
  });
});

describe('running VMs', () => {
  /** Two drafts of three VMs each, and room for four running ones. */
  async function two() {
    const s = await scene(3);
    const one = await s.create('One');
    const other = await s.create('Two');
    await world.quota({ userId: s.owner.userId }, { runningVms: 4, runningVcpus: 5, runningRamMb: 10_000 });
    return { ...s, one, other };
  }

  it('is refused with every quantity that is exceeded, and the plan says so before', async () => {
    const { user, one, other } = await two();
    expect(await outcomeOf(user.deployments.start({ sliceId: one.id, kind: 'deploy' }))).toBe('OK');
    const plan = await user.deployments.plan({ sliceId: other.id, kind: 'deploy' });
    expect(plan).toMatchObject({
      runnable: false,
      quota: {
        limits: { runningVms: 4, slices: null },
        used: { slices: 2, vms: 6, runningVms: 3 },
        added: { ...none, runningVms: 3, runningVcpus: 3, runningRamMb: 3072 },
      },
    });
    const refusal = await refusalOf(user.deployments.start({ sliceId: other.id, kind: 'deploy' }));
    expect(refusal).toMatchObject({
      code: 'QUOTA_EXCEEDED',
      params: { field: 'runningVms', used: 3, more: 3, limit: 4 },
      problems: [{ field: 'runningVms' }, { field: 'runningVcpus', params: { used: 3, more: 3, limit: 5 } }],
    });
    expect(plan.problems).toEqual(refusal.problems);
    expect(await user.slices.get({ id: other.id })).toMatchObject({ status: 'draft', deployment: null });
  });

  it('takes only what was not asked to run before: start, reboot and retry', async () => {
    const { user, owner, one, other } = await two();
    await user.deployments.start({ sliceId: one.id, kind: 'deploy' });
    await done(one.id);
    const [vm, second] = one.vmList;
    await user.deployments.start({ sliceId: one.id, kind: 'stop', vmId: vm?.id });
    await done(one.id);
    // two run: of the quota of 4, two more could
    await world.quota({ userId: owner.userId }, { runningVms: 2 });
    const start = (kind: 'start' | 'reboot', vmId?: number) =>
      outcomeOf(user.deployments.start({ sliceId: one.id, kind, vmId }));
    expect(await start('start', vm?.id)).toBe('QUOTA_EXCEEDED');
    expect(await start('reboot', vm?.id)).toBe('QUOTA_EXCEEDED');
    expect(await start('start')).toBe('QUOTA_EXCEEDED');
    expect((await user.deployments.plan({ sliceId: one.id, kind: 'start' })).quota?.added).toEqual({
      ...none,
      runningVms: 1,
      runningVcpus: 1,
      runningRamMb: 1024,
    });
    // what is asked to run already takes nothing
    expect(await start('reboot', second?.id)).toBe('OK');
    await done(one.id);
    expect(await start('reboot')).toBe('OK');
    await done(one.id);
    // a deploy that failed holds what it brought up: its retry takes no more of it, even of a quota that was lowered
    await world.quota({ userId: owner.userId }, { runningVms: 5 });
    const { id } = await user.deployments.start({ sliceId: other.id, kind: 'deploy' });
    for (const { id: vmId } of other.vmList) await world.observed(vmId, 'running');
    await failed(other.id);
    await world.quota({ userId: owner.userId }, { runningVms: 1 });
    expect(await outcomeOf(user.deployments.retry({ id }))).toBe('OK');
  });

  it('of a deployment that failed do not count when they never came up, and starting them takes the quota anew', async () => {
    const { user, owner, one, other } = await two();
    const { id } = await user.deployments.start({ sliceId: one.id, kind: 'deploy' });
    const [up, unknown, down] = one.vmList.map((vm) => vm.id);
    await world.observed(up ?? 0, 'running');
    await world.observed(unknown ?? 0, 'unknown');
    // as long as it is under way, all that it asks for
    const used = async () => (await user.quotas.mine()).used.runningVms;
    expect(await used()).toBe(3);
    await failed(one.id);
    // what may run for all one knows does count
    expect(await used()).toBe(2);
    await world.observed(unknown ?? 0, 'stopped');
    expect((await user.quotas.mine()).used).toMatchObject({ runningVms: 1, runningVcpus: 1, runningRamMb: 1024 });
    expect(await outcomeOf(user.deployments.start({ sliceId: other.id, kind: 'deploy' }))).toBe('OK');
    await done(other.id);
    expect(await used()).toBe(4);
    // all that is free is taken now: neither a retry, nor one VM, nor a way round by stopping one gets the others
    expect(await outcomeOf(user.deployments.retry({ id }))).toBe('QUOTA_EXCEEDED');
    const start = () => outcomeOf(user.deployments.start({ sliceId: one.id, kind: 'start', vmId: down }));
    expect(await start()).toBe('QUOTA_EXCEEDED');
    await user.deployments.start({ sliceId: one.id, kind: 'stop', vmId: unknown });
    await ctx.db.update(deployments).set({ status: 'succeeded', claimableAt: null });
    await ctx.db.update(slices).set({ status: 'degraded' }).where(eq(slices.id, one.id));
    expect(await used()).toBe(4);
    expect(await start()).toBe('QUOTA_EXCEEDED');
    await world.quota({ userId: owner.userId }, { runningVms: 5, runningVcpus: 5 });
    expect(await start()).toBe('OK');
    expect(await used()).toBe(5);
  });

  it('gives the last of the quota once to slices whose deployments failed and are taken up again at the same time', async () => {
    const { owner, user, template } = await scene(2);
    const ids: number[] = [];
    for (let index = 0; index < 4; index += 1) {
      const zoneId = await world.zone({ name: `zone ${index}` });
      const { id: sliceId } = await user.slices.create({ name: `Slice ${index}`, templateId: template.id, zoneId });
      ids.push((await user.deployments.start({ sliceId, kind: 'deploy' })).id);
      await failed(sliceId);
    }
    await world.quota({ userId: owner.userId }, { runningVms: 5 });
    const outcomes = await Promise.all(ids.map((id) => outcomeOf(user.deployments.retry({ id }))));
    expect(outcomes.toSorted()).toEqual(['OK', 'OK', 'QUOTA_EXCEEDED', 'QUOTA_EXCEEDED']);
    expect((await user.quotas.mine()).used.runningVms).toBe(4);
  });

  it('a retry that would run more than the quota allows is refused', async () => {
    const { user, owner, one } = await two();
    await user.deployments.start({ sliceId: one.id, kind: 'deploy' });
    await done(one.id);
    const { id } = await user.deployments.start({ sliceId: one.id, kind: 'reboot', vmId: one.vmList[0]?.id });
    await ctx.db.update(deployments).set({ status: 'failed', claimableAt: null }).where(eq(deployments.id, id));
    await ctx.db.update(slices).set({ status: 'failed' }).where(eq(slices.id, one.id));
    await ctx.db
      .update(sliceVms)
      .set({ desired: 'stopped' })
      .where(eq(sliceVms.id, one.vmList[0]?.id ?? 0));
    await world.quota({ userId: owner.userId }, { runningVms: 2 });
    expect(await outcomeOf(user.deployments.retry({ id }))).toBe('QUOTA_EXCEEDED');
  });

  it('never stands in the way of stop, cancel and destroy, and stops nothing when it is lowered', async () => {
    const { user, owner, one, other } = await two();
    const { id } = await user.deployments.start({ sliceId: one.id, kind: 'deploy' });
    await world.quota({ userId: owner.userId }, { slices: 0, vms: 0, runningVms: 0, runningVcpus: 0, runningRamMb: 0 });
    expect((await user.quotas.mine()).used).toMatchObject({ runningVms: 3 });
    expect(await outcomeOf(user.deployments.cancel({ id }))).toBe('OK');
    await done(one.id);
    for (const kind of ['stop', 'destroy'] as const) {
      const plan = await user.deployments.plan({ sliceId: one.id, kind });
      expect(plan).toMatchObject({ quota: null, problems: [] });
      expect(await outcomeOf(user.deployments.start({ sliceId: one.id, kind }))).toBe('OK');
      await done(one.id);
    }
    expect(await outcomeOf(user.deployments.start({ sliceId: other.id, kind: 'destroy' }))).toBe('OK');
  });

  it('counts for the owner, whoever operates the slice', async () => {
    const { user, one, owner } = await two();
    const operator = await world.person();
    const viewer = await world.person();
    await user.slices.share({ id: one.id, email: operator.email, level: 'operate' });
    await user.slices.share({ id: one.id, email: viewer.email });
    await user.deployments.start({ sliceId: one.id, kind: 'deploy' });
    await done(one.id);
    await user.deployments.start({ sliceId: one.id, kind: 'stop' });
    await done(one.id);
    await world.quota({ userId: owner.userId }, { runningVms: 2 });
    await world.quota({ userId: operator.userId }, { runningVms: 0 });
    const start = { sliceId: one.id, kind: 'start' } as const;
    const api = world.callerOf(operator);
    const refusal = await refusalOf(api.deployments.start(start));
    expect(refusal).toMatchObject({ code: 'QUOTA_EXCEEDED', params: { field: 'runningVms', limit: 2 } });
    expect((await api.deployments.plan(start)).problems).toEqual(refusal.problems);
    // who may only look is not told what else the owner has
    expect(await world.callerOf(viewer).deployments.plan(start)).toMatchObject({ quota: null, problems: [] });
    // and it is nobody's quota but the owner's
    await world.quota({ userId: owner.userId }, { runningVms: null });
    expect(await outcomeOf(api.deployments.start(start))).toBe('OK');
  });

  it('counts what was asked to stop until it has stopped, so that a cancelled stop takes nothing unasked', async () => {
    const { user, one, other } = await two();
    await user.deployments.start({ sliceId: one.id, kind: 'deploy' });
    await done(one.id);
    for (const vm of one.vmList) await world.observed(vm.id, 'running');
    const deployOther = () => outcomeOf(user.deployments.start({ sliceId: other.id, kind: 'deploy' }));
    await user.deployments.start({ sliceId: one.id, kind: 'stop' });
    expect((await user.quotas.mine()).used).toMatchObject({ runningVms: 3, runningVcpus: 3, runningRamMb: 3072 });
    expect(await deployOther()).toBe('QUOTA_EXCEEDED');
    // a destroy that may be cancelled, too
    await user.deployments.start({ sliceId: one.id, kind: 'destroy' });
    expect(await deployOther()).toBe('QUOTA_EXCEEDED');
    await ctx.db.update(deployments).set({ status: 'cancelled', claimableAt: null });
    await ctx.db.update(slices).set({ status: 'failed' }).where(eq(slices.id, one.id));
    // they run still: to be asked to run again takes no more of the quota
    expect((await user.deployments.plan({ sliceId: one.id, kind: 'deploy' })).quota?.added).toEqual(none);
    for (const vm of one.vmList) await world.observed(vm.id, 'stopped');
    expect((await user.quotas.mine()).used).toMatchObject({ runningVms: 0 });
    expect(await deployOther()).toBe('OK');
  });

  it('tells what else is in the way, too', async () => {
    const { user, one, zoneId, owner } = await two();
    await world.callerOf(await world.person('admin')).zones.update({
      id: zoneId,
      name: 'simulated',
      enabled: true,
      limits: { vcpus: 2, ramMb: 1_000_000, diskGb: 10_000 },
      overcommit: { vcpus: 1, ram: 1, disk: 1 },
    });
    await world.quota({ userId: owner.userId }, { runningVms: 1 });
    const refusal = await refusalOf(user.deployments.start({ sliceId: one.id, kind: 'deploy' }));
    expect(refusal.code).toBe('PLAN_NOT_RUNNABLE');
    expect(refusal.problems?.map(({ code, field }) => [code, field])).toEqual([
      ['QUOTA_EXCEEDED', 'runningVms'],
      ['NO_CAPACITY', 'vcpus'],
    ]);
  });

  it('gives the last of the quota once, however many slices are deployed at the same time', async () => {
    const { owner, user, template } = await scene(2);
    const made: number[] = [];
    for (let index = 0; index < 6; index += 1) {
      // each in a zone of its own, since deploys in one zone wait for each other
      const zoneId = await world.zone({ name: `zone ${index}` });
      made.push((await user.slices.create({ name: `Slice ${index}`, templateId: template.id, zoneId })).id);
    }
    await world.quota({ userId: owner.userId }, { runningVms: 5 });
    const outcomes = await Promise.all(
      made.map((sliceId) => outcomeOf(user.deployments.start({ sliceId, kind: 'deploy' }))),
    );
    expect(outcomes.toSorted()).toEqual(['OK', 'OK', ...Array(4).fill('QUOTA_EXCEEDED')]);
    expect(await ctx.db.$count(sliceVms, eq(sliceVms.desired, 'running'))).toBe(4);
  });
});
