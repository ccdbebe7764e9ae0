import { and, eq } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { useDatabase } from '#db/testing/database';
import { auditLog } from '#drizzle/schema/audit';
import { availabilityZones } from '#drizzle/schema/catalogue';
import { vmStatusSchema } from '#shared/guest';
import { vmStatus } from '#server/domain/guests/status';
import { line } from '#server/testing/drawings';
import { outcomeOf, refusalOf } from '#server/testing/outcomes';
import { carryOut } from '#server/testing/provisioning';
import { homeOf } from '#server/testing/rows';
import { useProvisioning } from '#server/testing/running-provisioning';
import { createWorld } from '#server/testing/world';

const database = useDatabase();
const world = createWorld(database);
const { ctx } = world;
useProvisioning(ctx);

/** Two VMs in a line, of which the second never says anything. */
async function scene({ deployed = true, exec = [] as string[] } = {}) {
  const owner = await world.person();
  const user = world.callerOf(owner);
  const drawn = line(2);
  const vms = drawn.vms.map((vm, at) => ({ ...vm, name: at === 0 ? 'web' : 'never-answers', exec }));
  const template = await user.templates.create({ name: 'Line', topology: { ...drawn, vms } });
  const zoneId = await world.zone({ name: `zone ${owner.userId}` });
  const slice = await user.slices.create({ name: 'One', templateId: template.id, zoneId });
  if (deployed) await carryOut(ctx, owner, slice.id, 'deploy');
  const [web, silent] = slice.vmList;
  if (!web || !silent) throw new Error('The slice has no VMs.');
  return {
    owner,
    user,
    slice,
    zoneId,
    web: { sliceId: slice.id, vmId: web.id },
    silent: { sliceId: slice.id, vmId: silent.id },
  };
}

describe('what a guest says of itself', () => {
  it('is shown to who sees the slice, and where it says nothing, why', async () => {
    const { user, slice, web, silent } = await scene();
    const status = await user.slices.vmStatus(web);
    expect(vmStatusSchema.parse(status)).toEqual(status);
    const [edge] = slice.edges;
    expect(status).toMatchObject({ reason: null, guest: { nics: [{ addresses: [edge?.sourceAddress] }] }, exec: [] });
    expect(await user.slices.vmStatus(silent)).toMatchObject({ guest: null, sentences: [{ code: 'GUEST_SILENT' }] });

    const viewer = await world.person();
    const looker = world.callerOf(viewer);
    expect(await outcomeOf(looker.slices.vmStatus(web))).toBe('NOT_FOUND');
    await user.slices.share({ id: slice.id, email: viewer.email, level: 'view' });
    expect(await looker.slices.vmStatus(web)).toMatchObject({ reason: null });
    expect(await outcomeOf(looker.slices.exec({ ...web, command: 'echo hello' }))).toBe('FORBIDDEN');
    // a VM of another slice is none of this one
    const other = await scene({ deployed: false });
    expect(await outcomeOf(user.slices.vmStatus({ ...web, sliceId: other.slice.id }))).toBe('NOT_FOUND');
    expect(await other.user.slices.vmStatus(other.web)).toMatchObject({
      ...{ guest: null, sentences: [{ code: 'VM_NOT_RUNNING' }] },
    });
  });

  it('is asked at the server that has its zone, which is named at others', async () => {
    const { owner, web, zoneId } = await scene();
    const homeId = await homeOf(ctx.db, 'rack-9');
    await ctx.db.update(availabilityZones).set({ homeId }).where(eq(availabilityZones.id, zoneId));
    const elsewhere = { ...ctx, home: { id: null, everything: false, accompanied: true } };
    expect(await vmStatus(elsewhere, { actor: owner, ...web })).toMatchObject({
      ...{ guest: null, sentences: [{ code: 'GUEST_ELSEWHERE', params: { host: 'rack-9' } }] },
    });
  });
});

describe('a command', () => {
  it('is run in a guest for who may operate the slice, and is written down without its words', async () => {
    const { user, web, silent } = await scene();
    expect(await user.slices.exec({ ...web, command: 'echo secret' })).toMatchObject({
      output: 'secret\n',
      exitCode: 0,
    });
    expect(await user.slices.exec({ ...web, command: 'exit 3' })).toMatchObject({ exitCode: 3, timedOut: false });
    expect(await user.slices.exec({ ...web, command: 'sleep 60', seconds: 5 })).toMatchObject({ timedOut: true });
    expect(await refusalOf(user.slices.exec({ ...silent, command: 'exit 0' }))).toMatchObject({
      ...{ code: 'GUEST_UNAVAILABLE', sentences: [{ code: 'GUEST_SILENT' }] },
    });
    for (const command of ['', 'two\nlines', 'x'.repeat(2_001), '\u0000'])
      expect(await outcomeOf(user.slices.exec({ ...web, command }))).toBe('INVALID_INPUT');
    const audit = await ctx.db
      .select()
      .from(auditLog)
      .where(and(eq(auditLog.action, 'slices.exec'), eq(auditLog.objectId, web.vmId)));
    expect(audit).toHaveLength(3);
    expect(JSON.stringify(audit)).not.toContain('secret');
  });

  it('is run after each start, with its variables filled in, and what became of it is in the events and at the VM', async () => {
    const { owner, user, slice, web } = await scene({ exec: ['echo {{ vm.name }} of {{ slice.name }}', 'exit 3'] });
    const ran = async () => {
      const { items } = await user.slices.events({ sliceId: slice.id, limit: 100 });
      return items
        .toReversed()
        .flatMap(({ data }) =>
          data.type === 'vm.exec' ? [[data.name, data.command, data.exitCode, data.output]] : [],
        );
    };
    const first = await ran();
    expect(first.filter(([name]) => name === 'web')).toEqual([
      ['web', 'echo web of One', 0, 'web of One\n'],
      ['web', 'exit 3', 3, ''],
    ]);
    // nobody there runs them: the slice is active all the same
    expect(first.filter(([name]) => name !== 'web').map(([, , code]) => code)).toEqual([null, null]);
    expect(await user.slices.get({ id: slice.id })).toMatchObject({ status: 'active', drift: [] });
    expect((await user.slices.vmStatus(web)).exec).toMatchObject([{ output: 'web of One\n' }, { exitCode: 3 }]);

    // what runs is not told again
    await carryOut(ctx, owner, slice.id, 'update');
    expect(await ran()).toHaveLength(first.length);
    await carryOut(ctx, owner, slice.id, 'reboot');
    expect(await ran()).toHaveLength(2 * first.length);
  });
});
