import { pipeline, type Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import mysql, { escapeId, type Connection, type RowDataPacket } from 'mysql2/promise';
import { runtimeSqlMode } from '#server/db/sql-mode';
import { openConnections } from './connections';
import { dropTables, tableNames, waitForMigrationLock } from './migrate';
import { DatabaseServerError } from './server-process';
import { splitSql, SqlSyntaxError } from './sql-splitter';

export interface ImportOptions {
  /** Replace what the database holds, also while programs are connected to it. */
  force?: boolean;
}

/**
 * Runs SQL text (plain or gzip, in UTF-8) from `source` on the database behind `url`, statement by statement. Refuses a
 * database that holds tables or that others are connected to, unless forced. A failure is a `DatabaseServerError` with the line
 * number, and leaves the database empty. Answers the number of statements.
 */
export async function importDatabase(url: string, source: Readable, options: ImportOptions = {}): Promise<number> {
  const connection = await mysql.createConnection({ uri: url, timezone: 'Z', charset: 'utf8mb4_unicode_ci' });
  try {
    await waitForMigrationLock(connection, 60);
    const present = await tableNames(connection);
    if (options.force !== true) {
      if (present.length > 0) {
        throw new DatabaseServerError(
          `The database is not empty (${present.length} tables). --force replaces what it holds.`,
        );
      }
      await refuseWhileUsed(connection);
    }
    // a file that cannot be read costs nothing
    const bytes = await unpacked(source);
    await dropTables(connection, present);
    await connection.query(`set time_zone = '+00:00', sql_mode = '${runtimeSqlMode}'`);
    try {
      const count = await runAll(connection, bytes);
      await refuseCutOff(connection);
      return count;
    } catch (error) {
      // half a database would look like one
      await dropTables(connection, await tableNames(connection)).catch(() => {});
      throw error;
    }
  } finally {
    connection.destroy();
  }
}

async function runAll(connection: Connection, source: AsyncIterable<Uint8Array>): Promise<number> {
  let count = 0;
  try {
    for await (const { sql, line } of splitSql(textOf(source))) {
      await connection.query(sql).catch((cause: unknown) => {
        const reason = cause instanceof Error ? cause.message.split('\n')[0] : String(cause);
        throw new DatabaseServerError(`Line ${line}: ${reason} The database is empty now.`, { cause });
      });
      count++;
    }
  } catch (error) {
    if (error instanceof SqlSyntaxError) {
      throw new DatabaseServerError(`Line ${error.line}: ${error.message} The database is empty now.`, {
        cause: error,
      });
    }
    throw error;
  }
  return count;
}

/** A dump that ends too early between two statements would pass for a whole one. */
async function refuseCutOff(connection: Connection): Promise<void> {
  const [rows] = await connection.query<RowDataPacket[]>('select @trama_dump as state');
  if (rows[0]?.['state'] === 'begun') {
    throw new DatabaseServerError('The file is cut off: its end is missing. The database is empty now.');
  }
}

/** Throws `DatabaseServerError` when another connection works in the same database. */
export async function refuseWhileUsed(connection: Connection): Promise<void> {
  const [[own]] = await connection.query<RowDataPacket[]>('select connection_id() as id, database() as name');
  const others = (await openConnections(connection)).filter(
    ({ id, database }) => database === own?.['name'] && id !== Number(own?.['id']),
  );
  if (others.length === 0) return;
  throw new DatabaseServerError(
    'A server or another program is connected to this database: stop it first, or use --force.',
  );
}

/** The text behind `source`, which must be UTF-8. */
async function* textOf(source: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  try {
    for await (const piece of source) {
      yield decoder.decode(piece, { stream: true });
    }
    yield decoder.decode();
  } catch (cause) {
    if (cause instanceof DatabaseServerError || cause instanceof SqlSyntaxError) throw cause;
    const broken =
      cause instanceof TypeError || (cause instanceof Error && 'code' in cause && String(cause.code).startsWith('Z_'));
    if (!broken) throw cause;
    throw new DatabaseServerError('The file is no SQL text in UTF-8, or its compression is damaged.', { cause });
  }
}

/** `source` as it is, or unpacked when it begins as gzip does. */
async function unpacked(source: Readable): Promise<AsyncIterable<Uint8Array>> {
  const chunks: AsyncIterator<Uint8Array> = source[Symbol.asyncIterator]();
  const first = await chunks.next();
  const all = async function* () {
    for (let at = first; at.done !== true; at = await chunks.next()) yield at.value;
  };
  if (first.done === true || first.value[0] !== 0x1f || first.value[1] !== 0x8b) return all();
  // an error reaches whoever reads the result
  return pipeline(all, createGunzip(), () => {});
}

/** Drops everything in the database. Refuses while others are connected to it, unless forced. */
export async function emptyDatabase(url: string, options: { force?: boolean } = {}): Promise<void> {
  const connection = await mysql.createConnection({ uri: url });
  try {
    await waitForMigrationLock(connection, 60);
    if (options.force !== true) await refuseWhileUsed(connection);
    const [views] = await connection.query<RowDataPacket[]>(
      "select table_name as name from information_schema.tables where table_schema = database() and table_type = 'VIEW'",
    );
    const viewNames = views.map((row) => String(row['name']));
    for (const name of viewNames) await connection.query(`drop view ${escapeId(name)}`);
    await dropTables(connection, await tableNames(connection));
  } finally {
    connection.destroy();
  }
}
