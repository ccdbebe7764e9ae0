/** Structured log lines. `secrets` never reach it: callers pass ids, not tokens. */
export interface Logger {
  info(message: string, details?: Record<string, unknown>): void;
  warn(message: string, details?: Record<string, unknown>): void;
  error(message: string, details?: Record<string, unknown>): void;
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
    stack: isQuery ? error.stack?.replace(error.message, () => message) : error.stack,
    ...(error.cause === undefined ? {} : { cause: describeError(error.cause) }),
  };
}

/** One JSON object per line on `write` (standard error by default), so that programs can read it. */
export function createLogger(write: (line: string) => void = (line) => process.stderr.write(line)): Logger {
  const at =
    (level: string) =>
    (message: string, details: Record<string, unknown> = {}) => {
      const plain = Object.fromEntries(
        Object.entries(details).map(([key, value]) => [key, value instanceof Error ? describeError(value) : value]),
      );
      write(`${JSON.stringify({ time: new Date().toISOString(), level, message, ...plain })}\n`);
    };
  return { info: at('info'), warn: at('warn'), error: at('error') };
}

export const silentLogger: Logger = { info: () => {}, warn: () => {}, error: () => {} };
