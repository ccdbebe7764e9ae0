import { ProviderError } from '#server/lib/provider-error';
import type { Server } from './client/nova';
import type { ZoneParts } from './zone-parts';

const betweenLooksMs = 1_000;
/** So long a cloud may not answer, as while it is updated: what it does meanwhile is seen afterwards. */
const silentMs = 10 * 60_000;

/** Follows servers that change, with one list of all of them for everybody who waits, however many they are. */
export interface ServerWatch {
  /** The server each time that it was looked at, beginning with a look after this call; null once it is gone. Ends when the signal fires, or the zone is let go of. */
  follow(server: { id: string }, signal?: AbortSignal): AsyncGenerator<Server | null>;
  close(): void;
}

interface Look {
  servers: ReadonlyMap<string, Server>;
}

export function createServerWatch(parts: ZoneParts): ServerWatch {
  const closed = new AbortController();
  let next: Promise<Look> | null = null;

  /** The next look that begins: those who come while one is under way share the one after it. */
  function look(): Promise<Look> {
    next ??= (async () => {
      await parts.pause(betweenLooksMs, closed.signal);
      next = null;
      const servers = await parts.cloud().nova.servers([parts.mark]);
      return { servers: new Map(servers.map((server) => [server.id, server])) };
    })();
    return next;
  }

  return {
    async *follow({ id }, signal) {
      // a function, so that the answer is asked for anew after a wait
      const hasEnded = () => signal?.aborted === true || closed.signal.aborted;
      let heardAt = Date.now();
      while (!hasEnded()) {
        const seen = await (signal === undefined ? look() : untilAborted(look(), signal)).catch((error: unknown) => {
          const passes = error instanceof ProviderError && error.retryable;
          if (!passes || Date.now() - heardAt > silentMs) throw error;
          return null;
        });
        if (hasEnded()) return;
        if (seen === null) continue;
        heardAt = Date.now();
        yield seen.servers.get(id) ?? null;
      }
    },
    close: () => closed.abort(),
  };
}

/** Ends as soon as the signal fires, which whoever waits looks at first. */
function untilAborted(look: Promise<Look>, signal: AbortSignal): Promise<Look> {
  return new Promise((resolve, reject) => {
    const stop = () => resolve({ servers: new Map() });
    signal.addEventListener('abort', stop, { once: true });
    look.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}
