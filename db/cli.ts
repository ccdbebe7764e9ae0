import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, existsSync } from 'node:fs';
import { open, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { parseArgs } from 'node:util';
import { createGzip } from 'node:zlib';
import { moveIntoPlace } from '#server/lib/atomic-file';
import { checkDatabaseFiles, drizzleKit } from './check';
import { databaseName } from './database-url';
import { dumpDatabase } from './dump';
import { explainDatabaseError } from './explain-error';
import { emptyDatabase, importDatabase } from './import';
import { writeInit } from './init-sql';
import { migrate, seedDatabase } from './migrate';
import { DatabaseServerError } from './server-process';
import { resolveDatabaseUrl } from './url';

const root = path.resolve(import.meta.dirname, '..');
const usage = `Usage: npm run db:<command> [-- options]
  generate [--name words]   write a migration for what changed in drizzle/schema, and db/init
  migrate                   bring the database to this version
  check                     fail when migrations or db/init are stale
  studio                    browse the database
  seed                      add missing base rows
  reset [--yes] [--force]   empty the database and make it anew
  dump [--out file]         write the database as SQL; packed when the name ends in .gz
  import file [--force]     load such a file ("-": from the standard input)`;

const say = (line: string) => void process.stderr.write(`${line}\n`);

/** For people; never with the password. */
const nameOf = (url: string) => `The database ${databaseName(url)} on ${new URL(url).host}`;

/** Runs `work` on the database of this clone, and ends an embedded one afterwards, also on Ctrl-C. */
async function withDatabaseUrl(work: (url: string) => Promise<void>): Promise<void> {
  const { url, embedded } = await resolveDatabaseUrl({ env: process.env, root, log: say });
  const interrupt = () => {
    void (embedded?.stop() ?? Promise.resolve()).finally(() => process.exit(130));
  };
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
  try {
    await work(url);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new Error(explainDatabaseError(error, url) ?? message, { cause: error });
  } finally {
    await embedded?.stop();
  }
}

async function runDrizzleKit(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<void> {
  const child = spawn(process.execPath, [drizzleKit, ...args], {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, ...env },
  });
  const [code] = await once(child, 'exit');
  if (code !== 0 && code !== null) throw new DatabaseServerError(`drizzle-kit ${args[0]} failed.`);
}

async function dump(url: string, out: string | undefined): Promise<void> {
  const text = Readable.from(dumpDatabase(url), { objectMode: true });
  if (out === undefined) return pipeline(text, process.stdout);
  // a dump that was cut off never has the name of a whole one
  const partial = `${out}.partial`;
  const file = createWriteStream(partial, { mode: 0o600 });
  try {
    await (out.endsWith('.gz') ? pipeline(text, createGzip({ level: 6 }), file) : pipeline(text, file));
    await moveIntoPlace(partial, out);
  } finally {
    await rm(partial, { force: true });
  }
}

async function readable(file: string): Promise<Readable> {
  try {
    return (await open(file)).createReadStream();
  } catch (cause) {
    throw new DatabaseServerError(`The file ${file} cannot be read.`, { cause });
  }
}

async function confirmed(question: string): Promise<boolean> {
  if (!process.stdin.isTTY) throw new DatabaseServerError('There is nobody to ask: add --yes.');
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(es)?$/i.test((await terminal.question(question)).trim());
  } finally {
    terminal.close();
  }
}

async function main(argv: readonly string[]): Promise<void> {
  const [command, ...args] = argv;
  if (command === 'generate') {
    await runDrizzleKit(['generate', ...args]);
    await writeInit();
    return;
  }
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: command === 'import',
    options: {
      yes: { type: 'boolean', default: false },
      force: { type: 'boolean', default: false },
      out: { type: 'string' },
    },
  });
  switch (command) {
    case 'migrate':
      return withDatabaseUrl(async (url) => {
        await migrate(url);
        say(`${nameOf(url)} has the schema of this version.`);
      });
    case 'seed':
      return withDatabaseUrl(async (url) => {
        await seedDatabase(url);
        say(`${nameOf(url)} has its base rows.`);
      });
    case 'studio':
      return withDatabaseUrl((url) => runDrizzleKit(['studio'], { DATABASE_URL: url }));
    case 'dump':
      return withDatabaseUrl(async (url) => {
        await dump(url, values.out);
        if (values.out !== undefined) say(`Written to ${values.out}.`);
      });
    case 'check': {
      const problems = await checkDatabaseFiles();
      if (problems.length > 0) throw new DatabaseServerError(problems.join('\n'));
      return say('Migrations and db/init are fresh.');
    }
    case 'reset':
      return withDatabaseUrl(async (url) => {
        const name = `${databaseName(url)} on ${new URL(url).host}`;
        if (!values.yes && !(await confirmed(`Delete everything in the database ${name}? [y/N] `))) return;
        if (!values.force) await refuseOverSlices();
        await emptyDatabase(url, { force: values.force });
        await migrate(url);
        say(`The database ${name} is as new.`);
      });
    case 'import': {
      const [file] = positionals;
      if (file === undefined) throw new DatabaseServerError(usage);
      const source = file === '-' ? process.stdin : await readable(file);
      return withDatabaseUrl(async (url) => {
        if (!values.force) await refuseOverSlices();
        const count = await importDatabase(url, source, { force: values.force });
        say(`${count} statements.`);
      });
    }
    default:
      throw new DatabaseServerError(usage);
  }
}

/**
 * Another database would take the VMs that are in the data folder for its own: they are known by the ids of their rows.
 * Throws while there are any.
 */
async function refuseOverSlices(): Promise<void> {
  const zones = path.resolve(root, process.env['TRAMA_DATA'] || '.trama', 'zones');
  const entries = await readdir(zones, { recursive: true }).catch(() => []);
  if (!entries.some((entry) => /^[^/]+\/s\d+$/.test(entry))) return;
  throw new DatabaseServerError(
    `Slices still have VMs in ${zones}. Destroy them first, or add --force to leave them behind.`,
  );
}

// as `npm start` does
if (existsSync(path.join(root, '.env'))) process.loadEnvFile(path.join(root, '.env'));
try {
  await main(process.argv.slice(2));
} catch (error) {
  say(error instanceof Error ? error.message : String(error));
  if (process.env['TRAMA_DEBUG'] !== undefined) console.error(error);
  process.exitCode = 1;
}
