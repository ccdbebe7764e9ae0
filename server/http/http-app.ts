import type { HttpBindings } from '@hono/node-server';
import { serveStatic } from '@hono/node-server/serve-static';
import { getConnInfo } from '@hono/node-server/conninfo';
import { fetchRequestHandler } from '@trpc/server/adapters/fetch';
import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { compress } from 'hono/compress';
import type { DomainContext } from '#server/domain/context';
import { appRouter } from '#server/rpc/app-router';
import { isDatabaseFull } from '#server/db/errors';
import { hasCode } from '#server/lib/error-code';
import { describeError } from '#server/lib/logger';
import { limits } from '#shared/limits';
import type { Pages } from './pages';
import { maxBatchSize, type RpcCalls } from './rpc-calls';
import { neverKept, readableAddress, responseHeaders, sameSiteOnly, tellVersion } from './security';
import { endUnread } from './unread-streams';

export interface HttpAppOptions {
  domain: DomainContext;
  calls: RpcCalls;
  /** Rejects when the database does not answer. */
  ping: () => Promise<void>;
  publicUrl: string | null;
  pages: Pages;
  /** Folder of built assets; null in development, where Vite serves them. */
  assets: string | null;
  /** After how many milliseconds an event stream that nobody reads is ended. */
  unreadMs?: number;
}

/** Everything that answers HTTP: tRPC, `/healthz`, and the page with its files. There is no other endpoint. */
export function createHttpApp(options: HttpAppOptions): Hono<{ Bindings: HttpBindings }> {
  const { domain, publicUrl } = options;
  const https = publicUrl?.startsWith('https://') ?? false;
  const app = new Hono<{ Bindings: HttpBindings }>();
  app.use(responseHeaders({ https }));

  app.get('/healthz', async (c) => {
    c.header('cache-control', 'no-store');
    try {
      await options.ping();
      return c.json({ status: 'ok', database: 'up' });
    } catch (error) {
      return c.json({ status: 'unavailable', database: isDatabaseFull(error) ? 'full' : 'down' }, 503);
    }
  });

  app.use('/trpc/*', tellVersion(), neverKept(), readableAddress(), sameSiteOnly(publicUrl));
  app.use(
    '/trpc/*',
    bodyLimit({
      maxSize: limits.bodyBytes,
      onError: (c) => {
        const message = 'The request is too large.';
        return c.json([{ error: { message, data: { app: { code: 'PAYLOAD_TOO_LARGE', message } } } }], 413);
      },
    }),
  );
  app.all('/trpc/*', async (c) => {
    const answer = await fetchRequestHandler({
      endpoint: '/trpc',
      req: c.req.raw,
      router: appRouter,
      maxBatchSize,
      // what a query is asked with may be too long for an address: a drawing, of which one wants the plan
      allowMethodOverride: true,
      createContext: ({ resHeaders }) =>
        options.calls.contextOf({
          peer: getConnInfo(c).remote.address,
          header: (name) => c.req.header(name),
          setCookie: (value) => resHeaders.append('set-cookie', value),
        }),
      onError: options.calls.failed,
    });
    if (answer.headers.get('content-type') === 'text/event-stream') endUnread(c.env.outgoing, options.unreadMs);
    return answer;
  });

  const small = compress({ threshold: 0 });
  if (options.assets !== null) {
    const assets = options.assets;
    app.use('/assets/*', compress());
    app.use('/favicon.svg', small);
    app.use(
      '/assets/*',
      serveStatic({
        root: assets,
        // their names hold a hash of their content
        onFound: (_path, c) => c.header('cache-control', 'public, max-age=31536000, immutable'),
      }),
    );
    app.get('/assets/*', (c) => c.notFound());
    app.get('/favicon.svg', serveStatic({ root: assets }));
  }

  // small as it is, it is in what everybody loads first
  app.get('*', small, async (c) => {
    const nonce = c.get('secureHeadersNonce') ?? '';
    c.header('cache-control', 'no-store');
    try {
      return c.html(await options.pages.html(c.req.path, nonce));
    } catch (error) {
      domain.log.error('the page could not be read', { error: describeError(error) });
      return c.text('The web client has not been built. Run: npm run build', 500);
    }
  });
  app.all('*', (c) => c.text('Not found', 404));
  app.onError((error, c) => {
    // the caller hung up in the middle of its request
    if (hasCode(error, 'ECONNRESET')) return c.text('The request broke off.', 400);
    domain.log.error('request failed', { path: c.req.path, error: describeError(error) });
    return c.text('Something went wrong on the server. It has been logged.', 500);
  });
  return app;
}
