import { eq } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { useDatabase } from '#db/testing/database';
import { flavours } from '#drizzle/schema/catalogue';
import { events } from '#drizzle/schema/deployments';
import { consoleTokens, sliceVms, slices } from '#drizzle/schema/slices';
import { users } from '#drizzle/schema/users';
import { sliceNoticeSchema } from '#shared/slice';
import type { Topology } from '#shared/topology/schema';
import { inTransaction } from '#server/db/transaction';
import { redeemConsoleToken } from '#server/domain/slices/consoles';
import { appendEvents } from '#server/events/append';
import { line } from '#server/testing/drawings';
import { outcomeOf, refusalOf } from '#server/testing/outcomes';
import { createWorld } from '#server/testing/world';

const database = useDatabase();
const world = createWorld(database);
const { ctx } = world;
// tokens of consoles live for seconds, and pauses between too many are counted in them
world.freeze();

/** A user with a template of three VMs in a row, two of them in a network, and a zone to put it into. */
async function scene() {
  const owner = await world.person();
  const user = world.callerOf(owner);
  const topology: Topology = line(3);
  topology.networks.push({ key: 'lan', name: 'LAN', x: 0, y: 100 });
  topology.edges.push({ key: 'a1', source: 'vm1', target: 'lan' }, { key: 'a3', source: 'vm3', target: 'lan' });
  topology.vms = topology.vms.map((vm) => ({ ...vm, forwards: [{ protocol: 'tcp' as const, guestPort: 22 }] }));
  const template = await user.templates.create({ name: 'Line', topology });
  return { owner, user, template, zoneId: await world.zone() };
}

describe('a slice', () => {
  it('is a copy of the template, with addresses and sizes of its own', async () => {
    const { owner, user, template, zoneId } = await scene();
    const slice = await user.slices.create({ name: 'One', templateId: template.id, zoneId });
    expect(slice).toMatchObject({
      name: 'One',
      status: 'draft',
      owner: { id: owner.userId },
      zone: { id: zoneId, name: 'simulated', provider: 'simulator' },
      template: { id: template.id, name: 'Line' },
      templateRevision: 1,
      vms: 3,
      vmsRunning: 0,
      vcpus: 3,
      ramMb: 3072,
      diskGb: 6,
      busy: null,
      deployment: null,
    });
    expect(
      slice.edges.map(({ key, source, target, subnet, sourceAddress, targetAddress, status }) => [
        key,
        source,
        target,
        subnet,
        sourceAddress,
        targetAddress,
        status,
      ]),
    ).toEqual([
      ['e1', 'vm1', 'vm2', '10.0.0.0/30', '10.0.0.1/30', '10.0.0.2/30', 'absent'],
      ['e2', 'vm2', 'vm3', '10.0.0.4/30', '10.0.0.5/30', '10.0.0.6/30', 'absent'],
      ['a1', 'vm1', 'lan', '10.64.0.0/24', '10.64.0.1/24', null, 'absent'],
      ['a3', 'vm3', 'lan', '10.64.0.0/24', '10.64.0.2/24', null, 'absent'],
    ]);
    expect(slice.networks).toMatchObject([{ key: 'lan', name: 'LAN', subnet: '10.64.0.0/24', status: 'absent' }]);
    expect(slice.vmList[0]).toMatchObject({
      key: 'vm1',
      name: 'vm-1',
      flavour: { id: 1, name: 'nano' },
      image: { id: 1, name: 'tiny' },
      desired: 'absent',
      status: 'absent',
      forwards: [{ protocol: 'tcp', guestPort: 22, hostAddress: null, hostPort: null }],
      consoles: ['serial'],
      // of an image without an SSH server
      sshUser: null,
    });
    expect(await user.slices.get({ id: slice.id })).toEqual(slice);
    expect(slice.ownerSshKeys).toBe(0);
    await user.sshKeys.create({
      text: 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ2H0BUxjHdEqcqYQ5nLuw2WG4OzVx2VVCZl1xKVxQm6 ada@laptop',
    });
    expect(await user.slices.get({ id: slice.id })).toMatchObject({ ownerSshKeys: 1 });
    // later changes of what it was made from do not reach it
    await user.templates.update({ id: template.id, topology: line(1), baseRevision: 1 });
    await ctx.db.update(flavours).set({ ramMb: 2048 }).where(eq(flavours.id, 1));
    expect(await user.slices.get({ id: slice.id })).toMatchObject({ vms: 3, ramMb: 3072 });
    await user.templates.delete({ id: template.id });
    expect(await outcomeOf(user.slices.get({ id: slice.id }))).toBe('OK');
  });

  it('is made once for one idempotency key, however often and at once it is asked for', async () => {
    const { user, template, zoneId } = await scene();
    const input = { name: 'One', templateId: template.id, zoneId, idempotencyKey: 'key-of-this-form' };
    const made = await Promise.all([1, 2, 3, 4].map(() => user.slices.create(input)));
    expect(new Set(made.map(({ id }) => id)).size).toBe(1);
    expect((await user.slices.create({ ...input, name: 'Else' })).name).toBe('One');
    expect(await ctx.db.$count(slices)).toBe(1);
    // another user's key is another key
    const other = await scene2();
    expect((await other.create(input.idempotencyKey)).id).not.toBe(made[0]?.id);
  });

  async function scene2() {
    const user = world.callerOf(await world.person());
    const template = await user.templates.create({ name: 'Line', topology: line(1) });
    const { items } = await user.zones.list();
    const zoneId = items.find((zone) => zone.provider === 'simulator')?.id ?? 0;
    return {
      create: (idempotencyKey: string) =>
        user.slices.create({ name: 'One', templateId: template.id, zoneId, idempotencyKey }),
    };
  }

  it('has a name of its own, until it is destroyed', async () => {
    const { user, template, zoneId } = await scene();
    const one = await user.slices.create({ name: 'One', templateId: template.id, zoneId });
    expect(await refusalOf(user.slices.create({ name: 'ONE', templateId: template.id, zoneId }))).toMatchObject({
      code: 'NAME_TAKEN',
      field: 'name',
    });
    const two = await user.slices.create({ name: 'Two', templateId: template.id, zoneId });
    expect(await outcomeOf(user.slices.rename({ id: two.id, name: 'one' }))).toBe('NAME_TAKEN');
    expect(await user.slices.rename({ id: two.id, name: 'Three' })).toMatchObject({ name: 'Three' });
    await ctx.db.update(slices).set({ status: 'destroyed', deletedAt: new Date() }).where(eq(slices.id, one.id));
    expect(await outcomeOf(user.slices.rename({ id: two.id, name: 'one' }))).toBe('OK');
    expect(await outcomeOf(user.slices.rename({ id: one.id, name: 'ghost' }))).toBe('INVALID_TRANSITION');
    expect((await user.slices.list({})).items.map(({ name }) => name)).toEqual(['one']);
    expect((await user.slices.list({ includeDestroyed: true })).items).toHaveLength(2);
    expect((await user.slices.list({ status: 'destroyed' })).items.map(({ id }) => id)).toEqual([one.id]);
  });

  it('needs a template and a zone that can be used', async () => {
    const { user, template, zoneId } = await scene();
    const make = (input: { templateId?: number; zoneId?: number; name?: string }) =>
      outcomeOf(user.slices.create({ name: 'One', templateId: template.id, zoneId, ...input }));
    const closed = await world.zone({ name: 'closed', enabled: false });
    expect(await make({ zoneId: 999_999 })).toBe('ZONE_UNAVAILABLE');
    expect(await make({ zoneId: closed })).toBe('ZONE_UNAVAILABLE');
    expect(await make({ templateId: 999_999 })).toBe('NOT_FOUND');
    expect(await make({ name: '../x' })).toBe('INVALID_INPUT');
    expect(await make({ name: 'x'.repeat(300) })).toBe('INVALID_INPUT');
    const stranger = world.callerOf(await world.person());
    expect(await outcomeOf(stranger.slices.create({ name: 'One', templateId: template.id, zoneId }))).toBe('NOT_FOUND');
    expect(await ctx.db.$count(slices)).toBe(0);
  });

  it('is seen by its owner and by admins only', async () => {
    const { user, template, zoneId } = await scene();
    const { id, vmList } = await user.slices.create({ name: 'One', templateId: template.id, zoneId });
    const vmId = vmList[0]?.id ?? 0;
    await world.observed(vmId, 'running');
    const stranger = world.callerOf(await world.person());
    const instructor = world.callerOf(await world.person('instructor'));
    const admin = world.callerOf(await world.person('admin'));
    for (const caller of [stranger, instructor]) {
      expect((await caller.slices.list({})).items).toEqual([]);
      expect(await outcomeOf(caller.slices.list({ of: 'everyone' }))).toBe('FORBIDDEN');
      for (const call of [
        () => caller.slices.get({ id }),
        () => caller.slices.rename({ id, name: 'Theirs' }),
        () => caller.slices.events({ sliceId: id }),
        () => caller.slices.openConsole({ vmId }),
      ])
        expect(await outcomeOf(call())).toBe('NOT_FOUND');
    }
    expect((await admin.slices.list({})).items).toEqual([]);
    expect((await admin.slices.list({ of: 'everyone' })).items.map((slice) => slice.id)).toEqual([id]);
    expect(await admin.slices.get({ id })).toMatchObject({ id, name: 'One' });
    expect(await outcomeOf(admin.slices.openConsole({ vmId }))).toBe('OK');
  });

  it('previews its plan', async () => {
    const { user, template, zoneId } = await scene();
    const plan = await user.slices.preview({ templateId: template.id, zoneId });
    expect(plan).toMatchObject({ kind: 'deploy', needs: { vcpus: 3, ramMb: 3072, diskGb: 6 }, runnable: true });
    const stranger = world.callerOf(await world.person());
    expect(await outcomeOf(stranger.slices.preview({ templateId: template.id, zoneId }))).toBe('NOT_FOUND');
  });
});

describe('a name for a slice', () => {
  it('that is taken is answered with a free one, and one that is free with itself', async () => {
    const { user, template, zoneId } = await scene();
    const free = async (name: string) => (await user.slices.freeName({ name })).name;
    expect(await free('web')).toBe('web');
    await user.slices.create({ name: 'Web', templateId: template.id, zoneId });
    expect(await free('web')).toBe('web (2)');
    await user.slices.create({ name: 'web (2)', templateId: template.id, zoneId });
    expect(await free('web')).toBe('web (3)');
    const long = 'n'.repeat(63);
    await user.slices.create({ name: long, templateId: template.id, zoneId });
    expect(await free(long)).toBe(`${'n'.repeat(59)} (2)`);
    // what others have is no matter
    expect((await world.callerOf(await world.person()).slices.freeName({ name: 'web' })).name).toBe('web');
  });
});

describe('a list of slices', () => {
  it('comes in pages, the last changed first, with what runs', async () => {
    const { user, template, zoneId } = await scene();
    for (const name of ['a', 'b', 'c', 'd', 'e']) {
      await user.slices.create({ name, templateId: template.id, zoneId });
      world.pass(10);
    }
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const page: Awaited<ReturnType<typeof user.slices.list>> = await user.slices.list({ limit: 2, cursor });
      seen.push(...page.items.map((slice) => slice.name));
      cursor = page.nextCursor;
    } while (cursor !== null);
    expect(seen).toEqual(['e', 'd', 'c', 'b', 'a']);
    const [first] = (await user.slices.list({ search: 'c' })).items;
    const whole = await user.slices.get({ id: first?.id ?? 0 });
    await world.observed(whole.vmList[0]?.id ?? 0, 'running');
    await world.observed(whole.vmList[1]?.id ?? 0, 'starting');
    expect((await user.slices.list({ search: 'c' })).items).toMatchObject([{ name: 'c', vms: 3, vmsRunning: 1 }]);
    expect((await user.slices.list({ status: 'active' })).items).toEqual([]);
  });

  it('is narrowed by owner, template and zone, each of them with what else is asked', async () => {
    const { user, template, zoneId } = await scene();
    const other = world.callerOf(await world.person());
    const theirs = await other.templates.create({ name: 'Theirs', topology: line(1) });
    const admin = world.callerOf(await world.person('admin'));
    const names = async (query: Parameters<typeof admin.slices.list>[0], caller = admin) =>
      (await caller.slices.list(query)).items.map(({ name }) => name).toSorted();
    const elsewhere = await world.zone({ name: 'elsewhere' });
    const second = await user.templates.duplicate({ id: template.id });
    const made = await user.slices.create({ name: 'here', templateId: template.id, zoneId });
    await user.slices.create({ name: 'there', templateId: template.id, zoneId: elsewhere });
    await user.slices.create({ name: 'second', templateId: second.id, zoneId });
    await other.slices.create({ name: 'theirs', templateId: theirs.id, zoneId });
    const ownerId = made.owner.id;
    const all = { of: 'everyone', limit: 100 } as const;
    expect(await names({ ...all, ownerId })).toEqual(['here', 'second', 'there']);
    expect(await names({ ...all, ownerId, zoneId, search: 'e' })).toEqual(['here', 'second']);
    expect(await names({ ...all, zoneId: elsewhere })).toEqual(['there']);
    expect(await names({ ...all, ownerId, status: 'active' })).toEqual([]);
    expect(await names({ ...all, ownerId, mark: 'idle' })).toEqual([]);
    expect(await names({ of: 'mine', templateId: template.id }, user)).toEqual(['here', 'there']);
    expect(await names({ of: 'all', templateId: second.id, zoneId }, user)).toEqual(['second']);
    expect(await names({ of: 'mine', ownerId: ownerId + 1_000 }, user)).toEqual([]);
    // of a template that one does not see nobody is told what was made of it
    expect(await names({ ...all, templateId: template.id })).toEqual([]);
    const page = await admin.slices.list({ ...all, ownerId, limit: 2 });
    const next = await admin.slices.list({ ...all, ownerId, limit: 2, cursor: page.nextCursor });
    expect([...page.items, ...next.items].map(({ name }) => name).toSorted()).toEqual(['here', 'second', 'there']);
  });
});

describe('events', () => {
  it('are paged, newest first, and the slice says up to which it is current', async () => {
    const { user, template, zoneId } = await scene();
    const { id } = await user.slices.create({ name: 'One', templateId: template.id, zoneId });
    await inTransaction(ctx.db, (tx) =>
      appendEvents(tx, id, [
        { type: 'slice.drift', drifted: ['1'] },
        { type: 'slice.drift', drifted: ['2'] },
      ]),
    );
    const first = await user.slices.events({ sliceId: id, limit: 2 });
    expect(first.items.map(({ data }) => data)).toEqual([
      { type: 'slice.drift', drifted: ['2'] },
      { type: 'slice.drift', drifted: ['1'] },
    ]);
    const second = await user.slices.events({ sliceId: id, limit: 2, cursor: first.nextCursor });
    expect(second.items.map(({ data }) => data)).toEqual([{ type: 'slice.status', status: 'draft' }]);
    expect(second.nextCursor).toBeNull();
    expect((await user.slices.get({ id })).lastEventId).toBe(first.items[0]?.id);
  });
});

it('that something else changed was told as a status that had not: it is an event of its own', async () => {
  const { owner, user, template, zoneId } = await scene();
  const { id } = await user.slices.create({ name: 'One', templateId: template.id, zoneId });
  const guest = await world.person();
  const heir = await world.person();
  await user.slices.rename({ id, name: 'Two' });
  await user.slices.setRestart({ id, restartAfterReboot: true });
  await user.slices.share({ id, email: guest.email });
  await user.slices.unshare({ id, userId: guest.userId });
  const admin = world.callerOf(await world.person('admin'));
  await admin.users.delete({ id: owner.userId, templates: 'delete', slices: 'transfer', transferTo: heir.userId });
  const { items } = await world.callerOf(heir).slices.events({ sliceId: id });
  expect(items.map(({ data }) => data).reverse()).toEqual([
    { type: 'slice.status', status: 'draft' },
    { type: 'slice.changed', what: 'name', name: 'Two' },
    { type: 'slice.changed', what: 'restart' },
    { type: 'slice.changed', what: 'sharing' },
    { type: 'slice.changed', what: 'sharing' },
    { type: 'slice.changed', what: 'owner' },
  ]);
});

const envelope = z.tuple([z.string(), sliceNoticeSchema], z.unknown());

/** What a subscription yields, one by one. */
async function watching(caller: ReturnType<typeof world.callerOf>, lastEventId?: string) {
  const stream = await caller.slices.changes({ lastEventId });
  const iterator = stream[Symbol.asyncIterator]();
  return async () => {
    const { value, done } = await iterator.next();
    if (done === true) return null;
    // the caller hands out the envelope as it is, whatever its type says
    const [eventId, notice] = envelope.parse(value);
    return { eventId: Number(eventId), ...notice };
  };
}

describe('changes', () => {
  const append = async (sliceId: number, status: 'active' | 'failed') => {
    await inTransaction(ctx.db, (tx) => appendEvents(tx, sliceId, [{ type: 'slice.status', status }]));
    ctx.bus.notify(sliceId);
  };

  it('tell the owner and admins, each once, and nobody else', async () => {
    const { owner, user, template, zoneId } = await scene();
    const { id } = await user.slices.create({ name: 'One', templateId: template.id, zoneId });
    const stranger = await world.person();
    const theirs = world.callerOf(stranger);
    const theirTemplate = await theirs.templates.create({ name: 'T', topology: line(1) });
    const theirSlice = await theirs.slices.create({ name: 'T', templateId: theirTemplate.id, zoneId });
    const stop = new AbortController();
    const mine = await watching(world.callerOf(owner, { signal: stop.signal }));
    const other = await watching(world.callerOf(stranger, { signal: stop.signal }));
    const all = await watching(world.callerOf(await world.person('admin'), { signal: stop.signal }));
    // they begin with what comes from now on, whether they are read yet or not
    await append(theirSlice.id, 'failed');
    await append(id, 'active');
    expect(await mine()).toMatchObject({ sliceId: id, status: 'active' });
    expect(await other()).toMatchObject({ sliceId: theirSlice.id, status: 'failed' });
    expect(await all()).toMatchObject({ sliceId: theirSlice.id, status: 'failed' });
    expect(await all()).toMatchObject({ sliceId: id, status: 'active' });
    const next = [mine(), other(), all()];
    expect(listening()).toBe(3);
    // and hear what comes while they wait
    await append(id, 'failed');
    expect(await next[0]).toMatchObject({ sliceId: id, status: 'failed' });
    expect(await next[2]).toMatchObject({ sliceId: id, status: 'failed' });
    next[0] = mine();
    next[2] = all();
    stop.abort();
    expect(await Promise.all(next)).toEqual([null, null, null]);
    expect(listening()).toBe(0);
  });

  it('go on after an interruption, and find what was committed late with an earlier id', async () => {
    const { owner, user, template, zoneId } = await scene();
    const a = await user.slices.create({ name: 'A', templateId: template.id, zoneId });
    const b = await user.slices.create({ name: 'B', templateId: template.id, zoneId });
    const stop = new AbortController();
    const next = await watching(world.callerOf(owner, { signal: stop.signal }), String(b.lastEventId));
    // what happened just before is told again rather than risked
    const told = [await next(), await next()];
    expect(told.map((notice) => notice?.sliceId)).toEqual([a.id, b.id]);
    // a transaction that takes its id first and commits last
    let commit: () => void = () => {};
    let taken: () => void = () => {};
    const isTaken = new Promise<void>((resolve) => (taken = resolve));
    const held = new Promise<void>((resolve) => (commit = resolve));
    const slow = ctx.db.transaction(async (tx) => {
      await appendEvents(tx, a.id, [{ type: 'slice.status', status: 'failed' }]);
      taken();
      await held;
    });
    await isTaken;
    await append(b.id, 'active');
    const early = await next();
    expect(early).toMatchObject({ sliceId: b.id, status: 'active' });
    commit();
    await slow;
    ctx.bus.notify(a.id);
    const late = await next();
    expect(late).toMatchObject({ sliceId: a.id, status: 'failed' });
    expect(late?.eventId).toBeLessThan(early?.eventId ?? 0);
    stop.abort();
    expect(await next()).toBeNull();
  });

  /** How many listen to every slice. */
  let listeners = 0;
  const { listen } = ctx.bus;
  ctx.bus.listen = (key, listener) => {
    const leave = listen(key, listener);
    if (key === 'all') listeners += 1;
    return () => {
      if (key === 'all') listeners -= 1;
      leave();
    };
  };
  const listening = () => listeners;
});

describe('a console', () => {
  async function running() {
    const { owner, user, template, zoneId } = await scene();
    const slice = await user.slices.create({ name: 'One', templateId: template.id, zoneId });
    const vm = slice.vmList[0];
    if (vm === undefined) throw new Error('no VM');
    await world.observed(vm.id, 'running');
    return { owner, user, slice, vm, zoneId };
  }

  it('is opened with a token that works once, for its user', async () => {
    const { owner, user, slice, vm, zoneId } = await running();
    const ticket = await user.slices.openConsole({ vmId: vm.id });
    expect(ticket.path).toBe('/console');
    expect(ticket.token).toMatch(/^[\w-]{43}$/);
    const rows = await ctx.db.select().from(consoleTokens);
    expect(JSON.stringify(rows)).not.toContain(ticket.token);
    const both = await Promise.all([outcomeOf(redeem(ticket.token, owner)), outcomeOf(redeem(ticket.token, owner))]);
    expect(both.toSorted()).toEqual(['CONSOLE_TOKEN_INVALID', 'OK']);
    const again = await user.slices.openConsole({ vmId: vm.id });
    expect(await redeemConsoleToken(ctx, { token: again.token })).toMatchObject({
      userId: owner.userId,
      sliceId: slice.id,
      vmId: vm.id,
      vmName: 'vm-1',
      zone: { id: zoneId, name: 'simulated', provider: 'simulator', homeId: null },
    });
    expect(await outcomeOf(redeem('nonsense', owner))).toBe('CONSOLE_TOKEN_INVALID');
  });

  it('is a graphical one only of a VM that was started with it, whatever is wanted of its next start', async () => {
    const { owner, user, slice, vm } = await running();
    const shown = async () => (await user.slices.get({ id: slice.id })).vmList[0]?.consoles;
    const row = eq(sliceVms.id, vm.id);
    await ctx.db
      .update(sliceVms)
      .set({ properties: { graphics: true } })
      .where(row);
    expect(await shown()).toEqual(['serial']);
    expect(await outcomeOf(user.slices.openConsole({ vmId: vm.id, kind: 'vnc' }))).toBe('CONSOLE_UNAVAILABLE');
    const applied = { digest: '1:0', properties: { graphics: true } };
    await ctx.db.update(sliceVms).set({ applied, properties: null }).where(row);
    expect(await shown()).toEqual(['serial', 'vnc']);
    for (const kind of ['serial', 'vnc'] as const) {
      const { token } = await user.slices.openConsole({ vmId: vm.id, kind });
      expect(await redeemConsoleToken(ctx, { actor: owner, token })).toMatchObject({ kind });
    }
  });

  it('token that was refused is spent', async () => {
    const { owner, user, vm } = await running();
    const { token } = await user.slices.openConsole({ vmId: vm.id });
    expect(await outcomeOf(redeem(token, await world.person()))).toBe('CONSOLE_TOKEN_INVALID');
    expect(await outcomeOf(redeem(token, owner))).toBe('CONSOLE_TOKEN_INVALID');
  });

  it('token expires, and dies with its user', async () => {
    const { owner, user, vm } = await running();
    const late = await user.slices.openConsole({ vmId: vm.id });
    world.pass(30_001);
    expect(await outcomeOf(redeem(late.token, owner))).toBe('CONSOLE_TOKEN_INVALID');
    const orphan = await user.slices.openConsole({ vmId: vm.id });
    await ctx.db.update(users).set({ disabledAt: new Date() }).where(eq(users.id, owner.userId));
    expect(await outcomeOf(redeem(orphan.token, owner))).toBe('CONSOLE_TOKEN_INVALID');
  });

  it('is refused, with the reason, while the VM does not run', async () => {
    const { user, vm } = await running();
    await world.observed(vm.id, 'stopped');
    expect(await refusalOf(user.slices.openConsole({ vmId: vm.id }))).toMatchObject({
      code: 'CONSOLE_UNAVAILABLE',
      message: 'vm-1 has no console now: it is stopped. Start it first.',
    });
    await world.observed(vm.id, 'starting');
    expect(await outcomeOf(user.slices.openConsole({ vmId: vm.id }))).toBe('OK');
  });

  it('cannot be asked for without end', async () => {
    const { user, vm } = await running();
    const outcomes: string[] = [];
    for (let n = 0; n < 121; n += 1) outcomes.push(await outcomeOf(user.slices.openConsole({ vmId: vm.id })));
    expect(outcomes.slice(0, 120).every((outcome) => outcome === 'OK')).toBe(true);
    expect(outcomes[120]).toBe('RATE_LIMITED');
  });

  it('can be opened steadily without being throttled for ever', async () => {
    const { owner, user, vm } = await running();
    for (let n = 0; n < 130; n += 1) {
      const { token } = await user.slices.openConsole({ vmId: vm.id });
      expect(await outcomeOf(redeem(token, owner)), `opening ${n}`).toBe('OK');
    }
  });

  /** As the transport would wrap what it gets. */
  function redeem(token: string, actor: { userId: number }) {
    return redeemConsoleToken(ctx, { actor, token }).catch((cause: unknown) => {
      throw new Error('refused', { cause });
    });
  }
});

describe('a slice’s history', () => {
  it('goes with nothing but its slice', async () => {
    const { user, template, zoneId } = await scene();
    const { id } = await user.slices.create({ name: 'One', templateId: template.id, zoneId });
    await user.slices.rename({ id, name: 'Two' });
    expect(await ctx.db.$count(events, eq(events.sliceId, id))).toBe(2);
  });
});
