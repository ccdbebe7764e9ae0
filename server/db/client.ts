import { drizzle, type MySql2Database } from 'drizzle-orm/mysql2';
import mysql from 'mysql2/promise';
import { runtimeSqlMode } from './sql-mode';

export type Database = MySql2Database;
/** The database or a transaction in it: what query functions take. */
export type Queryable = Pick<
  Database,
  'select' | 'selectDistinct' | 'insert' | 'update' | 'delete' | 'execute' | '$count'
>;
export type Transaction = Parameters<Parameters<Database['transaction']>[0]>[0];

export interface DatabaseHandle {
  db: Database;
  pool: mysql.Pool;
  close(): Promise<void>;
}

/**
 * A pool on `url` (`mysql://user:password@host:3306/database`), every connection in UTC and with MySQL's strict SQL mode,
 * on MariaDB too. Connects at first use.
 */
export function openDatabase(
  url: string,
  options: { connectionLimit?: number; queueLimit?: number } = {},
): DatabaseHandle {
  const pool = mysql.createPool({
    uri: url,
    connectionLimit: options.connectionLimit ?? 10,
    timezone: 'Z',
    charset: 'utf8mb4_unicode_ci',
    supportBigNumbers: true,
    enableKeepAlive: true,
    connectTimeout: 5_000,
    // whoever comes after so many is told that the database is not to be had, instead of waiting without end
    queueLimit: options.queueLimit ?? 2_000,
  });
  pool.pool.on('connection', (connection) => {
    // queued before anything else that this connection will run
    connection.query(`set time_zone = '+00:00', sql_mode = '${runtimeSqlMode}'`, (error) => {
      // without a listener a refusal (a server that shuts down) would end the process
      if (error !== null) connection.destroy();
    });
  });
  const db = drizzle({ client: pool });
  db.transaction = (work, config) => transaction(pool, work, config);
  return { db, pool, close: () => pool.end() };
}

/**
 * Drizzle's own on a pool never gives the connection back when the transaction cannot begin. Here it goes back in any
 * case, and is thrown away when it is not certain that the transaction has ended.
 */
async function transaction<Result>(
  pool: mysql.Pool,
  work: (tx: Transaction) => Promise<Result>,
  config: Parameters<Database['transaction']>[1],
): Promise<Result> {
  const connection = await pool.getConnection();
  const failures: unknown[] = [];
  try {
    const result = await drizzle({ client: connection }).transaction(async (tx) => {
      try {
        return await work(tx);
      } catch (error) {
        failures.push(error);
        throw error;
      }
    }, config);
    connection.release();
    return result;
  } catch (error) {
    // the work's own error comes out only after the rollback
    if (failures.includes(error)) connection.release();
    else connection.destroy();
    throw error;
  }
}
