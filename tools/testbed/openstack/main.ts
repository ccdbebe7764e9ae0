/**
 * `npm run test:openstack [-- --vms N]`: a real OpenStack of the distribution's packages (Keystone, Glance, Placement, Neutron, Nova), whose guests
 * are pretended by Nova's own driver for tests, and what zones on OpenStack do there. With `--guests real` three of them run, and what is in them is asked at
 * their consoles; `--token-seconds N` has tokens end so soon. With `--kills N` it is only
 * proven that who is killed so often leaves nothing twice and nothing over. Ends with 1 when something is not as it should be, with 77 where this
 * machine cannot have it (in `--ready-within MINUTES`), and says why. In `--rounds N` each call goes wrong in so many of six ways. `up FOLDER` leaves such a cloud running, `prove FOLDER` does the same on that one as often
 * as one likes, `down FOLDER` ends it.
 */
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { whyNot } from './packages';
import { prove } from './prove';
import { openTestbed, startTestbed, stopTestbed, type Testbed } from './testbed';

const { values, positionals } = parseArgs({
  options: {
    vms: { type: 'string', default: '100' },
    'ready-within': { type: 'string', default: '60' },
    rounds: { type: 'string', default: '6' },
    kills: { type: 'string', default: '0' },
    guests: { type: 'string', default: 'pretended' },
    'token-seconds': { type: 'string', default: '3600' },
  },
  allowPositionals: true,
});
const nothingToTest = 77;
const began = Date.now();
const log = (line: string) =>
  process.stdout.write(`${((Date.now() - began) / 1000).toFixed(0).padStart(4)} s  ${line}\n`);

async function proved(testbed: Testbed): Promise<boolean> {
  try {
    await prove(testbed, { vms: Number(values.vms), rounds: Number(values.rounds), kills: Number(values.kills), log });
    log('All is as it should be.');
    return true;
  } catch (error) {
    log(`Failed: ${error instanceof Error ? error.stack : String(error)}`);
    process.exitCode = 1;
    return false;
  }
}

async function started(folder: string): Promise<Testbed | null> {
  try {
    return await startTestbed({
      folder,
      log,
      minutes: Number(values['ready-within']),
      guests: values.guests === 'real' ? 'real' : 'pretended',
      tokenSeconds: Number(values['token-seconds']),
    });
  } catch (error) {
    log(`SKIPPED: no OpenStack comes up here: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = nothingToTest;
    return null;
  }
}

async function upAndDown(): Promise<void> {
  let ending: Promise<void> | null = null;
  const folder = await mkdtemp(path.join(tmpdir(), 'trama-openstack-'));
  // `npm test` ends what takes too long; services that name their processes anew it does not find
  // and says so until it has ended
  for (const name of ['SIGTERM', 'SIGINT'] as const)
    process.on(name, () => void (ending ??= stopTestbed(folder).finally(() => process.exit(1))));
  const testbed = await started(folder);
  const works = testbed !== null && (await proved(testbed));
  await stopTestbed(folder);
  const logs = path.join(folder, 'log');
  if (works || !existsSync(logs)) await rm(folder, { recursive: true, force: true });
  else log(`Logs are in ${logs}.`);
}

const [command, folder] = positionals;
const reason = await whyNot();
if (reason !== null) {
  log(`SKIPPED: no OpenStack can be had here: ${reason}`);
  process.exitCode = nothingToTest;
} else if (command === undefined) await upAndDown();
else if (folder === undefined) throw new Error(`Of which folder? ${command} FOLDER`);
else if (command === 'up') await started(folder);
else if (command === 'prove') await proved(await openTestbed(folder));
else if (command === 'down') await stopTestbed(folder);
else throw new Error(`up, prove or down, not ${command}.`);
