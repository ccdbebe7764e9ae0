import { redactText, redactValue } from './redact';

/** Structured log lines. Callers pass ids, not tokens; what gets here all the same is redacted. */
export interface Logger {
  info(message: string, details?: Record<string, unknown>): void;
  warn(message: string, details?: Record<string, unknown>): void;
  error(message: string, details?: Record<string, unknown>): void;
}

/** What a manual finds an error by: Node's and the database driver's code and number, and the SQL state. */
function errorNumbers(error: Error): Record<string, string | number> {
  return Object.fromEntries(
    Object.entries(error).filter(
      (entry): entry is [string, string | number] =>
        ['code', 'errno', 'sqlState'].includes(entry[0]) && ['string', 'number'].includes(typeof entry[1]),
    ),
  );
}

/**
 * An error as plain data, with its chain of causes. A failed query's parameters are left out: they may be hashes of
 * passwords and tokens.
 */
export function describeError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const isQuery = 'query' in error && typeof error.query === 'string' && 'params' in error;
  const message = isQuery ? `Failed query: ${String(error.query)}` : error.message;
  return {
    name: error.name,
    message,
    ...errorNumbers(error),
    stack: isQuery ? error.stack?.replace(error.message, () => message) : error.stack,
    ...(error.cause === undefined ? {} : { cause: describeError(error.cause) }),
  };
}

function asRecord(details: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(redactValue(details) ?? {}));
}

/** One JSON object per line on `write` (standard error by default), so that programs can read it. */
export function createLogger(write: (line: string) => void = (line) => process.stderr.write(line)): Logger {
  const at =
    (level: string) =>
    (message: string, details: Record<string, unknown> = {}) => {
      const plain = Object.fromEntries(
        Object.entries(details).map(([key, value]) => [key, value instanceof Error ? describeError(value) : value]),
      );
      const line = { time: new Date().toISOString(), level, message: redactText(message), ...asRecord(plain) };
      write(`${JSON.stringify(line)}\n`);
    };
  return { info: at('info'), warn: at('warn'), error: at('error') };
}

export const silentLogger: Logger = { info: () => {}, warn: () => {}, error: () => {} };
