import { unanswered, type Asked, type CloudError } from './cloud-error';
import type { Outcome } from './repeat';
import { NoAnswer, type HttpAnswer, type HttpRequest, type Wire } from './wire';

/** What came of sending a request once: an answer, whatever it says, or why there is none. */
export type Attempt =
  { answer: HttpAnswer; failed: null; outcome: Outcome } | { answer: null; failed: CloudError; outcome: Outcome };

/** Sends a request once. Rejects only when its signal fires. */
export async function attemptOf(wire: Wire, asked: Asked, request: HttpRequest): Promise<Attempt> {
  try {
    const answer = await wire.send(request);
    return { answer, failed: null, outcome: { answer } };
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error;
    const failed = unanswered(asked, error, { host: request.url.host, seconds: request.timeoutMs / 1000 });
    return { answer: null, failed, outcome: { answer: null, sent: error.sent, lasting: !failed.retryable } };
  }
}
