import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import type { CloudSettings } from '#server/providers/openstack/client/settings';
import { createOpenStackProvider } from '#server/providers/openstack/openstack-provider';
import { cleared, deployedOnce, destroy, lookerOf, mark, run } from './small-slice';

/**
 * A server that dies (kill -9) at random instants, in turn of a deploy and of a destroy; another one then does the same to its end. Nothing may be there twice,
 * and nothing may be left.
 */
export async function proveKills(
  settings: CloudSettings,
  { kills, log }: { kills: number; log: (line: string) => void },
): Promise<void> {
  const looker = await lookerOf(settings);
  const provider = createOpenStackProvider({ mark, settings, log: (message) => log(`    ${message}`) });
  try {
    await cleared(settings);
    // how long each takes when nobody kills it
    const wholeMs = { deploy: await dying(settings, 'deploy', null), destroy: await dying(settings, 'destroy', null) };
    assert.deepEqual(await looker.names(), []);
    const half: string[] = [];
    for (let done = 0; done < kills; done += 1) {
      const what = done % 2 === 0 ? 'deploy' : 'destroy';
      const atMs = Math.random() * wholeMs[what];
      await dying(settings, what, atMs);
      const left = (await looker.names()).length;
      half.push(`${what} ${(atMs / 1000).toFixed(1)} s, ${left}`);
      if (what === 'deploy') await deployedOnce(provider, looker);
      else {
        await run(provider, destroy);
        assert.deepEqual(await looker.names(), []);
      }
    }
    // of an odd number the last deploy is still there
    await run(provider, destroy);
    assert.deepEqual(await looker.names(), []);
    log(`Kills, each with its instant and how many things were there then: ${half.join('; ')}.`);
    log(`${kills} times killed at a random instant: 0 duplicates, 0 orphans.`);
  } finally {
    await provider.close();
    looker.close();
  }
}

/** A process that deploys or destroys, and is killed so long after it has begun; without that it ends by itself. How long it took. */
async function dying(settings: CloudSettings, what: 'deploy' | 'destroy', killAfterMs: number | null): Promise<number> {
  const child = spawn(process.execPath, ['--import', 'tsx', path.join(import.meta.dirname, 'dying-zone.ts'), what], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, TRAMA_TESTBED_SETTINGS: JSON.stringify(settings) },
  });
  const ended = once(child, 'exit');
  // it says when it begins
  await Promise.race([once(child.stdout, 'data'), ended]);
  const began = Date.now();
  const timer = killAfterMs === null ? undefined : setTimeout(() => child.kill('SIGKILL'), killAfterMs);
  const [code] = (await ended) as [number | null];
  clearTimeout(timer);
  if (code !== 0 && code !== null) throw new Error(`A ${what} ended with ${code}.`);
  return Date.now() - began;
}
