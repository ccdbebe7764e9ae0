import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { errorCodes, type ErrorCode } from '#shared/errors';
import { createDirectQueries } from '#server/http/direct-queries';
import { createHttpApp } from '#server/http/http-app';
import { nodeListener } from '#server/http/node-listener';
import { createRpcCalls } from '#server/http/rpc-calls';
import type { createWorld } from './world';
import { authenticate, authenticateToken } from '#server/domain/auth/sessions';
import { identify } from '#server/http/credentials';

export interface Served {
  url: string;
  port: number;
  close(): Promise<void>;
}

/**
 * The API of a world on a real port of the loopback, as the server serves it, but that nothing is ever deployed. `maxHeader`:
 * bytes that the address and the headers of a request may have, Node's 16 KiB unless given. `direct: false`: queries too go the
 * long way. `unreadMs`: after which an event stream that nobody reads is ended.
 */
export async function serve(
  world: ReturnType<typeof createWorld>,
  options: { maxHeader?: number; direct?: boolean; unreadMs?: number } = {},
): Promise<Served> {
  const { ctx } = world;
  const publicUrl = null;
  const calls = createRpcCalls({
    domain: ctx,
    authenticate: (credentials, client) =>
      identify(
        credentials,
        {
          session: (token) => authenticate(ctx, token, client),
          token: (token) => authenticateToken(ctx, token, client),
        },
        { secure: false },
      ),
    publicUrl,
  });
  const app = createHttpApp({
    domain: ctx,
    calls,
    ping: () => Promise.resolve(),
    publicUrl,
    pages: { html: () => Promise.resolve('<!doctype html><title>Trama</title>') },
    assets: null,
    unreadMs: options.unreadMs,
  });
  const listener = nodeListener(app.fetch);
  const answersDirectly = options.direct === false ? () => false : createDirectQueries(calls, { publicUrl });
  const server = http.createServer(
    options.maxHeader === undefined ? {} : { maxHeaderSize: options.maxHeader },
    (request, response) => {
      if (!answersDirectly(request, response)) listener(request, response);
    },
  );
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** What an answer must not tell: code, files, statements, machines. */
const leak =
  /\\n\s*at |\bat [\w.<>[\] ]+ \(|node_modules|file:\/\/|\/server\/|\.[cm]?[jt]s:\d|\bselect\b.+\bfrom\b|\binsert into\b|\bupdate .+ set\b|\bECONN|\bER_[A-Z]|SQLSTATE|Duplicate entry|Unknown column|mysql|mariadb|drizzle|Cannot read propert|is not a function|is not iterable|Maximum call stack/i;

/** Why an answer to a request must not be; null when all is well. `status` and `body` as they came. */
export function faultIn(status: number, body: string): string | null {
  if (status >= 500) return `status ${status}`;
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    return `status ${status}, and the answer is not JSON`;
  }
  for (const item of Array.isArray(parsed) ? (parsed as unknown[]) : [parsed]) {
    if (!isObject(item)) return 'an answer that is no object';
    if ('result' in item) continue;
    const text = JSON.stringify(item);
    const code = codeOf(item);
    if (code === null) return `an error without a code of ours: ${text.slice(0, 300)}`;
    if (code === 'INTERNAL' || code === 'DATABASE_UNAVAILABLE') return `the code ${code}`;
    if (leak.test(text)) return `an error that tells too much: ${text.slice(0, 600)}`;
  }
  return null;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The code in `error.data.app`; null for an error without one, or with one that is not in the closed union. */
export function codeOf(item: Record<string, unknown>): ErrorCode | 'OK' | null {
  if ('result' in item) return 'OK';
  const error = item['error'];
  const data = isObject(error) ? error['data'] : undefined;
  const app = isObject(data) ? data['app'] : undefined;
  const code = isObject(app) ? app['code'] : undefined;
  return errorCodes.find((known) => known === code) ?? null;
}
