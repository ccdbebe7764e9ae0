import path from 'node:path';
import { startEmbedded, type EmbeddedDatabase } from './embedded';
import { DatabaseServerError } from './server-process';

export interface ResolvedDatabase {
  url: string;
  /** Null when `DATABASE_URL` named it. */
  embedded: EmbeddedDatabase | null;
}

export interface ResolveOptions {
  env: Readonly<Record<string, string | undefined>>;
  /** The clone's folder. The embedded database lives in `db` of the data folder: `TRAMA_DATA`, else `.trama`. */
  root: string;
  log?: (line: string) => void;
}

/**
 * The database to use: the one that `DATABASE_URL` names, else the embedded one, which is started if it does not run.
 * Throws `DatabaseServerError` with one line for a person.
 */
export async function resolveDatabaseUrl(options: ResolveOptions): Promise<ResolvedDatabase> {
  const given = options.env['DATABASE_URL'];
  if (given !== undefined && given !== '') return { url: checkedUrl(given), embedded: null };
  const dataDir = path.resolve(options.root, options.env['TRAMA_DATA'] || '.trama');
  const embedded = await startEmbedded(path.join(dataDir, 'db'), { log: options.log });
  return { url: embedded.url, embedded };
}

/** `url` as it is, when it can be one. Its password is in no message. */
export function checkedUrl(url: string): string {
  const parsed = URL.canParse(url) ? new URL(url) : null;
  const complete = parsed !== null && /^(mysql|mariadb):$/.test(parsed.protocol) && parsed.pathname.length > 1;
  if (complete) return url.replace(/^mariadb:/, 'mysql:');
  throw new DatabaseServerError('DATABASE_URL must look like mysql://user:password@host:3306/database.');
}
