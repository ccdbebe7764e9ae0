import { createTRPCClient, httpLink, type TRPCClient } from '@trpc/client';
import type { AppRouter } from '#server/rpc/app-router';
import { sliceEventSchema, type SliceEvent } from '#shared/deployment/events';

export interface ApiSession {
  url: string;
  /** What to send as `Cookie`. */
  cookie(): string;
  api: TRPCClient<AppRouter>;
  /** Events of a slice after `afterId`, as they happen, until the caller stops reading. */
  events(sliceId: number, afterId: number): AsyncGenerator<SliceEvent>;
}

/** A program's session: the same procedures as the browser's, the cookie kept by hand. */
export function openSession(url: string): ApiSession {
  let cookie = '';
  const api = createTRPCClient<AppRouter>({
    links: [
      httpLink({
        url: `${url}/trpc`,
        async fetch(input, init) {
          const headers = new Headers(init?.headers as HeadersInit);
          if (cookie !== '') headers.set('cookie', cookie);
          const response = await fetch(input as string, { ...(init as RequestInit), headers });
          for (const line of response.headers.getSetCookie()) cookie = line.split(';', 1)[0] ?? '';
          return response;
        },
      }),
    ],
  });
  return {
    url,
    cookie: () => cookie,
    api,
    async *events(sliceId, afterId) {
      const input = encodeURIComponent(JSON.stringify({ sliceId, lastEventId: String(afterId) }));
      const stop = new AbortController();
      try {
        const response = await fetch(`${url}/trpc/deployments.watch?input=${input}`, {
          headers: { cookie },
          signal: stop.signal,
        });
        if (!response.ok || response.body === null) throw new Error(`deployments.watch answered ${response.status}`);
        for await (const block of serverSentBlocks(response.body)) {
          const data = /^data: ?(.*)$/m.exec(block)?.[1];
          const event = /^event: ?(.*)$/m.exec(block)?.[1];
          if (data === undefined || event !== undefined) continue;
          yield sliceEventSchema.parse(JSON.parse(data));
        }
      } finally {
        stop.abort();
      }
    },
  };
}

/** The blocks of a server-sent event stream, which blank lines end. */
export async function* serverSentBlocks(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let pending = '';
  for await (const chunk of body as unknown as AsyncIterable<Uint8Array>) {
    pending += decoder.decode(chunk, { stream: true });
    for (let end = pending.indexOf('\n\n'); end >= 0; end = pending.indexOf('\n\n')) {
      yield pending.slice(0, end);
      pending = pending.slice(end + 2);
    }
  }
}

/** Follows the slice's events until a deployment has ended; rejects, with its sentence, when it did not succeed. */
export async function untilDeployed(session: ApiSession, sliceId: number, deploymentId: number): Promise<void> {
  const now = await session.api.deployments.get.query({ id: deploymentId });
  if (now.status === 'succeeded') return;
  for await (const { data } of session.events(sliceId, 0)) {
    if (data.type !== 'deployment.status' || data.deploymentId !== deploymentId) continue;
    if (data.status === 'succeeded') return;
    if (data.status === 'failed' || data.status === 'cancelled') throw new Error(data.error ?? data.status);
  }
  throw new Error('the event stream ended early');
}
