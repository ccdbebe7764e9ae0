import { databaseName } from './database-url';
import { DatabaseServerError } from './server-process';

/**
 * What is wrong with the database behind `url`, as one line for the person who starts the program; null when the error is
 * nothing that they can mend there. Never holds the password.
 */
export function explainDatabaseError(error: unknown, url: string): string | null {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof DatabaseServerError) return cause.message;
    const code = 'code' in cause && typeof cause.code === 'string' ? cause.code : '';
    const sentence = sentences[code]?.(new URL(url));
    if (sentence !== undefined) return sentence;
  }
  return null;
}

const unreachable = (url: URL) =>
  `The database server ${url.host} does not answer: is it running, and is DATABASE_URL right?`;
const denied = (url: URL) =>
  `The database server ${url.host} refuses the user "${url.username}" or its password: see DATABASE_URL.`;
const sentences: Readonly<Record<string, (url: URL) => string>> = {
  ECONNREFUSED: unreachable,
  ETIMEDOUT: unreachable,
  EHOSTUNREACH: unreachable,
  ENETUNREACH: unreachable,
  ECONNRESET: unreachable,
  PROTOCOL_CONNECTION_LOST: unreachable,
  ENOTFOUND: (url) => `The host "${url.hostname}" of DATABASE_URL is not known.`,
  EAI_AGAIN: (url) => `The host "${url.hostname}" of DATABASE_URL cannot be looked up now.`,
  ER_ACCESS_DENIED_ERROR: denied,
  ER_DBACCESS_DENIED_ERROR: (url) =>
    `The user "${url.username}" may not use the database "${databaseName(url.href)}": grant it all privileges on it.`,
  ER_BAD_DB_ERROR: (url) =>
    `There is no database "${databaseName(url.href)}" on ${url.host}: create it, empty, and start again.`,
  ER_DISK_FULL: (url) => `The disk of the database server ${url.host} is full.`,
  ER_CON_COUNT_ERROR: (url) => `The database server ${url.host} has too many connections.`,
};
