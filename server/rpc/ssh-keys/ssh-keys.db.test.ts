import { eq } from 'drizzle-orm';
import { describe, expect, test } from 'vitest';
import { useDatabase } from '#db/testing/database';
import { images } from '#drizzle/schema/catalogue';
import { slices } from '#drizzle/schema/slices';
import { loadSliceModel } from '#server/db/queries/slice-model';
import { specsOf } from '#server/domain/deployments/specs';
import { deleteUser } from '#server/domain/users/delete';
import { sshKeyLimits } from '#shared/ssh-key';
import { line } from '#server/testing/drawings';
import { refusalOf } from '#server/testing/outcomes';
import { createWorld } from '#server/testing/world';

const world = createWorld(useDatabase());

/** A key of Ed25519 that ends in this number. */
function key(number: number): string {
  const name = 'ssh-ed25519';
  const blob = Buffer.alloc(4 + name.length + 4 + 32);
  blob.writeUInt32BE(name.length, 0);
  blob.write(name, 4);
  blob.writeUInt32BE(32, 4 + name.length);
  blob.writeUInt32BE(number, blob.length - 4);
  return `${name} ${blob.toString('base64')}`;
}

describe('SSH keys of an account', () => {
  test('those of a text are added, each once, and called by what stands behind them', async () => {
    const api = world.callerOf(await world.person());
    const text = ['# of the forge', key(1), '', `${key(2)} ada@laptop`, `${key(2)} the same`].join('\r\n');
    const { added, known } = await api.sshKeys.create({ text, name: 'forge' });
    expect(added.map(({ name }) => name)).toEqual(['forge', 'the same']);
    expect(known).toEqual([]);
    const again = await api.sshKeys.create({ text: `${key(2)} other`, name: 'mine' });
    expect(again).toEqual({ added: [], known: [added[1]] });
    expect((await api.sshKeys.create({ text: `${key(3)} a/b <c>`, name: 'mine' })).added).toMatchObject([
      { name: 'mine' },
    ]);
    expect((await api.sshKeys.create({ text: `${key(4)} a/b <c>` })).added).toMatchObject([{ name: 'a-b -c-' }]);
    expect((await api.sshKeys.create({ text: key(5) })).added).toMatchObject([
      { name: 'ssh-ed25519', publicKey: `${key(5)} ssh-ed25519` },
    ]);
    expect((await api.sshKeys.list()).items).toHaveLength(5);
  });

  test('one line that is no key refuses all of the text, and says which', async () => {
    const api = world.callerOf(await world.person());
    const refused = await refusalOf(api.sshKeys.create({ text: `${key(1)}\n\nssh-ed25519 AAAA` }));
    expect(refused).toMatchObject({
      code: 'INVALID_INPUT',
      field: 'text',
      sentences: [{ code: 'SSH_KEY_DAMAGED', params: { line: 3 } }],
    });
    const secret = '-----BEGIN OPENSSH PRIVATE KEY-----\nb3Bl';
    expect(await refusalOf(api.sshKeys.create({ text: secret }))).toMatchObject({
      sentences: [{ code: 'SSH_KEY_PRIVATE' }],
    });
    expect(await refusalOf(api.sshKeys.create({ text: '# nothing\n' }))).toMatchObject({
      sentences: [{ code: 'SSH_KEY_NONE' }],
    });
    expect((await api.sshKeys.list()).items).toEqual([]);
  });

  test('one account has so many, also of those that are added at once', async () => {
    const api = world.callerOf(await world.person());
    const text = (from: number, count: number) => Array.from({ length: count }, (_, at) => key(from + at)).join('\n');
    await api.sshKeys.create({ text: text(0, sshKeyLimits.perUser - 2) });
    const at = [100, 200].map((from) => api.sshKeys.create({ text: text(from, 2) }));
    const outcomes = await Promise.allSettled(at);
    expect(outcomes.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    expect((await api.sshKeys.list()).items).toHaveLength(sshKeyLimits.perUser);
  });

  test('are the account’s own, and go with it', async () => {
    const [owner, other, admin] = [await world.person(), await world.person(), await world.person('admin')];
    const api = world.callerOf(owner);
    const [mine] = (await api.sshKeys.create({ text: `${key(1)} mine` })).added;
    const id = mine?.id ?? 0;
    const stranger = world.callerOf(other);
    expect(await refusalOf(stranger.sshKeys.delete({ id }))).toMatchObject({ code: 'NOT_FOUND' });
    // the same key may be of several accounts
    expect((await stranger.sshKeys.create({ text: `${key(1)} theirs` })).added).toHaveLength(1);
    const { templateId, zoneId } = {
      templateId: (await api.templates.create({ name: 'Lab', topology: line(1) })).id,
      zoneId: await world.zone(),
    };
    const slice = await api.slices.create({ name: 'One', templateId, zoneId });
    const keysOf = async () => (await loadSliceModel(world.ctx.db, slice.id)).sshKeys;
    expect(await keysOf()).toEqual([`${key(1)} mine`]);
    await world.ctx.db.update(slices).set({ ownerId: other.userId }).where(eq(slices.id, slice.id));
    expect(await keysOf()).toEqual([`${key(1)} theirs`]);
    // a guest without a disk has nobody who listens for SSH
    for (const [kind, told] of [
      ['disk', [`${key(1)} theirs`]],
      ['kernel', []],
    ] as const) {
      await world.ctx.db.update(images).set({ kind });
      expect(specsOf(await loadSliceModel(world.ctx.db, slice.id)).vm(slice.vmList[0]?.id ?? 0)?.sshKeys).toEqual(told);
    }
    await stranger.sshKeys.delete({ id: (await stranger.sshKeys.list()).items[0]?.id ?? 0 });
    expect(await keysOf()).toEqual([]);
    await world.ctx.db.update(slices).set({ ownerId: owner.userId }).where(eq(slices.id, slice.id));
    const choice = { id: owner.userId, templates: 'delete', slices: 'destroy' } as const;
    await deleteUser(world.ctx, { actor: admin, choice });
    expect(await keysOf()).toEqual([]);
  });
});
