import type { RequestListener } from 'node:http';
import { getRequestListener } from '@hono/node-server';

/**
 * What answers Node's requests by `fetch`. What of a body was not read when its answer is sent, as of a call that is refused before, is
 * read and dropped, so that the connection can be used again: Node ends it when the whole request has not come within its time. (The
 * adapter's own way gives it half a second, which on a busy machine passes before what has long come is looked at; whoever
 * had kept the connection then lost the next request.)
 */
export function nodeListener(fetch: Parameters<typeof getRequestListener>[0]): RequestListener {
  const answer = getRequestListener(fetch, { autoCleanupIncoming: false });
  return (incoming, outgoing) => {
    outgoing.once('finish', () => {
      if (incoming.readableEnded) return;
      // whoever began to read it would stop the flow again
      incoming.removeAllListeners('data');
      incoming.resume();
    });
    void answer(incoming, outgoing);
  };
}
