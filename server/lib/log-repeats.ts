import type { Clock } from './clock';
import type { Logger } from './logger';

/** A line is written in full at most once in this time. */
const quietMs = 30_000;
/** Beyond so many different lines the oldest is forgotten: what is different each time must not fill the memory. */
const maxKinds = 500;

interface Kind {
  since: number;
  unsaid: number;
}

/**
 * Leaves out warnings and errors that were just written: a full disk or a database that is away fails every call, and a
 * stack for each would fill what is left of the disk. The same is the same message with the same error; details such as ids
 * may differ. The next that is written says how many were left out (`repeated`).
 */
export function withoutRepeats(log: Logger, clock: Clock): Logger {
  const kinds = new Map<string, Kind>();
  const at =
    (write: Logger['error'], level: string): Logger['error'] =>
    (message, details = {}) => {
      const key = `${level} ${message} ${causeOf(details['error'])}`;
      const now = clock.now().getTime();
      const known = kinds.get(key);
      if (known !== undefined && now >= known.since && now - known.since < quietMs) {
        known.unsaid += 1;
        return;
      }
      kinds.delete(key);
      kinds.set(key, { since: now, unsaid: 0 });
      const [oldest] = kinds.keys();
      if (kinds.size > maxKinds && oldest !== undefined) kinds.delete(oldest);
      const unsaid = known?.unsaid ?? 0;
      write(message, unsaid === 0 ? details : { ...details, repeated: unsaid });
    };
  return { info: log.info, warn: at(log.warn, 'warn'), error: at(log.error, 'error') };
}

/** What is at the bottom of an error, an `Error` or one that was made plain data already. */
function causeOf(error: unknown): string {
  let current: unknown = error;
  for (let depth = 0; depth < 8 && typeof current === 'object' && current !== null; depth += 1) {
    if (!('cause' in current) || current.cause === undefined || current.cause === null)
      return `${field(current, 'name')} ${field(current, 'code')} ${field(current, 'message')}`;
    current = current.cause;
  }
  return typeof current === 'string' ? current : '';
}

const field = (value: object, name: string) => String(Reflect.get(value, name) ?? '');
