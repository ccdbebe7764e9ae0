/**
 * A server process that works on deployments until it kills itself with -9 at an act or commit: `tsx dying-server.ts DATABASE_URL
 * FOLDER AT before|after`, FOLDER of what is simulated.
 */
import { openDatabase } from '#server/db/client';
import { openSimulatorState } from '#server/providers/simulator/simulator-files';
import { createSimulatorProvider } from '#server/providers/simulator/simulator-provider';
import { Life } from '#server/provisioning/life';
import { createProvisioning } from '#server/provisioning/provisioning';
import { testContext } from './context';
import { testOptions } from './provisioning';

const [url = '', folder = '', at = '', when = ''] = process.argv.slice(2);
const life = new Life(Number(at), when === 'after' ? 'after' : 'before', () => process.kill(process.pid, 'SIGKILL'));
const state = await openSimulatorState(folder);
const { db } = openDatabase(url);
const context = testContext(life.database(db), life.provider(createSimulatorProvider({ state })));
createProvisioning(context, testOptions).worker.start();
