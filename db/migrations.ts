import { readFileSync } from 'node:fs';
import path from 'node:path';
import { readMigrationFiles } from 'drizzle-orm/migrator';
import { z } from 'zod';
import { DatabaseServerError } from './server-process';

export const migrationsFolder = path.resolve(import.meta.dirname, '../drizzle/migrations');

/** One file of `drizzle/migrations`. */
export interface Migration {
  /** Its file's name without the ending. */
  tag: string;
  /** When it was generated, in milliseconds: its place among the others, and by what a changed file is known again. */
  when: number;
  /** SHA-256 of the file. */
  hash: string;
  /** Without semicolons, in order; never an empty one. */
  statements: string[];
}

/** What the database records of one that was applied. */
export interface Applied {
  hash: string;
  when: number;
}

const journalSchema = z.object({ entries: z.array(z.object({ tag: z.string() })) });

/** The migrations of `folder` in the order in which they are applied. */
export function readMigrations(folder = migrationsFolder): Migration[] {
  const journal = journalSchema.parse(JSON.parse(readFileSync(path.join(folder, 'meta/_journal.json'), 'utf8')));
  return readMigrationFiles({ migrationsFolder: folder }).map(({ sql, folderMillis, hash }, index) => ({
    tag: journal.entries[index]?.tag ?? hash,
    when: folderMillis,
    hash,
    statements: sql.map((statement) => statement.trim().replace(/;$/, '')).filter((statement) => statement !== ''),
  }));
}

/**
 * The migrations that a database with `applied` still lacks. Throws `DatabaseServerError` when it was made by other files
 * than `migrations`: by a newer version, by one that was changed since, or in another order.
 */
export function pendingMigrations(applied: readonly Applied[], migrations: readonly Migration[]): Migration[] {
  refuseForeign(applied, migrations);
  const done = new Set(applied.map(({ hash }) => hash));
  const pending = migrations.filter(({ hash }) => !done.has(hash));
  const newest = migrations.findLast(({ hash }) => done.has(hash));
  const late = pending.find(({ when }) => newest !== undefined && when < newest.when);
  if (newest === undefined || late === undefined) return pending;
  throw new DatabaseServerError(
    `The migration ${late.tag} was never applied to this database, but the newer ${newest.tag} was. ` +
      'Update Trama, or use another database.',
  );
}

/** Throws `DatabaseServerError` when a migration was applied that is not among `migrations`, or is there with another text. */
export function refuseForeign(applied: readonly Applied[], migrations: readonly Migration[]): void {
  const known = new Set(migrations.map(({ hash }) => hash));
  const foreign = applied.filter(({ hash }) => !known.has(hash));
  if (foreign.length === 0) return;
  for (const { when } of foreign) refuseChanged(migrations.find((migration) => migration.when === when));
  throw new DatabaseServerError(
    `The database holds ${foreign.length === 1 ? 'a migration' : `${foreign.length} migrations`} that this version of Trama does not know: ` +
      'it was made by a newer version. Update Trama, or use another database.',
  );
}

/** Throws for a file that is not what the database had of it; nothing when there is none. */
export function refuseChanged(file: Migration | undefined): void {
  if (file === undefined) return;
  throw new DatabaseServerError(
    `The file drizzle/migrations/${file.tag}.sql was changed after this database had got it. ` +
      'Put it back as it was (git checkout), and make another migration of the change.',
  );
}
