import { eq, sql } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { useDatabase } from '#db/testing/database';
import { auditLog } from '#drizzle/schema/audit';
import type { AuditEntry } from '#shared/audit';
import { limits } from '#shared/limits';
import { auditRows, type AuditFilters } from '#server/db/queries/audit';
import { recordAudit } from '#server/domain/audit';
import { line } from '#server/testing/drawings';
import { outcomeOf } from '#server/testing/outcomes';
import { createWorld, password, type Caller } from '#server/testing/world';

const database = useDatabase({ fresh: true });
const world = createWorld(database);
const { ctx } = world;

async function people() {
  const admin = await world.person('admin');
  const user = await world.person();
  const other = await world.person();
  return {
    admin,
    user,
    other,
    as: { admin: world.callerOf(admin), user: world.callerOf(user), other: world.callerOf(other) },
  };
}

async function pages(read: (cursor: string | null) => ReturnType<Caller['audit']['list']>): Promise<AuditEntry[]> {
  const seen: AuditEntry[] = [];
  let cursor: string | null = null;
  do {
    const page = await read(cursor);
    seen.push(...page.items);
    cursor = page.nextCursor;
  } while (cursor !== null);
  return seen;
}

describe('a deed', () => {
  it('says who did it, from where and with what', async () => {
    const { user, as } = await people();
    const token = await world.tokenOf({ ...user, ip: '192.0.2.7' }, ['templates:manage']);
    const program = world.callerOf({ ...token, ip: '2001:db8::1' });
    const { id } = await program.templates.create({ name: 'Lab', topology: line(1) });
    await as.user.templates.update({ id, name: 'Laboratory' });
    await as.user.tokens.revoke({ id: token.tokenId });
    const [revoked, updated, created] = (await as.user.audit.mine({})).items;
    expect(created).toMatchObject({
      user: { id: user.userId, email: user.email },
      action: 'templates.create',
      objectType: 'template',
      objectId: id,
      ip: '2001:db8::1',
      // as it was called, though it is gone
      token: { id: token.tokenId, kind: 'pat', name: 'test' },
      result: 'OK',
      details: { name: 'Lab' },
    });
    expect(updated).toMatchObject({ token: { id: user.tokenId, kind: 'session', name: null } });
    expect(revoked).toMatchObject({ action: 'tokens.revoke', objectId: token.tokenId });
  });

  it('that was refused is there too, with what it was for and nothing else of the input', async () => {
    const { user, other, as } = await people();
    const template = await as.user.templates.create({ name: 'Lab', topology: line(1) });
    const zoneId = await world.zone();
    const slice = await as.user.slices.create({ name: 'One', templateId: template.id, zoneId });
    const { id } = slice;
    await as.user.slices.share({ id, email: other.email });
    const { id: vmId = 0, name: vmName = '' } = slice.vmList[0] ?? {};
    const flavourName = (await as.user.flavours.list({})).items.find((flavour) => flavour.id === 1)?.name ?? '';
    const otherName = (await as.other.auth.me()).user?.name ?? '';
    const refused = [
      [() => as.other.slices.rename({ id, name: 'secret name' }), 'slices.rename', 'slice', id, 'One', null],
      [
        () => as.other.deployments.start({ sliceId: id, kind: 'destroy' }),
        'deployments.start',
        'slice',
        id,
        'One',
        { kind: 'destroy', vmId: null },
      ],
      [
        () => as.other.deployments.start({ sliceId: id, kind: 'stop', vmId }),
        'deployments.start',
        'slice',
        id,
        'One',
        { kind: 'stop', vmId, vm: vmName },
      ],
      [() => as.other.flavours.retire({ id: 1 }), 'flavours.retire', 'flavour', 1, flavourName, null],
      [() => as.other.users.disable({ id: other.userId }), 'users.disable', 'user', other.userId, otherName, null],
      // whose name is none of theirs to know
      [() => as.other.users.disable({ id: user.userId }), 'users.disable', 'user', user.userId, null, null],
      [
        () => as.other.users.createService({ name: 'secret name', role: 'admin' }),
        'users.create-service',
        null,
        null,
        null,
        null,
      ],
    ] as const;
    for (const [call, action, objectType, objectId, objectName, details] of refused) {
      expect(await outcomeOf(call())).toBe('FORBIDDEN');
      expect((await as.other.audit.mine({ limit: 1 })).items).toMatchObject([
        { action, objectType, objectId, objectName, result: 'FORBIDDEN', details, user: { id: other.userId } },
      ]);
    }
    const reader = world.callerOf(await world.tokenOf(other, ['slices:read', 'account:read']));
    expect(await outcomeOf(reader.slices.unshare({ id, userId: other.userId }))).toBe('FORBIDDEN');
    expect((await as.other.audit.mine({ limit: 1 })).items).toMatchObject([
      { action: 'slices.unshare', token: { kind: 'pat', name: 'test' }, result: 'FORBIDDEN' },
    ]);
    // who may only view may open a console; a token that may only read may not
    expect(await outcomeOf(reader.slices.openConsole({ vmId }))).toBe('FORBIDDEN');
    expect((await as.other.audit.mine({ limit: 1 })).items).toMatchObject([
      {
        action: 'slices.open-console',
        objectType: 'slice_vm',
        objectId: vmId,
        objectName: vmName,
        result: 'FORBIDDEN',
      },
    ]);
    expect((await as.other.audit.mine({ result: 'refused' })).items).toHaveLength(refused.length + 2);
    expect(JSON.stringify(await ctx.db.select().from(auditLog))).not.toContain('secret name');
  });

  it('that was refused does not tell the name of what its doer may not see', async () => {
    const { other, as } = await people();
    const template = await as.user.templates.create({ name: 'hidden template', topology: line(1) });
    const slice = await as.user.slices.create({
      name: 'hidden slice',
      templateId: template.id,
      zoneId: await world.zone(),
    });
    const deployment = await as.user.deployments.start({ sliceId: slice.id, kind: 'deploy' });
    const vmId = slice.vmList[0]?.id ?? 0;
    const { info } = await as.user.tokens.create({ name: 'hidden token', scopes: ['read'] });
    // refused for its scopes, before anybody has looked whether there is such a thing
    const narrow = world.callerOf(await world.tokenOf(other, ['account:read']));
    for (const call of [
      () => narrow.slices.rename({ id: slice.id, name: 'x' }),
      () => narrow.slices.openConsole({ vmId }),
      () => narrow.deployments.start({ sliceId: slice.id, kind: 'stop', vmId }),
      () => narrow.deployments.cancel({ id: deployment.id }),
      () => narrow.templates.delete({ id: template.id }),
      () => narrow.tokens.revoke({ id: info.id }),
      () => narrow.users.disable({ id: 1 }),
    ])
      expect(await outcomeOf(call())).toBe('FORBIDDEN');
    const { items } = await as.other.audit.mine({ result: 'refused' });
    expect(items.map(({ objectType, objectName }) => [objectType, objectName])).toEqual([
      ['user', null],
      ['api_token', null],
      ['template', null],
      ['deployment', null],
      ['slice', null],
      ['slice_vm', null],
      ['slice', null],
    ]);
    expect(JSON.stringify(items)).not.toContain('hidden');
    expect(JSON.stringify(items)).not.toContain(slice.vmList[0]?.name);
  });

  it('is not what was only looked at, mistyped, out of sight or not possible now', async () => {
    const { user, as } = await people();
    const template = await as.user.templates.create({ name: 'Lab', topology: line(1) });
    const before = await ctx.db.$count(auditLog);
    expect(await outcomeOf(as.user.audit.list({}))).toBe('FORBIDDEN');
    expect(await outcomeOf(as.user.slices.list({ of: 'everyone' }))).toBe('FORBIDDEN');
    expect(await outcomeOf(as.other.templates.delete({ id: template.id }))).toBe('NOT_FOUND');
    expect(await outcomeOf(as.user.templates.create({ name: 'Lab', topology: line(1) }))).toBe('NAME_TAKEN');
    expect(await outcomeOf(as.user.templates.share({ id: template.id, email: user.email }))).toBe('INVALID_INPUT');
    expect(await outcomeOf(world.callerOf(null).templates.delete({ id: template.id }))).toBe('UNAUTHENTICATED');
    expect(await ctx.db.$count(auditLog)).toBe(before);
  });

  it('that is refused again and again does not fill the log, and does not keep others from theirs', async () => {
    const { other, as } = await people();
    const refusals = () => ctx.db.$count(auditLog, eq(auditLog.result, 'FORBIDDEN'));
    for (let n = 0; n < 80; n += 1) expect(await outcomeOf(as.user.flavours.retire({ id: 1 }))).toBe('FORBIDDEN');
    // the pauses double, so that few come in afterwards, however slow this machine is
    expect(await refusals()).toBeGreaterThanOrEqual(60);
    expect(await refusals()).toBeLessThan(80);
    await outcomeOf(as.other.flavours.retire({ id: 1 }));
    expect(await ctx.db.$count(auditLog, eq(auditLog.userId, other.userId))).toBe(1);
  });

  it('that cannot be written down is refused all the same', async () => {
    const { as } = await people();
    const { insert } = ctx.db;
    ctx.db.insert = () => {
      throw new Error('the disk is full');
    };
    try {
      expect(await outcomeOf(as.user.flavours.retire({ id: 1 }))).toBe('FORBIDDEN');
    } finally {
      ctx.db.insert = insert;
    }
  });

  it('of a failed sign-in is a refusal, of the account where there is one', async () => {
    const { user, as } = await people();
    const login = (email: string) => world.callerOf(null).auth.login({ email, password: `${password}?` });
    expect(await outcomeOf(login(user.email))).toBe('INVALID_CREDENTIALS');
    expect(await outcomeOf(login('nobody@example.org'))).toBe('INVALID_CREDENTIALS');
    const { items } = await as.admin.audit.list({ action: 'auth.login-failed' });
    expect(items).toMatchObject([
      { user: null, result: 'INVALID_CREDENTIALS', token: null },
      { user: { id: user.userId }, result: 'INVALID_CREDENTIALS' },
    ]);
    expect((await as.user.audit.mine({})).items).toHaveLength(1);
  });
});

describe('the log', () => {
  /** Deeds of two users, an hour apart each. */
  async function written() {
    const { admin, user, other, as } = await people();
    const start = Date.parse('2026-01-01T00:00:00.000Z');
    const deeds = [
      { actor: user, action: 'templates.create', objectType: 'template', objectId: 7 },
      { actor: other, action: 'slices.create', objectType: 'slice', objectId: 7 },
      { actor: user, action: 'slices.rename', objectType: 'slice', objectId: 7 },
      { actor: user, action: 'slices.rename', objectType: 'slice', objectId: 8, result: 'FORBIDDEN' as const },
      { actor: other, action: 'slicesx', objectType: 'slice', objectId: 9 },
      { actor: admin, action: 'zones.update', objectType: 'zone', objectId: 1 },
    ];
    for (const [n, { actor, ...deed }] of deeds.entries()) {
      await recordAudit(ctx.db, actor, { ...deed, details: { n } });
      await ctx.db
        .update(auditLog)
        .set({ createdAt: new Date(start + n * 3_600_000) })
        .where(eq(auditLog.objectId, deed.objectId));
    }
    return { admin, user, other, as };
  }
  const numbers = (items: readonly AuditEntry[]) => items.map((entry) => entry.details?.['n']);

  it('is read newest first, page by page', async () => {
    const { as } = await written();
    const all = await pages((cursor) => as.admin.audit.list({ limit: 4, cursor }));
    expect(numbers(all)).toEqual([5, 4, 3, 2, 1, 0]);
    const exact = await pages((cursor) => as.admin.audit.list({ limit: 3, cursor }));
    expect(exact).toEqual(all);
    expect(await outcomeOf(as.admin.audit.list({ cursor: 'junk' }))).toBe('INVALID_INPUT');
  });

  it('is filtered by each of its sides', async () => {
    const { user, other, as } = await written();
    const found = async (query: Parameters<typeof as.admin.audit.list>[0]) =>
      numbers((await as.admin.audit.list(query)).items);
    expect(await found({ userId: user.userId })).toEqual([3, 2, 0]);
    expect(await found({ action: 'slices.rename' })).toEqual([3, 2]);
    expect(await found({ action: 'slices.' })).toEqual([3, 2, 1]);
    expect(await found({ action: 'slices' })).toEqual([]);
    expect(await found({ action: '%.' })).toEqual([]);
    expect(await found({ action: '' })).toHaveLength(6);
    expect(await found({ objectType: 'slice' })).toEqual([4, 3, 2, 1]);
    expect(await found({ objectType: 'slice', objectId: 7 })).toEqual([2, 1]);
    expect(await found({ result: 'refused' })).toEqual([3]);
    expect(await found({ result: 'ok' })).toEqual([5, 4, 2, 1, 0]);
    expect(await found({ from: '2026-01-01T03:00:00.000Z' })).toEqual([5, 4, 3]);
    // the end is exclusive; what was of the object 7 was moved together
    expect(await found({ from: '2026-01-01T03:00:00.000Z', until: '2026-01-01T05:00:00.000Z' })).toEqual([4, 3]);
    expect(await found({ userId: other.userId, result: 'ok', action: 'slices.' })).toEqual([1]);
  });

  it('with only an end, or only a beginning, all of it was read: what is outside is left unread', async () => {
    const { user, as } = await people();
    const start = Date.parse('2026-01-01T00:00:00.000Z');
    const minutes = 12_000;
    const at = (minute: number) => new Date(start + minute * 60_000);
    const rows = Array.from({ length: minutes }, (_, n) => ({
      userId: user.userId,
      action: 'auth.login',
      details: { n },
      createdAt: at(n),
    }));
    for (let from = 0; from < rows.length; from += 1_000)
      await ctx.db.insert(auditLog).values(rows.slice(from, from + 1_000));
    const query = { action: 'auth.', limit: 20 };
    const ends = await as.admin.audit.list({ ...query, until: at(6_000).toISOString() });
    expect(numbers(ends.items)).toEqual(Array.from({ length: 20 }, (_, n) => 5_999 - n));
    // its next page, too
    const rest = await as.admin.audit.list({ ...query, until: at(30).toISOString(), cursor: null });
    expect(numbers(rest.items)[0]).toBe(29);
    const reads = (filters: AuditFilters, order: 'newest' | 'oldest') =>
      ctx.db.transaction(async (tx) => {
        await tx.execute(sql`flush status`);
        await auditRows(tx, { filters, order, after: null, limit: 21 });
        const [status] = await tx.execute(sql`show session status like 'Handler_read_%'`);
        const counts = z.array(z.object({ Variable_name: z.string(), Value: z.coerce.number() })).parse(status);
        return counts.reduce((sum, { Value }) => sum + Value, 0);
      });
    const old = at(6_000).toISOString();
    expect(await reads({ until: old }, 'newest')).toBeLessThan(1_000);
    expect(await reads({ from: old }, 'oldest')).toBeLessThan(1_000);
    // few are left there: nothing before them is read to find more
    expect(await reads({ from: at(minutes - 5).toISOString() }, 'newest')).toBeLessThan(1_000);
  });

  it('shows to a user their own deeds only', async () => {
    const { user, other, as } = await written();
    const mine = await pages((cursor) => as.user.audit.mine({ limit: 2, cursor }));
    expect(numbers(mine)).toEqual([3, 2, 0]);
    expect(new Set(mine.map((entry) => entry.user?.id))).toEqual(new Set([user.userId]));
    expect(numbers((await as.other.audit.mine({ objectId: 7 })).items)).toEqual([1]);
    expect(numbers((await as.other.audit.mine({ action: 'slices.' })).items)).toEqual([1]);
    const narrow = world.callerOf(await world.tokenOf(other, ['slices:manage']));
    expect(await outcomeOf(narrow.audit.mine({}))).toBe('FORBIDDEN');
    for (const role of ['user', 'instructor'] as const) {
      const caller = world.callerOf(await world.person(role));
      expect(await outcomeOf(caller.audit.list({}))).toBe('FORBIDDEN');
      expect(await outcomeOf(caller.audit.export({}))).toBe('FORBIDDEN');
      expect((await caller.audit.mine({})).items).toEqual([]);
    }
  });

  it('is exported oldest first, as CSV and as lines of JSON', async () => {
    const { user, as } = await written();
    const csv = await as.admin.audit.export({ userId: user.userId });
    expect(csv.nextCursor).toBeNull();
    expect(csv.fileName).toMatch(/^audit-log-\d{4}-\d\d-\d\d\.csv$/);
    const lines = csv.text.split('\r\n');
    expect(lines[0]).toBe(
      'id,at,user_id,user_email,user_name,action,object_type,object_id,ip,token_id,token_kind,token_name,result,details,' +
        'object_name,what,on,who,outcome,note',
    );
    expect(lines.slice(1)).toEqual([
      expect.stringContaining(`${user.email},`),
      expect.stringContaining(',slices.rename,slice,7,'),
      expect.stringMatching(/,FORBIDDEN,"\{""n"":3\}",,Rename slice,Slice 8,\w+ \d+,Refused,$/),
      '',
    ]);
    const jsonl = await as.admin.audit.export({ format: 'jsonl', action: 'slices.rename' });
    expect(jsonl.text.endsWith('\n')).toBe(true);
    const entries = jsonl.text
      .trimEnd()
      .split('\n')
      .map((text) => JSON.parse(text) as AuditEntry);
    expect(numbers(entries)).toEqual([2, 3]);
    expect(entries.toReversed()).toMatchObject((await as.admin.audit.list({ action: 'slices.rename' })).items);
  });

  it('is exported in pieces that make one file, with what a spreadsheet would run made harmless', async () => {
    const { user, as } = await people();
    const rows = Array.from({ length: 4_100 }, (_, n) => ({
      userId: user.userId,
      action: 'auth.login',
      tokenId: 1,
      tokenKind: 'pat' as const,
      tokenName: n === 0 ? '=cmd|calc' : 'plain',
    }));
    for (let from = 0; from < rows.length; from += 500)
      await ctx.db.insert(auditLog).values(rows.slice(from, from + 500));
    const pieces: string[] = [];
    let cursor: string | null = null;
    do {
      const piece: Awaited<ReturnType<typeof as.admin.audit.export>> = await as.admin.audit.export({ cursor });
      pieces.push(piece.text);
      cursor = piece.nextCursor;
    } while (cursor !== null);
    expect(pieces.map((text) => text.split('\r\n').length - 1)).toEqual([2_001, 2_000, 100]);
    const lines = pieces.join('').split('\r\n').slice(0, -1);
    expect(lines.filter((text) => text.startsWith('id,'))).toHaveLength(1);
    const ids = lines.slice(1).map((text) => Number(text.split(',', 1)[0]));
    expect(ids).toEqual(ids.toSorted((one, two) => one - two));
    expect(lines[1]).toContain(",pat,'=cmd|calc,OK,");
    expect(limits.pageSize).toBeLessThan(2_000);
  });
});
