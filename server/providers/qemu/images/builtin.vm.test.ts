import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm, utimes } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { tiny } from '../../contract-fixtures';
import { ImageStore } from './image-store';

/** Built-in images, made of the packages of this machine's distribution. */
const base = resolve('.trama/test');
let root: string;

beforeAll(async () => {
  await mkdir(base, { recursive: true });
  root = await mkdtemp(join(base, 'builtin-'));
});
afterAll(() => rm(root, { recursive: true }));

test('a server killed while it builds leaves nothing half: the next ones build it once, and say how far they are', async () => {
  const program = `
    import { ImageStore } from ${JSON.stringify(resolve('server/providers/qemu/images/image-store.ts'))};
    await new ImageStore(${JSON.stringify(root)}).ensure(${JSON.stringify(tiny)});`;
  const builder = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', program], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const ended = once(builder, 'exit');
  const unfinished = async () => (await readdir(root)).filter((name) => name.endsWith('.tmp'));
  const begun = async () => (await Promise.all((await unfinished()).map((name) => readdir(join(root, name))))).flat();
  await expect.poll(begun, { timeout: 120_000, interval: 20 }).not.toEqual([]);
  builder.kill('SIGKILL');
  await ended;
  expect(await unfinished()).toHaveLength(1);

  const stores = [new ImageStore(root), new ImageStore(root)] as const;
  expect(await stores[0].state(tiny)).toEqual({ state: 'absent' });
  const built = Promise.all(stores.map((store) => store.ensure(tiny)));
  const progress = async () => (await Promise.all(stores.map((store) => store.state(tiny)))).map(told);
  await expect.poll(async () => Math.max(...(await progress())), { timeout: 120_000, interval: 50 }).toBeGreaterThan(8);
  const [one, other] = await built;
  expect(one).toEqual(other);
  expect((await readdir(root)).filter((name) => name.startsWith('tiny-'))).toHaveLength(1);
  expect(await stores[1].isWhole(one?.key ?? '')).toBe(true);

  // pruning takes what the killed one left, once nobody can be at work with it any more
  const [left = ''] = await unfinished();
  await utimes(join(root, left), new Date(0), new Date(0));
  await stores[0].prune([tiny], new Set());
  expect(await unfinished()).toEqual([]);
  expect(await stores[0].state(tiny)).toMatchObject({ state: 'verified' });
});

/** MiB in all of the packages that are being fetched. */
function told(state: Awaited<ReturnType<ImageStore['state']>>): number {
  return state.state === 'fetching' ? (state.totalMb ?? 0) : 0;
}
