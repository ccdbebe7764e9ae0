import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { copyFile, open, readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildPackage } from '../package/build';
import { openSession } from '../rig/api';
import { freePort, makeDataDir, removeDataDir, root, startTrama, type TramaServer } from '../rig/trama-server';
import { tramaCli } from './trama-cli';

const run = promisify(execFile);
const eva = { name: 'Eva', email: 'eva@example.org', password: 'correct horse battery' };
const bytes = 300_000_000;
let dataDir: string;
let server: TramaServer;
let trama: ReturnType<typeof tramaCli>;
let file: string;

beforeAll(async () => {
  dataDir = await makeDataDir();
  await buildPackage(root);
  server = await startTrama({ dataDir, port: await freePort() });
  const session = openSession(server.url);
  await session.api.auth.register.mutate(eva);
  trama = tramaCli({ XDG_CONFIG_HOME: path.join(dataDir, 'config') });
  const login = ['login', server.url, '--email', eva.email, '--password-stdin'];
  const { code, stderr } = await trama.run(login, `${eva.password}\n`);
  if (code !== 0) throw new Error(stderr);
  file = path.join(dataDir, 'disk.raw');
  const handle = await open(file, 'w');
  for (let left = bytes; left > 0; left -= 10_000_000) await handle.write(randomBytes(10_000_000));
  // as a disk that boots
  await handle.write(Buffer.from([0x55, 0xaa]), 0, 2, 510);
  await handle.write(Buffer.alloc(64), 0, 64, 446);
  await handle.close();
});
afterAll(async () => {
  await server?.stop();
  await removeDataDir(dataDir);
});

const received = async () => {
  const { items } = (await trama.json(['images', 'uploads'])) as { items: { id: number; receivedBytes: number }[] };
  return items[0]?.receivedBytes ?? 0;
};
const left = (folder: string) => readdir(path.join(dataDir, folder)).catch(() => []);

test('300 MB by the command line, interrupted by Ctrl-C and by a server that is killed, become the image that was sent', async () => {
  const first = trama.open(['images', 'upload', file, '--name', 'mine'], 'terminal');
  await first.until(/disk\.raw [1-9]\d* %.*MiB\/s/);
  first.type('\u0003');
  expect(await first.code()).toBe(130);
  const there = await received();
  expect(there).toBeGreaterThan(0);
  expect(there).toBeLessThan(bytes);

  const second = trama.open(['images', 'upload', file, '--name', 'mine'], 'pipe');
  await expect.poll(received).toBeGreaterThan(there);
  const { url } = server;
  await server.kill();
  server = await startTrama({ dataDir, port: Number(new URL(url).port) });
  // it goes on by itself
  expect(await second.code()).toBe(0);
  const { stdout: sum } = await run('sha256sum', [file]);
  expect(second.text()).toContain(sum.slice(0, 64));

  const { items } = (await trama.json(['images', 'list', '--search', 'mine'])) as {
    items: { name: string; sha256: string; sizeMb: number; visibility: string }[];
  };
  expect(items).toMatchObject([{ name: 'mine', visibility: 'private' }]);
  const kept = path.join(dataDir, 'images', 'own', `${items[0]?.sha256}.qcow2`);
  const compared = await run('qemu-img', ['compare', '-f', 'raw', '-F', 'qcow2', file, kept]);
  expect(compared.stdout).toContain('identical');
  expect(await left('uploads')).toEqual([]);
});

test('as fast as it may be beside `cp`, which is told', async () => {
  const began = performance.now();
  await copyFile(file, path.join(dataDir, 'copy'));
  await run('sync', [path.join(dataDir, 'copy')]);
  const copying = performance.now() - began;
  await rm(path.join(dataDir, 'copy'));
  const { size } = await stat(file);
  const sending = performance.now();
  expect((await trama.run(['images', 'upload', file, '--name', 'again', '--no-wait'])).code).toBe(0);
  const took = performance.now() - sending;
  const speed = (ms: number) => `${Math.round(size / 1e6 / (ms / 1_000))} MB/s`;
  process.stdout.write(`\nUpload of ${size / 1e6} MB: ${speed(took)}; cp and sync: ${speed(copying)}\n`);
});
