import { readConfig } from '#server/config';
import { listen, PortTakenError } from '#server/http/listen';
import { serve, type ServeOptions } from '#server/main';
import { ensureMachine } from './setup/ensure-machine';
import { thisMachine } from './setup/machine';
import { buildClientIfStale } from './build-client';
import { emulationNotice, usableDataFolder } from './first-run';
import { withMachineLock } from '#db/machine-lock';
import { openDatabaseServer } from '#db/open';

/**
 * From a clone to a running server: takes the port, installs what the machine lacks and builds the client if that is
 * needed, starts the database, serves. Ends the process with one line when that cannot be.
 */
export async function launch(options: Pick<ServeOptions, 'root' | 'development' | 'providers'>): Promise<void> {
  const say = (line: string) => console.log(line);
  try {
    const config = readConfig(process.env, options.root);
    // the port first: nothing else is worth starting without it
    const relay = config.relayUrl === null ? [] : [new URL(config.relayUrl).hostname];
    const listener = await listen({ ...config, allowedHosts: [...config.allowedHosts, ...relay] });
    await takeFolder(config.dataDir, say);
    const vms = ['qemu', 'internet', 'debian'] as const;
    const wanted = config.databaseUrl === null ? (['database', ...vms] as const) : vms;
    const machine = thisMachine(process.env);
    await Promise.all([
      // without leave to install, it only says what lacks
      ensureMachine({
        want: wanted,
        log: say,
        machine: config.mayInstall ? machine : { ...machine, isRoot: () => false },
      }),
      options.development ? undefined : buildClientIfStale(options.root, say),
    ]);
    const notice = await emulationNotice();
    if (notice !== null) say(notice);
    await serve({ ...options, config, listener, openDatabaseServer, say });
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    console.error(error instanceof PortTakenError || process.env['TRAMA_DEBUG'] !== '1' ? error.message : error);
    process.exit(1);
  }
}

/**
 * Holds the data folder until this process ends, however it ends: its VMs have one monitor each, for one server. Waits
 * for a server that is stopping.
 */
async function takeFolder(dataDir: string, say: (line: string) => void): Promise<void> {
  const folder = await usableDataFolder(dataDir);
  const waiting = setTimeout(() => say(`Waiting for the Trama that still uses ${folder}.`), 500);
  await new Promise<void>((resolve, reject) => {
    const hold = () => {
      resolve();
      return new Promise<never>(() => {});
    };
    withMachineLock(`server of ${folder}`, hold, 15_000).catch((cause: unknown) => {
      const sentence = `Trama runs already on ${folder}. Give this one a folder of its own: TRAMA_DATA=other-folder npm start`;
      reject(new Error(sentence, { cause }));
    });
  }).finally(() => clearTimeout(waiting));
}
