import { drizzle, type MySql2Database } from 'drizzle-orm/mysql2';
import mysql from 'mysql2/promise';
import { againAfterContention, type ContentionListener } from './contention';
import { diskFull, isContention, isDatabaseUnavailable, sqlDetails } from './errors';
import { bindExecutor } from './prepared';
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

export interface DatabaseOptions {
  connectionLimit?: number;
  queueLimit?: number;
  /** Whether the database is away since its disk is full: then that is the error. */
  lacksRoom?: (() => boolean) | undefined;
  /** Hears of every lock conflict, those of transactions too. */
  onContention?: ContentionListener;
}

/**
 * A pool on `url` (`mysql://user:password@host:3306/database`), every connection in UTC and with MySQL's strict SQL mode,
 * on MariaDB too. Connects at first use. A statement outside a transaction that loses a lock conflict is done again here;
 * for transactions there is `inTransaction`.
 */
export function openDatabase(url: string, options: DatabaseOptions = {}): DatabaseHandle {
  const pool = mysql.createPool({
    uri: url,
    connectionLimit: options.connectionLimit ?? 10,
    timezone: 'Z',
    charset: 'utf8mb4_unicode_ci',
    supportBigNumbers: true,
    // else each statement, also one that succeeds, first writes down where it was asked for
    trace: false,
    enableKeepAlive: true,
    connectTimeout: 5_000,
    // whoever comes after so many is told that the database is not to be had, instead of waiting without end
    queueLimit: options.queueLimit ?? 2_000,
  });
  pool.pool.on('connection', (connection) => {
    // queued before anything else that this connection will run
    // a lock that is not had in 10 s is asked for anew: the server's own 50 s are longer than a browser waits
    const settings = `time_zone = '+00:00', sql_mode = '${runtimeSqlMode}', innodb_lock_wait_timeout = 10`;
    connection.query(`set ${settings}`, (error) => {
      // without a listener a refusal (a server that shuts down) would end the process
      if (error !== null) connection.destroy();
    });
  });
  repeatStatements(pool, options.onContention);
  if (options.lacksRoom !== undefined) nameFullDisk(pool, options.lacksRoom);
  const db = drizzle({ client: pool });
  bindExecutor(db, pool);
  db.transaction = (work, config) =>
    transaction(pool, work, config).catch((error: unknown) => {
      if (isContention(error)) options.onContention?.({ ...sqlDetails(error), attempt: 1 });
      throw error;
    });
  return { db, pool, close: () => pool.end() };
}

/**
 * What goes to the pool itself is a statement of its own: it commits or leaves nothing behind, so it can be done again.
 * Transactions run on one connection and do not pass here.
 */
function repeatStatements(pool: mysql.Pool, heard: ContentionListener | undefined): void {
  const query = pool.query.bind(pool);
  const execute = pool.execute.bind(pool);
  Object.assign(pool, {
    query: (...args: Parameters<typeof query>) => againAfterContention(() => query(...args), heard),
    execute: (...args: Parameters<typeof execute>) => againAfterContention(() => execute(...args), heard),
  });
}

/** What cannot be reached for want of room says so, as a statement that finds the disk full does. */
function nameFullDisk(pool: mysql.Pool, lacksRoom: () => boolean): void {
  const { query, execute, getConnection } = pool;
  const named = <Result>(work: Promise<Result>): Promise<Result> =>
    work.catch((cause: unknown) => {
      throw lacksRoom() && isDatabaseUnavailable(cause) ? diskFull(cause) : cause;
    });
  Object.assign(pool, {
    query: (...args: Parameters<typeof query>) => named(query.apply(pool, args)),
    execute: (...args: Parameters<typeof execute>) => named(execute.apply(pool, args)),
    getConnection: () => named(getConnection.call(pool)),
  });
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
      bindExecutor(tx, connection);
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
