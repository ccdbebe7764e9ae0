import { and, eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { useDatabase } from '#db/testing/database';
import { auditLog } from '#drizzle/schema/audit';
import { availabilityZones } from '#drizzle/schema/catalogue';
import { say } from '#shared/sentence';
import { sliceScreens } from '#server/domain/screens/screens';
import { silentLogger } from '#server/lib/logger';
import { ProviderError } from '#server/lib/provider-error';
import type { Provisioning } from '#server/provisioning/provisioning';
import { simulatorOnly } from '#server/testing/context';
import { line } from '#server/testing/drawings';
import { outcomeOf, refusalOf } from '#server/testing/outcomes';
import { carryOut, testProvisioning } from '#server/testing/provisioning';
import { homeOf } from '#server/testing/rows';
import { createWorld } from '#server/testing/world';

const database = useDatabase();
const world = createWorld(database);
const { ctx } = world;
let provisioning: Provisioning;
beforeAll(() => {
  provisioning = testProvisioning(ctx);
  provisioning.run();
});
afterAll(() => provisioning.stop());

/** Of its three VMs the first has a screen, and the last does not run. */
async function scene() {
  const owner = await world.person();
  const user = world.callerOf(owner);
  const drawing = line(3);
  const topology = { ...drawing, vms: drawing.vms.map((vm, index) => ({ ...vm, graphics: index === 0 })) };
  const template = await user.templates.create({ name: 'Line', topology });
  const zoneId = await world.zone({ name: `zone ${owner.userId}` });
  const slice = await user.slices.create({ name: 'One', templateId: template.id, zoneId });
  await carryOut(ctx, owner, slice.id, 'deploy');
  const vmIds = slice.vmList.map(({ id }) => id);
  await carryOut(ctx, owner, slice.id, 'stop', vmIds[2]);
  return { owner, user, slice, zoneId, vmIds };
}

describe('the screens of a slice', () => {
  it('are small pictures, the last lines of a console, and nothing of what does not run; looking is no use', async () => {
    const { user, slice, vmIds } = await scene();
    const [{ screens }, again] = await Promise.all([
      user.slices.screens({ id: slice.id }),
      user.slices.screens({ id: slice.id, vmIds: vmIds.slice(0, 1) }),
    ]);
    expect(screens.map(({ vm, kind }) => [vm.id, vm.name, vm.status, kind])).toEqual([
      [vmIds[0], 'vm-1', 'running', 'vnc'],
      [vmIds[1], 'vm-2', 'running', 'serial'],
      [vmIds[2], 'vm-3', 'stopped', 'serial'],
    ]);
    const [first, second, third] = screens;
    expect(first).toMatchObject({ picture: { width: 160, height: 100 }, lines: null });
    expect(Buffer.from(first?.picture?.png ?? '', 'base64').toString('latin1', 1, 4)).toBe('PNG');
    expect(second?.picture).toBeNull();
    expect(second?.lines?.at(-1)).toBe('vm-2#');
    expect(third).toMatchObject({ picture: null, lines: null });
    const used = await world.simulator.usage([{ id: slice.id }]);
    expect(used.get(slice.id)?.map(({ consoles }) => consoles)).toEqual([0, 0]);
    // each is looked at once in a while, however many ask
    expect(again.screens).toEqual([first]);
  });

  it('are for who sees the slice; that others look is written down, once', async () => {
    const { user, slice, vmIds } = await scene();
    const viewer = await world.person();
    const look = () => world.callerOf(viewer).slices.screens({ id: slice.id });
    expect(await outcomeOf(look())).toBe('NOT_FOUND');
    await user.slices.share({ id: slice.id, email: viewer.email, level: 'view' });
    expect((await look()).screens).toHaveLength(3);
    await look();
    await user.slices.screens({ id: slice.id });
    const looks = and(eq(auditLog.objectId, slice.id), eq(auditLog.action, 'slices.view-screens'));
    expect(await ctx.db.select().from(auditLog).where(looks)).toMatchObject([
      { userId: viewer.userId, objectName: 'One', result: 'OK' },
    ]);
    // VMs of others are not shown by way of one's own slice
    const other = await scene();
    expect((await other.user.slices.screens({ id: other.slice.id, vmIds })).screens).toEqual([]);
    // a token that may not open consoles sees none of what they show
    const reader = await world.tokenOf(viewer, ['slices:read']);
    expect(await outcomeOf(world.callerOf(reader).slices.screens({ id: slice.id }))).toBe('FORBIDDEN');
  });

  it('are empty where a VM cannot be looked at; what nobody says of that is in the log', async () => {
    const { owner, slice, vmIds } = await scene();
    const warnings: string[] = [];
    const look = async (vmId: number | undefined, error: Error) => {
      const provider = new Proxy(world.simulator, {
        get: (target, name, receiver) =>
          name === 'openConsole' ? () => Promise.reject(error) : (Reflect.get(target, name, receiver) as unknown),
      });
      const log = { ...silentLogger, warn: (message: string) => void warnings.push(message) };
      const at = { ...ctx, db: ctx.db, log, providers: simulatorOnly(provider) };
      return sliceScreens(at, { actor: owner, query: { id: slice.id, vmIds: [vmId ?? 0] } });
    };
    const nothing = { screens: [{ picture: null, lines: null }] };
    expect(await look(vmIds[0], new ProviderError('NOT_RUNNING', say('ZONE_SILENT'), true))).toMatchObject(nothing);
    expect(warnings).toEqual([]);
    expect(await look(vmIds[1], new Error('a mistake'))).toMatchObject(nothing);
    expect(warnings).toEqual(['A screen was not looked at.']);
  });

  it('are at the server that has the zone, which is named', async () => {
    const { owner, slice, zoneId } = await scene();
    const homeId = await homeOf(ctx.db, 'rack-8');
    await ctx.db.update(availabilityZones).set({ homeId }).where(eq(availabilityZones.id, zoneId));
    const elsewhere = { ...ctx, db: ctx.db, home: { id: null, everything: false, accompanied: true } };
    expect(await refusalOf(sliceScreens(elsewhere, { actor: owner, query: { id: slice.id } }))).toMatchObject({
      code: 'SCREENS_UNAVAILABLE',
      sentences: [{ code: 'SCREENS_ELSEWHERE', params: { host: 'rack-8' } }],
    });
  });
});
