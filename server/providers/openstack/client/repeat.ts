import type { HttpAnswer } from './wire';

/** How often one request is sent, all told; what fails longer is the caller's to repeat, who knows how long it may take. */
export const attemptsAtMost = 5;
/** Who is told to wait longer than that is told so instead. */
const longestWaitMs = 60_000;
const firstWaitMs = 500;

/** What came of sending a request once. */
export type Outcome =
  | { answer: Pick<HttpAnswer, 'status' | 'headers'> }
  /** `lasting`: it fails the next time, too. */
  | { answer: null; sent: boolean; lasting: boolean };

export type Next =
  | { do: 'take' }
  /** With a new token. */
  | { do: 'sign-in' }
  /** `everybody`: whoever calls this service waits as long. */
  | { do: 'repeat'; afterMs: number; everybody: boolean }
  | { do: 'fail' };

export interface Sending {
  /** From 1. */
  attempt: number;
  /** That it is done twice does no harm. */
  repeatable: boolean;
  /** A new token has been got for it already. */
  signedInAnew: boolean;
}

/**
 * What follows, by the kind of answer. What was certainly not done (never received, refused for its pace or for its token) is repeated whatever it
 * is; what may have been done only where that does no harm. A 409 says that something else has to happen first, of which only the caller knows.
 */
export function nextOf(outcome: Outcome, { attempt, repeatable, signedInAnew }: Sending, now: Date): Next {
  const again = (afterMs: number, everybody = false): Next =>
    attempt >= attemptsAtMost || afterMs > longestWaitMs ? { do: 'fail' } : { do: 'repeat', afterMs, everybody };
  const backOffMs = firstWaitMs * 2 ** (attempt - 1);
  if (outcome.answer === null) {
    if (outcome.lasting || (outcome.sent && !repeatable)) return { do: 'fail' };
    return again(backOffMs);
  }
  const { status, headers } = outcome.answer;
  if (status >= 200 && status < 300) return { do: 'take' };
  if (status === 401) return signedInAnew ? { do: 'fail' } : { do: 'sign-in' };
  const told = retryAfterMs(headers['retry-after'], now);
  // an older Nova says 413 of a quota, too, and then not when to come back
  if (status === 429 || (status === 413 && told !== null)) return again(told ?? backOffMs, true);
  if (status === 503 && told !== null) return repeatable ? again(told, true) : { do: 'fail' };
  if ([500, 502, 503, 504].includes(status)) return repeatable ? again(backOffMs) : { do: 'fail' };
  return { do: 'fail' };
}

/** How long a `Retry-After` (RFC 9110, 10.2.3: seconds, or a date) has one wait; null for none, or for what is neither. */
export function retryAfterMs(header: string | undefined, now: Date): number | null {
  if (header === undefined) return null;
  if (/^\s*\d{1,9}\s*$/.test(header)) return Number(header) * 1000;
  const at = Date.parse(header);
  return Number.isNaN(at) ? null : Math.max(0, at - now.getTime());
}
