import { once } from 'node:events';
import { lstat, mkdir, mkdtemp, readdir, rm, symlink } from 'node:fs/promises';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { cutJoin, offerSocket } from './join-sockets';
import { ZoneFolder } from './zone-folder';

let root: string;
let folder: ZoneFolder;
const listening: net.Server[] = [];

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'joins-'));
  folder = await ZoneFolder.open(root, { kind: 'server' });
  for (const path of ['s1/n5', 's2/n6']) await mkdir(join(root, path), { recursive: true });
});
afterEach(async () => {
  for (const server of listening.splice(0)) server.close();
  await folder.close();
  await rm(root, { recursive: true });
});

/** A socket of a hub; that it is a stream's makes no difference to names. */
async function socketAt(path: string): Promise<net.Server> {
  const server = net.createServer();
  server.listen(join(root, path));
  await once(server, 'listening');
  listening.push(server);
  return server;
}

const hub = { sliceId: 1, name: 'n5' } as const;
const out = () => join(root, 'joins/7/s2/out');
const modeOf = async (path: string) => ((await lstat(path)).mode & 0o777).toString(8);

test('a hub’s socket has a second name, in a folder that only the other slice passes through', async () => {
  await socketAt('s1/n5/j7');
  await offerSocket(folder, 7, hub, 2);
  await offerSocket(folder, 7, hub, 2);
  expect((await lstat(out())).ino).toBe((await lstat(join(root, 's1/n5/j7'))).ino);
  expect(await readdir(join(root, 'joins/7/s2'))).toEqual(['out']);
  expect([await modeOf(join(root, 'joins')), await modeOf(join(root, 'joins/7'))]).toEqual(['711', '711']);
  expect([await modeOf(join(root, 'joins/7/s2')), await modeOf(out())]).toEqual(['710', '602']);
  const client = net.connect(out());
  await once(client, 'connect');
  client.destroy();
});

test('a hub that was started anew has the name of its new socket', async () => {
  const first = await socketAt('s1/n5/j7');
  await offerSocket(folder, 7, hub, 2);
  first.close();
  await rm(join(root, 's1/n5/j7'), { force: true });
  await socketAt('s1/n5/j7');
  await offerSocket(folder, 7, hub, 2);
  expect((await lstat(out())).ino).toBe((await lstat(join(root, 's1/n5/j7'))).ino);
});

test('what is no socket of the hub is given no name', async () => {
  await socketAt('s2/n6/e1');
  await symlink('../../s2/n6/e1', join(root, 's1/n5/j7'));
  await expect(offerSocket(folder, 7, hub, 2)).rejects.toThrow(/is no socket/);
  expect(await readdir(join(root, 'joins/7/s2'))).toEqual([]);
  await expect(offerSocket(folder, 8, hub, 2)).rejects.toThrow(/ENOENT/);
});

test('a join that is cut leaves nothing, and others alone', async () => {
  for (const id of [7, 8]) {
    await socketAt(`s1/n5/j${id}`);
    await offerSocket(folder, id, hub, 2);
  }
  await cutJoin(folder, 7);
  await cutJoin(folder, 7);
  expect(await readdir(join(root, 'joins'))).toEqual(['8']);
  await cutJoin(folder, 8);
  expect((await readdir(root)).toSorted()).toEqual(['s1', 's2']);
});
