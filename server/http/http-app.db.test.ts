import { eq } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { useDatabase } from '#db/testing/database';
import { apiTokens } from '#drizzle/schema/users';
import { authenticate, authenticateToken } from '#server/domain/auth/sessions';
import { clientAddress, parseProxies } from '#server/lib/trusted-proxies';
import { createWorld, password } from '#server/testing/world';
import { identify } from './credentials';
import { diskFull } from '#server/db/errors';
import { createHttpApp } from './http-app';
import { createRpcCalls } from './rpc-calls';

const database = useDatabase();
const world = createWorld(database);
const { ctx } = world;
world.freeze();

/** One request as it comes from the network. Answers status and body. */
async function ask(
  path: string,
  init: RequestInit & { headers?: Record<string, string> } = {},
  {
    ip = '198.51.100.1',
    publicUrl = null,
    ping = async () => {},
  }: { ip?: string; publicUrl?: string | null; ping?: () => Promise<void> } = {},
) {
  const calls = createRpcCalls({
    domain: ctx,
    authenticate: (credentials, client) =>
      identify(
        credentials,
        {
          session: (token) => authenticate(ctx, token, client),
          token: (token) => authenticateToken(ctx, token, client),
        },
        { secure: publicUrl !== null },
      ),
    addressOf: (peer, forwardedFor) => clientAddress(parseProxies('10.0.0.0/8'), peer, forwardedFor),
    publicUrl,
  });
  const app = createHttpApp({
    domain: ctx,
    calls,
    ping,
    publicUrl,
    pages: { html: async () => '<html></html>' },
    assets: null,
  });
  const headers = { host: 'trama.test', ...init.headers };
  const response = await app.request(
    `http://trama.test${path}`,
    { ...init, headers },
    {
      incoming: { socket: { remoteAddress: ip, remotePort: 1, remoteFamily: 'IPv4' } },
    },
  );
  return { status: response.status, text: await response.text(), headers: response.headers };
}

it('every answer of the API says which version gives it, a refusal too', async () => {
  for (const site of ['same-origin', 'cross-site'])
    expect(
      (await ask('/trpc/auth.me', { headers: { 'sec-fetch-site': site } })).headers.get('x-trama-version'),
    ).toMatch(/^\d+\.\d+\.\d+$/);
});

it('the state of the server did not tell a full disk from a database that is away', async () => {
  const away = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED', errno: -111, fatal: true });
  for (const [error, state] of [
    [away, 'down'],
    [diskFull(away), 'full'],
  ] as const) {
    const answer = await ask('/healthz', {}, { ping: () => Promise.reject(error) });
    expect(answer).toMatchObject({ status: 503, text: JSON.stringify({ status: 'unavailable', database: state }) });
  }
});

it('no answer of the API is kept by a browser or a proxy', async () => {
  const ada = await world.person();
  const cookie = { cookie: `trama_session=${ada.token}` };
  for (const path of ['/trpc/auth.me', '/trpc/tokens.list?input=%7B%7D', '/trpc/users.list?input=%7B%7D', '/trpc/none'])
    expect((await ask(path, { headers: cookie })).headers.get('cache-control'), path).toBe('no-store');
  const refused = await ask('/trpc/auth.me', { headers: { 'sec-fetch-site': 'cross-site' } });
  expect([refused.status, refused.headers.get('cache-control')]).toEqual([403, 'no-store']);
});

describe('who a request comes from', () => {
  it('is said by the bearer token, which counts alone, or by the cookie', async () => {
    const ada = await world.person();
    const pat = await world.tokenOf(await world.person(), ['read']);
    const bearer = { authorization: `Bearer ${pat.token}` };
    const cookie = { cookie: `trama_session=${ada.token}` };
    const who = async (headers: Record<string, string>) => {
      const { text } = await ask('/trpc/auth.me', { headers });
      const { result } = JSON.parse(text) as { result: { data: { user: { id: number } | null } } };
      return result.data.user?.id ?? null;
    };
    expect(await who({})).toBeNull();
    expect(await who(cookie)).toBe(ada.userId);
    expect(await who(bearer)).toBe(pat.userId);
    expect(await who({ ...bearer, ...cookie })).toBe(pat.userId);
    expect(await who({ authorization: 'Bearer nonsense', ...cookie })).toBeNull();
    expect(await who({ cookie: `trama_session=${pat.token}` })).toBeNull();
    expect(await who({ authorization: `Bearer ${ada.token}` })).toBeNull();
  });

  it('is never said by the address', async () => {
    const pat = await world.tokenOf(await world.person(), ['read']);
    for (const name of ['token', 'access_token', 'authorization', 'trama_session'])
      expect((await ask(`/trpc/templates.list?input=%7B%7D&${name}=${pat.token}`)).status).toBe(401);
  });

  it('is refused in our words when too many tokens were nobody’s', async () => {
    const guess = () => ask('/trpc/auth.me', { headers: { authorization: 'Bearer x' } }, { ip: '198.51.100.7' });
    for (let n = 0; n < 30; n += 1) expect((await guess()).status).toBe(200);
    const refused = await guess();
    expect(refused.status).toBe(429);
    expect(refused.text).toContain('RATE_LIMITED');
  });

  it('changes nothing of what is refused from other sites', async () => {
    const pat = await world.tokenOf(await world.person(), ['manage']);
    const bearer = { authorization: `Bearer ${pat.token}`, 'content-type': 'application/json' };
    const body = JSON.stringify({ name: 'new' });
    const update = (headers: Record<string, string>) =>
      ask('/trpc/templates.delete', { method: 'POST', headers: { ...bearer, ...headers }, body });
    expect((await update({ 'sec-fetch-site': 'cross-site' })).status).toBe(403);
    expect((await update({ origin: 'https://evil.example' })).status).toBe(403);
    expect((await update({ 'content-type': 'text/plain' })).status).toBe(415);
    expect((await update({})).status).toBe(400);
  });
});

describe('where a request comes from', () => {
  const seenAt = async (ip: string, forwarded: Record<string, string>) => {
    const ada = await world.person();
    // its use is noted a minute later
    world.pass(61_000);
    await ask('/trpc/auth.me', { headers: { cookie: `trama_session=${ada.token}`, ...forwarded } }, { ip });
    const [row] = await ctx.db.select().from(apiTokens).where(eq(apiTokens.id, ada.tokenId));
    return row?.ip;
  };

  it('is said by trusted proxies only', async () => {
    expect(await seenAt('198.51.100.1', { 'x-forwarded-for': '192.0.2.1' })).toBe('198.51.100.1');
    expect(await seenAt('10.0.0.1', { 'x-forwarded-for': '6.6.6.6, 192.0.2.1, 10.0.0.2' })).toBe('192.0.2.1');
    expect(await seenAt('::ffff:10.0.0.1', {})).toBe('10.0.0.1');
    expect(await seenAt('10.0.0.1', { forwarded: 'for=192.0.2.1', 'x-real-ip': '192.0.2.1' })).toBe('10.0.0.1');
  });
});

describe('every answer', () => {
  it('forbids framing, sniffing and inline scripts; behind TLS, as the public URL says, it also asks for TLS', async () => {
    for (const path of ['/', '/trpc/auth.me', '/trpc/no.such', '/healthz', '/assets/none.js']) {
      const { headers } = await ask(path, { headers: { 'x-forwarded-proto': 'https' } });
      const policy = headers.get('content-security-policy') ?? '';
      expect(policy).toContain("default-src 'none'");
      expect(policy).toContain("frame-ancestors 'none'");
      expect(policy).not.toMatch(/unsafe-(inline|eval)|\*/);
      expect(headers.get('x-frame-options')).toBe('DENY');
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('strict-transport-security')).toBeNull();
      const secure = await ask(path, {}, { publicUrl: 'https://trama.test' });
      expect(secure.headers.get('strict-transport-security')).toMatch(/^max-age=\d{8}/);
    }
  });

  it('that gives a session gives it to HTTP and to this site only, and behind TLS to TLS only', async () => {
    const { email } = await world.person();
    const signIn = async (publicUrl: string | null) => {
      const init = {
        method: 'POST',
        headers: { 'content-type': 'application/json', origin: 'http://trama.test' },
        body: JSON.stringify({ email, password }),
      };
      return (await ask('/trpc/auth.login', init, { publicUrl })).headers.get('set-cookie') ?? '';
    };
    expect(await signIn(null)).toMatch(/^trama_session=[^;]+;.*HttpOnly.*SameSite=Strict/);
    expect(await signIn(null)).not.toMatch(/Secure|Domain/i);
    expect(await signIn('https://trama.test')).toMatch(/; Secure/);
  });

  it('that gives a session behind TLS gave it under a name that other hosts of the domain can plant', async () => {
    const ada = await world.person();
    const publicUrl = 'https://trama.test';
    const init = {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: publicUrl },
      body: JSON.stringify({ email: ada.email, password }),
    };
    const given = (await ask('/trpc/auth.login', init, { publicUrl })).headers.get('set-cookie') ?? '';
    expect(given).toMatch(/^__Host-trama_session=[^;]+;/);
    expect(given).toMatch(/; Path=\/(;|$)/);
    expect(given).toMatch(/; Secure/);
    expect(given).not.toMatch(/Domain/i);
    const token = /=([^;]+)/.exec(given)?.[1] ?? '';
    const meBy = async (cookie: string) => (await ask('/trpc/auth.me', { headers: { cookie } }, { publicUrl })).text;
    expect(await meBy(`__Host-trama_session=${token}`)).toContain(ada.email);
    // planted by another host, or of before: neither counts
    expect(await meBy(`trama_session=${token}`)).not.toContain(ada.email);
    expect(await meBy(`trama_session=planted; __Host-trama_session=${token}`)).toContain(ada.email);
  });
});
