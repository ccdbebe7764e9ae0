import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { drizzle } from 'drizzle-orm/mysql2';
import { escape, format } from 'mysql2';
import { availabilityZones, flavours, images } from '#drizzle/schema/catalogue';
import { quotas, roles } from '#drizzle/schema/users';
import { journalTable } from './migration-steps';
import { migrationsFolder, readMigrations } from './migrations';
import { seedRows } from './seed';

export const initFolder = path.resolve(import.meta.dirname, 'init');
const notice = '-- Generated from drizzle/ by `npm run db:generate`. Do not edit.\n';
/** The client's character set is not always the server's. */
const preamble = 'set names utf8mb4;\n';

/**
 * The migrations as plain SQL, with the journal that drizzle's migrator keeps, so that it finds nothing to do afterwards.
 * `only`: hashes of the migrations to take; all when absent.
 */
export function schemaStatements(folder = migrationsFolder, only?: ReadonlySet<string>): string[] {
  const migrations = readMigrations(folder).filter(({ hash }) => only?.has(hash) ?? true);
  return [
    'alter database character set utf8mb4 collate utf8mb4_unicode_ci',
    ...migrations.flatMap((migration) => migration.statements),
    `create table \`${journalTable}\` (\n\tid serial primary key,\n\thash text not null,\n\tcreated_at bigint\n)`,
    ...migrations.map(
      ({ hash, when }) =>
        `insert into \`${journalTable}\` (\`hash\`, \`created_at\`) values (${escape(hash)}, ${when})`,
    ),
  ];
}

/** The base rows, one statement per row, written by the same query builder that the seed uses. */
export function seedStatements(): string[] {
  const db = drizzle.mock();
  const inserts = [
    ...seedRows.roles.map((row) => db.insert(roles).values(row)),
    ...seedRows.flavours.map((row) => db.insert(flavours).values(row)),
    ...seedRows.images.map((row) => db.insert(images).values(row)),
    ...seedRows.availabilityZones.map((row) => db.insert(availabilityZones).values(row)),
    ...seedRows.quotas.map((row) => db.insert(quotas).values(row)),
  ];
  return inserts.map((insert) => {
    const { sql, params } = insert.toSQL();
    return format(sql, params.map(plainValue));
  });
}

function plainValue(value: unknown): string | number | boolean | null {
  if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
    return value;
  throw new TypeError('A base row holds a value that SQL text has no simple form for.');
}

const files = () => ({
  '00_schema.sql': notice + preamble + schemaStatements().join(';\n') + ';\n',
  '01_seed.sql': notice + preamble + seedStatements().join(';\n') + ';\n',
});

/** Writes what a MySQL container runs on its first start. */
export async function writeInit(folder = initFolder): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const [name, text] of Object.entries(files())) await writeFile(path.join(folder, name), text);
}

/** Names of the files in `folder` that are not what `writeInit` would write. */
export async function staleInit(folder = initFolder): Promise<string[]> {
  const stale: string[] = [];
  for (const [name, text] of Object.entries(files())) {
    const present = await readFile(path.join(folder, name), 'utf8').catch(() => null);
    if (present !== text) stale.push(name);
  }
  return stale;
}
