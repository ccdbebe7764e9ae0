/** A zone's provider in a process of its own, which may be killed: `tsx dying-zone.ts deploy|destroy`, its settings in the environment. */
import { createOpenStackProvider } from '#server/providers/openstack/openstack-provider';
import { openSettings } from '#shared/zone-settings';
import { deploy, destroy, mark, run } from './small-slice';

const settings = openSettings.parse(JSON.parse(process.env['TRAMA_TESTBED_SETTINGS'] ?? ''));
if (settings.provider !== 'openstack') throw new Error('These are no settings of a cloud.');
const provider = createOpenStackProvider({ mark, settings, log: () => undefined });
process.stdout.write('begins\n');
await run(provider, process.argv[2] === 'deploy' ? deploy : destroy);
await provider.close();
