import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, open, rm, stat, statfs } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { openDatabase } from '#server/db/client';
import { isDatabaseFull } from '#server/db/errors';
import { startEmbedded, type EmbeddedDatabase } from './embedded';
import { findRunningServer, untilEnded } from './running-server';
import { findServer } from './server-binary';
import { useServer } from './testing/database';
import { bringMysql } from './testing/mysql-from-packages';

const server = useServer();
vi.setConfig({ testTimeout: 300_000, hookTimeout: 120_000 });
const root = path.resolve(import.meta.dirname, '..');

const find: typeof findServer = async () => {
  if (server.product === 'mariadb') return findServer(['mariadb']);
  const brought = await bringMysql(path.join(root, '.trama/cache/mysql'));
  return 'binary' in brought ? brought.binary : null;
};

let disk = '';
let mounted = false;
let database: EmbeddedDatabase | null = null;

beforeEach(async () => {
  await mkdir(path.join(root, '.trama'), { recursive: true });
  disk = await mkdtemp(path.join(root, '.trama/test-full-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=512m,mode=0755', 'tmpfs', disk], { stdio: 'pipe' });
    mounted = true;
  } catch {
    mounted = false;
  }
});

afterEach(async () => {
  await database?.stop();
  database = null;
  if (mounted) execFileSync('umount', [disk]);
  await rm(disk, { recursive: true, force: true });
});

/** Leaves nothing free. */
async function fill(file: string): Promise<void> {
  const handle = await open(file, 'w');
  try {
    const block = Buffer.alloc(2 ** 20);
    for (let size = block.length; size >= 4096;)
      try {
        const { bytesWritten } = await handle.write(block, 0, size);
        if (bytesWritten === 0) size = Math.floor(size / 2);
      } catch {
        size = Math.floor(size / 2);
      }
  } finally {
    await handle.close();
  }
}

test('a database that ended on a full disk was started and died again every few seconds', async (context) => {
  if (!mounted) context.skip('a small file system cannot be mounted here: that takes root');
  const folder = path.join(disk, 'db');
  const lines: string[] = [];
  let looks = 0;
  database = await startEmbedded(folder, {
    findServer: find,
    log: (line) => lines.push(line),
    freeBytes: async (where) => {
      looks += 1;
      const { bavail, bsize } = await statfs(where);
      return bavail * bsize;
    },
  });
  const { lacksRoom, url } = database;
  const handle = openDatabase(url, { lacksRoom });
  const count = () => handle.pool.query('select count(*) as n from t').then(([rows]) => rows);
  try {
    await handle.pool.query('create table t (a int)');
    await handle.pool.query('insert into t values (7)');
    const running = await findRunningServer(path.join(folder, 'data'));
    if (running === null) throw new Error('no server');
    lines.length = 0;

    await fill(path.join(disk, 'filler'));
    process.kill(running.pid, 'SIGKILL');
    await untilEnded(running.pid, 60_000);
    await expect.poll(lacksRoom, { timeout: 60_000 }).toBe(true);
    const { mtimeMs } = await stat(path.join(folder, 'server.log'));
    const seen = looks;
    await expect.poll(() => looks, { timeout: 120_000 }).toBeGreaterThan(seen + 5);

    // it waits: nobody has tried to start it, and one line says why
    expect((await stat(path.join(folder, 'server.log'))).mtimeMs).toBe(mtimeMs);
    expect(await findRunningServer(path.join(folder, 'data'))).toBeNull();
    expect(lines).toEqual([expect.stringMatching(/disk that holds .* is full: it comes back when there is room/)]);
    for (const call of [count, () => handle.db.execute('select 1'), () => handle.db.transaction(async () => {})]) {
      const error: unknown = await call().catch((reason: unknown) => reason);
      expect(isDatabaseFull(error), String(error)).toBe(true);
    }

    await rm(path.join(disk, 'filler'));
    await expect.poll(() => count().catch(() => null), { timeout: 180_000 }).toEqual([{ n: 1 }]);
    await expect.poll(lacksRoom, { timeout: 60_000 }).toBe(false);
    expect(lines).toHaveLength(2);
    expect(lines[1]).toMatch(/back/);
  } finally {
    await handle.close();
  }
});
