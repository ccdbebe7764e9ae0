import { lstat, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { linkInPlace } from '#server/lib/atomic-file';
import { chooseVmUsers } from './vm-users';
import { ZoneFolder } from './zone-folder';

const users = await chooseVmUsers();

test.skipIf(users.kind !== 'perSlice')('a slice gets its user while links in it are replaced', async () => {
  if (users.kind !== 'perSlice') return;
  const base = await mkdtemp(join(tmpdir(), 'trama-zone-'));
  onTestFinished(() => rm(base, { recursive: true }));
  const root = join(base, 'zones', '1');
  const before = await ZoneFolder.open(root, { kind: 'shared', user: users.former });
  const links = Array.from({ length: 40 }, (_, edge) => join(before.machinePath(3, 'v1'), `o${edge}`));
  await before.writeRecord(3, 'v1', {});
  for (const link of links) await linkInPlace('../v2/e1', link);
  await before.close();

  const folder = await ZoneFolder.open(root, users);
  onTestFinished(() => folder.close());
  let settled = false;
  const replacing = links.map(async (link) => {
    while (!settled) await linkInPlace('../v2/e2', link);
  });
  await folder.settleUser(3).finally(() => (settled = true));
  await Promise.all(replacing);
  const { uid } = await lstat(folder.machinePath(3, 'v1'));
  expect(uid).toBe((await lstat(folder.slicePath(3))).gid);
  expect(uid).not.toBe(users.former.uid);
});
