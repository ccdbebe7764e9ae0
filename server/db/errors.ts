import { DrizzleQueryError } from 'drizzle-orm/errors';
import { AppError } from '#shared/errors';

interface SqlFailure {
  code: string | undefined;
  errno: number | undefined;
  sqlState: string | undefined;
  message: string;
}

/** What identifies a database's refusal in its manual; each null where the driver does not say. */
export interface SqlDetails {
  errno: number | null;
  sqlState: string | null;
}

/** Number and SQL state of the database's error in `error`. */
export function sqlDetails(error: unknown): SqlDetails {
  const failure = sqlFailure(error);
  return { errno: failure?.errno ?? null, sqlState: failure?.sqlState ?? null };
}

/** The driver's error in a chain of causes: drizzle wraps it, and so may we. */
function sqlFailure(error: unknown): SqlFailure | null {
  let current: unknown = error;
  for (let depth = 0; depth < 8 && current instanceof Error; depth += 1) {
    const code = 'code' in current && typeof current.code === 'string' ? current.code : undefined;
    const errno = 'errno' in current && typeof current.errno === 'number' ? current.errno : undefined;
    const sqlState = 'sqlState' in current && typeof current.sqlState === 'string' ? current.sqlState : undefined;
    if (!(current instanceof AppError) && (code !== undefined || errno !== undefined))
      return { code, errno, sqlState, message: current.message };
    current = current.cause;
  }
  return null;
}

const duplicateEntry = 1062;
/** A row that is still referred to. */
const referenced = new Set([1217, 1451]);
/**
 * Lock timeout; deadlock; MariaDB's "record has changed since last read"; a table that another server's migration changed
 * under a snapshot.
 */
const contention = new Set([1205, 1213, 1020, 1412]);

/** Name of the unique index that refused a row, or null if `error` is something else. */
export function duplicateIndex(error: unknown): string | null {
  const failure = sqlFailure(error);
  if (failure?.errno !== duplicateEntry) return null;
  // MySQL 8 says `table.index`, MariaDB `index`; the entry before it is what somebody typed, so only the end is read
  return /for key '(?:[^'.]+\.)?([^'.]+)'$/.exec(failure.message)?.[1] ?? '';
}

/** A row could not be deleted since others refer to it. */
export function isReferenced(error: unknown): boolean {
  return referenced.has(sqlFailure(error)?.errno ?? 0);
}

/** A conflict with others' work, such as a deadlock: the same transaction may well pass when it is done again. */
export function isContention(error: unknown): boolean {
  return contention.has(sqlFailure(error)?.errno ?? 0);
}

/** The database's own error for a full disk, for when it is not there to say so. */
export function diskFull(cause: unknown): Error {
  const error = new Error('The database has ended, since its disk is full.', { cause });
  return Object.assign(error, { code: 'ER_DISK_FULL', errno: 1021, sqlState: 'HY000' });
}

/** A full disk, and a table that cannot grow. */
const full = new Set([1021, 1114]);
/** Refusals of another name that say so in their text; never one whose text holds what a user typed. */
const perhapsFull = new Set([1, 3, 1005, 1026, 1030, 1878]);
const fullMessage = /\b(errcode|errno|error):? "?(28|122)\b|no space left on device|disk quota exceeded/i;

/** The database cannot write: its disk, or its share of it, is full. What was committed is kept. */
export function isDatabaseFull(error: unknown): boolean {
  const failure = sqlFailure(error);
  if (failure?.errno === undefined) return false;
  if (full.has(failure.errno)) return true;
  return perhapsFull.has(failure.errno) && failure.sqlState !== undefined && fullMessage.test(failure.message);
}

const connectionCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOENT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EPIPE',
  'ETIMEDOUT',
  'PROTOCOL_CONNECTION_LOST',
  'PROTOCOL_SEQUENCE_TIMEOUT',
  'PROTOCOL_ENQUEUE_AFTER_FATAL_ERROR',
  'PROTOCOL_ENQUEUE_AFTER_QUIT',
  'POOL_CLOSED',
  'ER_SERVER_SHUTDOWN',
  'ER_CON_COUNT_ERROR',
  'ER_TOO_MANY_USER_CONNECTIONS',
  'ER_QUERY_INTERRUPTED',
  'ER_CONNECTION_KILLED',
]);
const connectionMessages =
  /^(Pool is closed\.?|Queue limit reached\.?|No connections available\.?|Connection lost.*|Can't add new command when connection is in closed state)$/;

/** Whether `error` says that the database cannot work (now): not reached, or full; and not that it refused what was asked. */
export function isDatabaseUnavailable(error: unknown): boolean {
  if (isDatabaseFull(error)) return true;
  let current: unknown = error;
  let wrapped = false;
  for (let depth = 0; depth < 8 && current instanceof Error; depth += 1) {
    // file and network errors of other origin have the same codes: the driver's come wrapped by drizzle or are fatal
    const ofDatabase: boolean = wrapped || 'fatal' in current || current instanceof DrizzleQueryError;
    if ('code' in current && typeof current.code === 'string' && connectionCodes.has(current.code) && ofDatabase)
      return true;
    if (connectionMessages.test(current.message)) return true;
    wrapped = ofDatabase;
    current = current.cause;
  }
  return false;
}
