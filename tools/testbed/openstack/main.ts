/**
 * `npm run test:openstack [-- --vms N]`: a real OpenStack of the distribution's packages (Keystone, Glance, Placement, Neutron, Nova), whose guests
 * are pretended by Nova's own driver for tests, and what zones on OpenStack do there. Ends with 1 when something is not as it should be; where the machine cannot have
 * it, it says why and ends with 0.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { whyNot } from './packages';
import { prove } from './prove';
import { startTestbed } from './testbed';

const { values } = parseArgs({ options: { vms: { type: 'string', default: '100' } } });
const say = (line: string) => process.stdout.write(`${line}\n`);

const reason = await whyNot();
if (reason !== null) {
  say(`Skipped: no testbed of OpenStack here. ${reason}`);
} else {
  const folder = await mkdtemp(path.join(tmpdir(), 'trama-openstack-'));
  const began = Date.now();
  const log = (line: string) => say(`${((Date.now() - began) / 1000).toFixed(0).padStart(4)} s  ${line}`);
  const testbed = await startTestbed({ folder, log });
  try {
    await prove(testbed, { vms: Number(values.vms), log });
    log('All is as it should be.');
  } catch (error) {
    log(`Failed: ${error instanceof Error ? error.stack : String(error)}`);
    process.exitCode = 1;
  } finally {
    await testbed.stop();
    if (process.exitCode !== 1) await rm(folder, { recursive: true, force: true });
    else log(`Logs are in ${folder}/log.`);
  }
}
