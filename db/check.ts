import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { initFolder, staleInit } from './init-sql';
import { migrationsFolder } from './migrations';

const run = promisify(execFile);
const root = path.resolve(import.meta.dirname, '..');
export const drizzleKit = path.join(root, 'node_modules/drizzle-kit/bin.cjs');
const schemaFiles = './drizzle/schema/*.ts';

export interface CheckOptions {
  migrations?: string;
  init?: string;
  /** As drizzle-kit wants it: a pattern relative to the clone. */
  schema?: string;
}

/** What is wrong with migrations and generated SQL, one line each; empty when all is as it should be. */
export async function checkDatabaseFiles(options: CheckOptions = {}): Promise<string[]> {
  const migrations = options.migrations ?? migrationsFolder;
  const problems: string[] = [];
  await mkdir(path.join(root, '.trama'), { recursive: true });
  const work = await mkdtemp(path.join(root, '.trama/check-'));
  try {
    const copy = path.join(work, 'migrations');
    await cp(migrations, copy, { recursive: true });
    // drizzle-kit takes paths relative to where it runs
    const out = path.relative(root, copy);
    const consistent = await kit('check', '--dialect', 'mysql', '--out', out);
    if (consistent !== null) problems.push(`drizzle-kit check: ${consistent}`);
    const before = await readdir(copy);
    const generated = await kit(
      'generate',
      '--dialect',
      'mysql',
      '--schema',
      options.schema ?? schemaFiles,
      '--out',
      out,
    );
    const added = (await readdir(copy)).filter((name) => !before.includes(name));
    if (generated !== null) problems.push(`drizzle-kit generate: ${generated}`);
    if (added.length > 0) problems.push('The migrations are stale: the schema says more. Run `npm run db:generate`.');
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  for (const name of await staleInit(options.init ?? initFolder)) {
    problems.push(`db/init/${name} is stale. Run \`npm run db:generate\`.`);
  }
  return problems;
}

/** Null when it went well, else the last thing it said. It asks nothing: there is no terminal. */
async function kit(...args: string[]): Promise<string | null> {
  try {
    const { stdout } = await run(process.execPath, [drizzleKit, ...args], { cwd: root, timeout: 60_000 });
    // it ends with 0 after some errors
    return /\bError\b|No config path|invalid/i.test(stdout) ? lastLine(stdout) : null;
  } catch (error) {
    const said =
      error instanceof Error && 'stderr' in error && 'stdout' in error
        ? `${String(error.stdout)}\n${String(error.stderr)}`
        : String(error);
    return lastLine(said);
  }
}

const lastLine = (text: string) => text.trim().split('\n').at(-1)?.trim() ?? '';
