import { DrizzleQueryError } from 'drizzle-orm/errors';
import { AppError } from '#shared/errors';

interface SqlFailure {
  code: string | undefined;
  errno: number | undefined;
  message: string;
}

/** The driver's error in a chain of causes: drizzle wraps it, and so may we. */
function sqlFailure(error: unknown): SqlFailure | null {
  let current: unknown = error;
  for (let depth = 0; depth < 8 && current instanceof Error; depth += 1) {
    const code = 'code' in current && typeof current.code === 'string' ? current.code : undefined;
    const errno = 'errno' in current && typeof current.errno === 'number' ? current.errno : undefined;
    if (!(current instanceof AppError) && (code !== undefined || errno !== undefined))
      return { code, errno, message: current.message };
    current = current.cause;
  }
  return null;
}

const duplicateEntry = 1062;
/** A row that is still referred to. */
const referenced = new Set([1217, 1451]);
const contention = new Set([1205, 1213]);

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

/** A deadlock or a lock that was waited for too long: the same transaction may well pass when it is done again. */
export function isContention(error: unknown): boolean {
  return contention.has(sqlFailure(error)?.errno ?? 0);
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

/** Whether `error` says that the database cannot be reached (now), and not that it refused what was asked. */
export function isDatabaseUnavailable(error: unknown): boolean {
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
