import type { Context, MiddlewareHandler } from 'hono';
import { secureHeaders, NONCE } from 'hono/secure-headers';
import { version, versionHeader } from '#shared/version';

/**
 * Headers of every answer. Scripts and styles come from here only, or carry the answer's nonce.
 * `development`: Vite's client needs its own inline scripts, which Vite gives the nonce as well.
 */
export function responseHeaders(options: { https: boolean }): MiddlewareHandler {
  return secureHeaders({
    contentSecurityPolicy: {
      defaultSrc: ["'none'"],
      scriptSrc: ["'self'", NONCE],
      // `style-src-attr` is left to style-src: React sets styles through the DOM, which the policy does not concern
      styleSrc: ["'self'", NONCE],
      imgSrc: ["'self'", 'data:'],
      fontSrc: ["'self'", 'data:'],
      connectSrc: ["'self'"],
      workerSrc: ["'self'"],
      manifestSrc: ["'self'"],
      baseUri: ["'none'"],
      formAction: ["'self'"],
      frameAncestors: ["'none'"],
    },
    strictTransportSecurity: options.https ? 'max-age=31536000' : false,
    referrerPolicy: 'same-origin',
    xFrameOptions: 'DENY',
    crossOriginOpenerPolicy: 'same-origin',
    crossOriginResourcePolicy: 'same-origin',
    permissionsPolicy: { camera: [], microphone: [], geolocation: [], usb: [] },
  });
}

/**
 * Headers of an answer that is no page, for who writes it without a middleware: what {@link responseHeaders} sets and
 * {@link neverKept}, and a policy under which nothing may be loaded, run or framed.
 */
export function plainAnswerHeaders(options: { https: boolean }): Record<string, string> {
  return {
    [versionHeader]: version,
    'cache-control': 'no-store',
    'content-security-policy': "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'permissions-policy': 'camera=(), microphone=(), geolocation=(), usb=()',
    'referrer-policy': 'same-origin',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    ...(options.https ? { 'strict-transport-security': 'max-age=31536000' } : {}),
  };
}

/** The origins that this request may come from: its own host, and the public URL when one is set. */
function allowedOrigins(host: string | undefined, publicUrl: string | null): Set<string> {
  const origins = new Set<string>();
  if (host !== undefined) for (const scheme of ['http', 'https']) origins.add(`${scheme}://${host}`);
  if (publicUrl !== null) origins.add(new URL(publicUrl).origin);
  return origins;
}

/** Whether a browser's request, by its `Origin`, comes from our own pages. Programs send none. */
export function originAllowed(origin: string | undefined, host: string | undefined, publicUrl: string | null): boolean {
  return origin === undefined || allowedOrigins(host, publicUrl).has(origin);
}

/** Has no browser and no proxy keep the answers: they are for who asks now. A stream says more of its own. */
export function neverKept(): MiddlewareHandler {
  return async (c, next) => {
    await next();
    if (!c.res.headers.has('cache-control')) c.header('cache-control', 'no-store');
  };
}

/** Tells programs which version answers them: those made for another one say which of the two to upgrade. */
export function tellVersion(): MiddlewareHandler {
  return async (c, next) => {
    await next();
    c.header(versionHeader, version);
  };
}

/** Refuses an address whose escapes are none (`%E0%A4`): tRPC would take its own failure to read it for a fault of ours. */
export function readableAddress(): MiddlewareHandler {
  return async (c, next) => {
    try {
      decodeURIComponent(new URL(c.req.url).pathname);
    } catch {
      const message = 'There is no such procedure.';
      return c.json([{ error: { message, data: { app: { code: 'NOT_FOUND', message } } } }], 404);
    }
    await next();
  };
}

/** The one procedure that is not called by JSON: it takes bytes. */
const takesOctets = (path: string) => path === '/trpc/imageUploads.writeChunk';

/**
 * Refuses what another site's page could make a signed-in browser send: foreign `Origin` or `Sec-Fetch-Site`, and any
 * body that is not JSON (which a form cannot send), or bytes where those are taken. Before tRPC sees the request.
 */
export function sameSiteOnly(publicUrl: string | null): MiddlewareHandler {
  const refuse = (c: Context, status: 403 | 415, message: string) =>
    c.json(
      [{ error: { message, data: { app: { code: status === 403 ? 'FORBIDDEN' : 'INVALID_INPUT', message } } } }],
      status,
    );
  return async (c, next) => {
    const site = c.req.header('sec-fetch-site');
    if (site !== undefined && site !== 'same-origin' && site !== 'none')
      return refuse(c, 403, 'Requests from other sites are refused.');
    if (!originAllowed(c.req.header('origin'), c.req.header('host'), publicUrl))
      return refuse(c, 403, 'Requests from other sites are refused.');
    const reads = c.req.method === 'GET' || c.req.method === 'HEAD';
    const type = c.req.header('content-type') ?? '';
    // neither is sent by a form, nor by a page of another site without asking first
    const isTaken = takesOctets(c.req.path) ? /^application\/octet-stream$/i : /^application\/json(;|$)/i;
    if (!reads && !isTaken.test(type)) return refuse(c, 415, 'Only JSON is accepted.');
    await next();
  };
}
