import { hostname } from 'node:os';
import path from 'node:path';
import packageJson from '../package.json' with { type: 'json' };
import { ensureFirstAdmin } from '#server/domain/auth/first-admin';
import { internetLimitsOf } from '#server/domain/internet/limits';
import { openDatabase, type DatabaseHandle } from '#server/db/client';
import { systemClock } from '#server/lib/clock';
import { withoutRepeats } from '#server/lib/log-repeats';
import { createLogger, type Logger } from '#server/lib/logger';
import { trustAnswers } from '#server/rpc/answers';
import { createApp, type App } from './app';
import type { Config } from './config';
import { developmentPages, type DevelopmentPages } from './http/development';
import { homeIdentity } from './home-identity';
import type { Listener } from './http/listen';
import { builtPages } from './http/pages';
import { createProviderRegistry } from './provider-registry';
import { sessionSecret } from './secret';

/** The database that this server works on, migrated and seeded. */
export interface DatabaseServer {
  url: string;
  /** It has ended and waits for room on its disk. */
  lacksRoom?: () => boolean;
  /** Stops it, if it is ours. */
  stop(): Promise<void>;
}

export interface ServeOptions {
  root: string;
  development: boolean;
  config: Config;
  listener: Listener;
  openDatabaseServer: (config: Config, say: (line: string) => void) => Promise<DatabaseServer>;
  say: (line: string) => void;
  /** Others than this machine's own, for benches. */
  providers?: typeof createProviderRegistry;
}

const impatientAfterMs = 2_000;
/** A part that has not closed by then is given up. */
const closeTimeoutMs = 15_000;

/**
 * Serves until SIGINT or SIGTERM; then ends cleanly, also while it is still starting. Running VMs go on and are adopted by
 * the next start. Rejects, having let go of everything, when it cannot start.
 */
export async function serve(options: ServeOptions): Promise<void> {
  const { listener, say } = options;
  const log = withoutRepeats(createLogger(), systemClock);
  process.on('unhandledRejection', (error) => log.error('unhandled rejection', { error }));

  const parts: Parts = {};
  let stoppingSince: number | null = null;
  const stopping = () => stoppingSince !== null;
  // before anything is started, so that no signal finds nobody
  let starting = Promise.resolve();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(signal, () => {
      // npm passes a Ctrl-C on that the terminal has sent to us already; a later one is a person who will not wait
      if (stoppingSince !== null) {
        if (Date.now() - stoppingSince > impatientAfterMs) process.exit(1);
        return;
      }
      stoppingSince = Date.now();
      say('Stopping. VMs that run go on running.');
      // the consoles are told why before their connections are closed
      const closing = parts.app?.close();
      const closed = Promise.allSettled([closing, listener.close(), starting]);
      void closed.then(() => letGo(options, parts, log)).then((clean) => process.exit(clean ? 0 : 1));
    });
  try {
    starting = start(options, parts, log, stopping);
    await starting;
  } catch (error) {
    // what was interrupted has not failed
    if (stopping()) return;
    await letGo(options, parts, log);
    throw error;
  }
}

/** What has been started so far. */
interface Parts {
  databaseServer?: DatabaseServer;
  database?: DatabaseHandle;
  development?: DevelopmentPages;
  app?: App;
}

/** Fills `parts` one by one; leaves off as soon as the server is to stop. */
async function start(options: ServeOptions, parts: Parts, log: Logger, stopping: () => boolean): Promise<void> {
  const { config, listener, say } = options;
  const databaseServer = (parts.databaseServer = await options.openDatabaseServer(config, say));
  if (stopping()) return;
  const database = (parts.database = openDatabase(databaseServer.url, {
    lacksRoom: databaseServer.lacksRoom,
    onContention: (conflict) => log.warn('a lock conflict in the database', { ...conflict }),
  }));
  const jwtSecret = await sessionSecret(config.secret, config.dataDir);
  const providers = (options.providers ?? createProviderRegistry)({
    ...config,
    jwtSecret,
    log,
    internetLimits: ({ id }) => internetLimitsOf(database.db, id),
  });
  if (options.development) parts.development = await developmentPages(options.root, listener.server);
  const { development } = parts;
  const built = path.join(options.root, 'dist', 'client');
  if (stopping()) return;
  const identity = await homeIdentity(config.dataDir);
  if (!options.development) trustAnswers();
  const app = (parts.app = createApp({
    home: {
      signs: {
        identity,
        host: hostname(),
        relayUrl: config.relayUrl ?? listener.peerUrl,
        version: packageJson.version,
      },
      // the embedded one is in this data folder, too
      exclusive: config.databaseUrl === null,
    },
    config,
    database,
    providers,
    jwtSecret,
    pages: development?.pages ?? builtPages(built),
    assets: development === undefined ? built : null,
    log,
  }));
  await app.ready;
  const admin = await ensureFirstAdmin(app.domain, config.admin);
  listener.setHandlers({ request: development?.wrap(app.request) ?? app.request, upgrade: app.upgrade });

  // in one piece; a password that was made is said in any case: it cannot be had again
  const lines = ['', ...(stopping() ? [] : [`  Trama is ready: ${listener.url}`])];
  if (admin !== null)
    lines.push(
      '',
      '  The first account, shown only this once:',
      `    e-mail    ${admin.email}`,
      `    password  ${admin.password}`,
    );
  say([...lines, ''].join('\n'));
}

/** Ends what was started. Whatever fails, the rest is ended too, the database last. Answers whether nothing failed. */
async function letGo({ listener }: ServeOptions, parts: Parts, log: Logger): Promise<boolean> {
  let clean = true;
  for (const end of [
    () => listener.close(),
    () => parts.app?.close(),
    () => parts.development?.close(),
    () => parts.database?.close(),
    () => parts.databaseServer?.stop(),
  ])
    try {
      await within(closeTimeoutMs, Promise.resolve(end()));
    } catch (error) {
      log.error('stopping failed', { error });
      clean = false;
    }
  return clean;
}

/** Rejects when `work` takes longer. The timer also keeps the process alive while nothing else does. */
async function within(milliseconds: number, work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const tooLong = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`not closed within ${milliseconds} ms`)), milliseconds);
  });
  await Promise.race([work, tooLong]).finally(() => clearTimeout(timer));
}
