import mysql, { escapeId } from 'mysql2';
import type { Connection, RowDataPacket } from 'mysql2/promise';
import { z } from 'zod';
import { runtimeSqlMode } from '#server/db/sql-mode';
import { schemaStatements } from './init-sql';
import { appliedMigrations, refuseHalfMigrated, waitForMigrationLock } from './migrate';
import { journalTable } from './migration-steps';
import { migrationsFolder, readMigrations, refuseForeign } from './migrations';

/** Characters per INSERT: large enough to be fast, far below every server's packet limit. */
const statementLength = 256 * 1024;

/**
 * The whole database as SQL text in pieces, of one moment, while others go on writing. The tables come as the migrations make
 * them and not as this server prints them, so that a dump of MariaDB can be loaded into MySQL and back; tables that are not
 * Trama's come as the server prints them. Generated columns are left to the server that loads it.
 */
export async function* dumpDatabase(url: string): AsyncGenerator<string> {
  const streaming = mysql.createConnection({ uri: url, timezone: 'Z', charset: 'utf8mb4_unicode_ci' });
  const connection = streaming.promise();
  try {
    // no migration in the middle
    await waitForMigrationLock(connection, 60);
    const applied = await appliedMigrations(connection);
    refuseForeign(applied, readMigrations());
    await refuseHalfMigrated(connection);
    await connection.query(`set time_zone = '+00:00', sql_mode = '${runtimeSqlMode}'`);
    await connection.query('set session transaction isolation level repeatable read');
    await connection.query('start transaction with consistent snapshot, read only');
    const tables = await listTables(connection);

    const [versions] = await connection.query<RowDataPacket[]>('select version() as version');
    yield `-- Trama, ${new Date().toISOString()}, from ${String(versions[0]?.['version'])}\n`;
    yield `set names utf8mb4;\nset time_zone = '+00:00';\nset sql_mode = '${runtimeSqlMode}';\nset @trama_dump = 'begun';\n`;
    const schema = schemaStatements(migrationsFolder, new Set(applied.map(({ hash }) => hash)));
    // as the migrator: without the checks, MariaDB records another delete rule
    yield schema.join(';\n') + ';\nset foreign_key_checks = 0;\n';
    const made = new Set([journalTable, ...schema.flatMap((sql) => /^create table `([^`]+)`/i.exec(sql)?.[1] ?? [])]);
    for (const { name } of tables.filter((table) => !made.has(table.name))) {
      const [rows] = await connection.query<RowDataPacket[]>(`show create table ${escapeId(name)}`);
      yield `${String(rows[0]?.['Create Table'])};\n`;
    }
    for (const table of tables) {
      // the journal's rows are part of the schema
      if (table.name === journalTable) continue;
      yield `\n-- ${table.name.replaceAll('\n', ' ')}\n`;
      yield* dumpRows(streaming, table.name);
      if (table.autoIncrement !== null)
        yield `alter table ${escapeId(table.name)} auto_increment = ${table.autoIncrement};\n`;
    }
    yield `set foreign_key_checks = 1;\nset @trama_dump = 'complete';\n`;
  } finally {
    streaming.destroy();
  }
}

const tableRow = z.object({ name: z.string(), autoIncrement: z.coerce.number().int().nullable() });

async function listTables(connection: Connection): Promise<z.infer<typeof tableRow>[]> {
  const [mysqlOnly] = await connection.query<RowDataPacket[]>("show variables like 'information_schema_stats_expiry'");
  // MySQL answers the next key from a cache that may be a day old
  if (mysqlOnly.length > 0) await connection.query('set session information_schema_stats_expiry = 0');
  const [rows] = await connection.query<RowDataPacket[]>(
    `select table_name as name, auto_increment as autoIncrement from information_schema.tables
     where table_schema = database() and table_type = 'BASE TABLE' order by table_name`,
  );
  return z.array(tableRow).parse(rows);
}

const columnRow = z.object({ name: z.string(), type: z.string() });
const plain = new Set(['tinyint', 'smallint', 'mediumint', 'int', 'bigint', 'decimal', 'float', 'double', 'year']);
const binary = new Set(['binary', 'varbinary', 'tinyblob', 'blob', 'mediumblob', 'longblob', 'bit']);

async function* dumpRows(streaming: mysql.Connection, table: string): AsyncGenerator<string> {
  const [found] = await streaming.promise().query<RowDataPacket[]>(
    `select column_name as name, data_type as type from information_schema.columns
     where table_schema = database() and table_name = ? and coalesce(generation_expression, '') = ''
     order by ordinal_position`,
    [table],
  );
  const columns = z.array(columnRow).parse(found);
  if (columns.length === 0) return;
  const encoders = columns.map(({ type }) => (plain.has(type) ? plainText : binary.has(type) ? hexadecimal : quoted));
  const list = columns.map(({ name }) => escapeId(name)).join(', ');
  const head = `insert into ${escapeId(table)} (${list}) values\n`;
  let text = '';
  for await (const row of streamRows(streaming, `select ${list} from ${escapeId(table)}`)) {
    text += text === '' ? `${head}(` : ',\n(';
    for (let at = 0; at < encoders.length; at++) {
      const value = row[at] ?? null;
      if (at > 0) text += ',';
      text += value === null ? 'null' : (encoders[at] ?? quoted)(value);
    }
    text += ')';
    if (text.length > statementLength) {
      yield text + ';\n';
      text = '';
    }
  }
  if (text !== '') yield text + ';\n';
}

/** Rows as the bytes that the server sends, read no faster than they are used. */
function streamRows(streaming: mysql.Connection, sql: string): AsyncIterable<(Buffer | null)[]> {
  const typeCast = (field: { buffer(): Buffer | null }) => field.buffer();
  return streaming.query({ sql, rowsAsArray: true, typeCast }).stream({ highWaterMark: 200 });
}

const plainText = (value: Buffer) => value.toString('latin1');
const hexadecimal = (value: Buffer) => (value.length === 0 ? "''" : `0x${value.toString('hex')}`);
const escapes: Readonly<Record<string, string>> = {
  '\0': '\\0',
  '\n': '\\n',
  '\r': '\\r',
  '\x1a': '\\Z',
  "'": "\\'",
  '\\': '\\\\',
};
const quoted = (value: Buffer) =>
  `'${value.toString('utf8').replace(/[\0\n\r\x1a'\\]/g, (found) => escapes[found] ?? found)}'`;
