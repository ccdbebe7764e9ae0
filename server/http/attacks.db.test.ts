import { createHmac, generateKeyPairSync, sign } from 'node:crypto';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { useDatabase } from '#db/testing/database';
import { templates } from '#drizzle/schema/templates';
import { apiTokens, users } from '#drizzle/schema/users';
import { sha256 } from '#server/lib/secrets';
import { createWorld, password } from '#server/testing/world';
import { serve, type Served } from '#server/testing/http';
import { giveSession, giveToken, makeScene, type Scene } from '#server/testing/scene';

const database = useDatabase();
const world = createWorld(database);
const { ctx } = world;
let served: Served;
let scene: Scene;
/** The owner's session. */
let session: { token: string; tokenId: number };

beforeAll(async () => {
  served = await serve(world);
});
afterAll(() => served.close());
beforeEach(async () => {
  scene = await makeScene(ctx);
  session = await giveSession(ctx, scene, 'owner');
});

type Headers = Record<string, string>;
const cookie = (token: string): Headers => ({ cookie: `trama_session=${token}` });
const json = { 'content-type': 'application/json' };

async function post(name: string, input: unknown, headers: Headers = {}) {
  const response = await fetch(`${served.url}/trpc/${name}`, {
    method: 'POST',
    headers: { ...json, ...headers },
    body: JSON.stringify(input),
  });
  return { status: response.status, text: await response.text(), setCookie: response.headers.getSetCookie() };
}
async function get(name: string, input: unknown, headers: Headers = {}) {
  const at = `${served.url}/trpc/${name}?input=${encodeURIComponent(JSON.stringify(input))}`;
  const response = await fetch(at, { headers });
  return { status: response.status, text: await response.text(), headers: response.headers };
}
/** Whom the server takes the caller for; null for nobody. */
async function whoIs(headers: Headers): Promise<number | null> {
  const { text } = await get('auth.me', undefined, headers);
  return (JSON.parse(text) as { result: { data: { user: { id: number } | null } } }).result.data.user?.id ?? null;
}
const tokenIn = (setCookie: string[]) => /^trama_session=([^;]*)/.exec(setCookie[0] ?? '')?.[1] ?? '';

describe('sessions', () => {
  it('are not fixed by a cookie from before signing in', async () => {
    const attacker = await giveSession(ctx, scene, 'stranger');
    for (const planted of [attacker.token, 'chosen-by-the-attacker', 'a.b.c']) {
      const { status, setCookie } = await post(
        'auth.login',
        { email: scene.email('owner'), password },
        cookie(planted),
      );
      expect(status).toBe(200);
      const given = tokenIn(setCookie);
      expect(given).not.toBe(planted);
      expect(await whoIs(cookie(given))).toBe(scene.user.owner);
      expect(await whoIs(cookie(planted))).not.toBe(scene.user.owner);
    }
  });

  it('are a cookie that scripts do not see and other sites do not send', async () => {
    const { setCookie } = await post('auth.login', { email: scene.email('owner'), password });
    expect(setCookie).toHaveLength(1);
    expect(setCookie[0]).toMatch(/; HttpOnly/);
    expect(setCookie[0]).toMatch(/; SameSite=Strict/);
    expect(setCookie[0]).toMatch(/; Path=\//);
    expect(setCookie[0]).not.toMatch(/Domain=/i);
  });

  it('cannot be replayed after signing out, signing out everywhere, or another password', async () => {
    const endings: [string, unknown][] = [
      ['auth.logout', undefined],
      ['auth.signOutEverywhere', {}],
      ['auth.changePassword', { currentPassword: password, password: 'another horse battery' }],
    ];
    for (const [name, input] of endings) {
      const one = await giveSession(ctx, scene, 'owner');
      const other = await giveSession(ctx, scene, 'owner');
      expect((await post(name, input, cookie(one.token))).status, name).toBe(200);
      expect(await whoIs(cookie(one.token)), name).toBeNull();
      expect((await get('templates.list', {}, cookie(one.token))).status, name).toBe(401);
      if (name !== 'auth.logout') expect(await whoIs(cookie(other.token)), name).toBeNull();
    }
  });

  it('and tokens count nowhere but in the cookie and the header', async () => {
    const pat = await giveToken(ctx, scene, { person: 'owner', scopes: ['manage'] });
    for (const token of [session.token, pat.token])
      for (const name of ['token', 'access_token', 'bearer', 'authorization', 'trama_session', 'cookie', 'api_key']) {
        const response = await fetch(`${served.url}/trpc/templates.list?input=%7B%7D&${name}=${token}`, {
          headers: { 'x-api-key': token, 'x-auth-token': token, 'proxy-authorization': `Bearer ${token}` },
        });
        expect(response.status).toBe(401);
      }
    expect((await post('templates.delete', { id: scene.template.template, token: pat.token })).status).toBe(401);
  });
});

describe('another site', () => {
  const input = () => ({ id: scene.template.template });
  const stillThere = async () => {
    const [row] = await ctx.db.select().from(templates).where(eq(templates.id, scene.template.template));
    return row?.deletedAt === null;
  };

  it.each([
    ['application/x-www-form-urlencoded', (id: number) => `id=${id}`],
    // the well-known trick: a text form whose one field reads as JSON
    ['text/plain', (id: number) => `{"id":${id},"x":"="}`],
    ['text/plain;charset=UTF-8', (id: number) => `{"id":${id}}`],
    [
      'multipart/form-data; boundary=x',
      (id: number) => `--x\r\nContent-Disposition: form-data; name="id"\r\n\r\n${id}\r\n--x--\r\n`,
    ],
  ])('changes nothing by a form of type %s', async (type, body) => {
    const response = await fetch(`${served.url}/trpc/templates.delete`, {
      method: 'POST',
      headers: { ...cookie(session.token), 'content-type': type },
      body: body(input().id),
    });
    expect(response.status).toBe(415);
    expect(await stillThere()).toBe(true);
  });

  it.each<[string, Headers]>([
    ['Origin', { origin: 'https://evil.example' }],
    ['an opaque Origin', { origin: 'null' }],
    ['our name under another scheme', { origin: 'ftp://127.0.0.1' }],
    ['a name that begins as ours', { origin: 'http://127.0.0.1.evil.example' }],
    ['Sec-Fetch-Site: cross-site', { 'sec-fetch-site': 'cross-site' }],
    ['Sec-Fetch-Site: same-site', { 'sec-fetch-site': 'same-site' }],
  ])('changes and reads nothing by fetch, which %s gives away', async (_what, headers) => {
    const all = { ...cookie(session.token), ...headers };
    expect((await post('templates.delete', input(), all)).status).toBe(403);
    expect((await get('templates.get', input(), all)).status).toBe(403);
    expect(await stillThere()).toBe(true);
  });

  it('changes nothing by a link or a picture', async () => {
    const { status } = await get('templates.delete', input(), cookie(session.token));
    expect(status).toBeGreaterThanOrEqual(400);
    expect(await stillThere()).toBe(true);
  });

  it('is allowed nothing in advance', async () => {
    const preflight = await fetch(`${served.url}/trpc/templates.delete`, {
      method: 'OPTIONS',
      headers: {
        origin: 'https://evil.example',
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'content-type',
      },
    });
    expect(preflight.ok).toBe(false);
    const answers = [preflight.headers, (await get('auth.me', undefined)).headers];
    for (const headers of answers)
      expect([...headers.keys()].filter((name) => name.startsWith('access-control-'))).toEqual([]);
  });

  it('may neither frame us nor run its scripts here', async () => {
    const { headers } = await fetch(`${served.url}/`);
    const policy = headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).toContain("base-uri 'none'");
    expect(policy).not.toMatch(/unsafe-|\*|https?:/);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('x-frame-options')).toBe('DENY');
    // a nonce is used once
    const again = await fetch(`${served.url}/`);
    expect(again.headers.get('content-security-policy')).not.toBe(policy);
  });
});

describe('a forged session', () => {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const claims = () => {
    const now = Math.floor(ctx.clock.now().getTime() / 1000);
    return { iss: 'trama', sub: String(scene.user.admin), jti: 'x', iat: now, exp: now + 3_600 };
  };
  const hmac = (key: string | Uint8Array, head: unknown, body: unknown, hash = 'sha256') => {
    const text = `${part(head)}.${part(body)}`;
    return `${text}.${createHmac(hash, key).update(text).digest('base64url')}`;
  };
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
  const secret = () => ctx.settings.jwtSecret;
  const rsa = (head: unknown, body: unknown) => {
    const text = `${part(head)}.${part(body)}`;
    return `${text}.${sign('sha256', Buffer.from(text), privateKey).toString('base64url')}`;
  };
  const resigned = (change: (body: Record<string, unknown>) => unknown) => {
    const [head = '', body = '', signature = ''] = session.token.split('.');
    const decoded = JSON.parse(Buffer.from(body, 'base64url').toString()) as Record<string, unknown>;
    return `${head}.${part(change(decoded))}.${signature}`;
  };

  it.each<[string, () => string]>([
    ['without an algorithm', () => `${part({ alg: 'none' })}.${part(claims())}.`],
    ['without an algorithm, in capitals', () => `${part({ alg: 'NONE' })}.${part(claims())}.`],
    ['without a signature', () => `${session.token.split('.').slice(0, 2).join('.')}.`],
    ['with the algorithm taken away', () => `${part({ alg: 'none' })}.${session.token.split('.')[1]}.`],
    ['with another’s name in it', () => resigned((body) => ({ ...body, sub: String(scene.user.admin) }))],
    ['with a later end', () => resigned((body) => ({ ...body, exp: 99_999_999_999 }))],
    ['by another key', () => hmac('another secret of thirty-two chars', { alg: 'HS256' }, claims())],
    ['by an empty key', () => hmac('', { alg: 'HS256' }, claims())],
    ['by a public key as secret', () => hmac(pem, { alg: 'HS256' }, claims())],
    ['by RSA', () => rsa({ alg: 'RS256' }, claims())],
    ['by a key of its own', () => rsa({ alg: 'RS256', jwk: publicKey.export({ format: 'jwk' }) }, claims())],
    ['by a key from elsewhere', () => rsa({ alg: 'RS256', jku: 'https://evil.example/jwks', kid: '1' }, claims())],
    ['by a file as key', () => hmac('', { alg: 'HS256', kid: '../../../../dev/null' }, claims())],
    ['by a key from SQL', () => hmac('x', { alg: 'HS256', kid: "' union select 'x" }, claims())],
    ['by our key and another algorithm', () => hmac(secret(), { alg: 'HS512' }, claims(), 'sha512')],
    ['with a demand that nobody knows', () => hmac(secret(), { alg: 'HS256', crit: ['exp2'], exp2: 1 }, claims())],
    ['that has ended', () => hmac(secret(), { alg: 'HS256' }, { ...claims(), exp: claims().iat - 1 })],
    ['that never ends', () => hmac(secret(), { alg: 'HS256' }, { ...claims(), exp: undefined })],
    ['of another issuer', () => hmac(secret(), { alg: 'HS256' }, { ...claims(), iss: 'other' })],
    ['for nobody', () => hmac(secret(), { alg: 'HS256' }, { ...claims(), sub: '' })],
    ['for two', () => hmac(secret(), { alg: 'HS256' }, { ...claims(), sub: [1, 2] })],
  ])('%s is nobody’s, even if its hash were known', async (_what, make) => {
    const token = make();
    await ctx.db.insert(apiTokens).values({
      userId: scene.user.admin,
      kind: 'session',
      tokenHash: sha256(token),
      expiresAt: new Date(ctx.clock.now().getTime() + 3_600_000),
      lastUsedAt: ctx.clock.now(),
    });
    expect(await whoIs(cookie(token))).toBeNull();
    expect(await whoIs({ authorization: `Bearer ${token}` })).toBeNull();
  });

  it('signed with our own key is nobody’s when we did not issue it, and one of ours is its owner’s only', async () => {
    const signed = hmac(secret(), { alg: 'HS256' }, claims());
    expect(await whoIs(cookie(signed))).toBeNull();
    // the row says another user than the token does
    await ctx.db.insert(apiTokens).values({
      userId: scene.user.owner,
      kind: 'session',
      tokenHash: sha256(signed),
      expiresAt: new Date(ctx.clock.now().getTime() + 3_600_000),
    });
    expect(await whoIs(cookie(signed))).toBeNull();
    expect(await whoIs(cookie(session.token))).toBe(scene.user.owner);
  });
});

describe('what a stranger may know', () => {
  it('signing in says the same of an unknown, a disabled and a service account, and of a wrong password', async () => {
    await ctx.db.update(users).set({ disabledAt: ctx.clock.now() }).where(eq(users.id, scene.user.disabled));
    const attempts = [
      { email: 'nobody@example.org', password },
      { email: scene.email('owner'), password: 'wrong password' },
      { email: scene.email('disabled'), password },
      { email: scene.email('service'), password },
    ];
    const answers = new Set<string>();
    for (const attempt of attempts) {
      const { status, text, setCookie } = await post('auth.login', attempt);
      answers.add(`${status} ${text} ${setCookie.length}`);
    }
    expect([...answers]).toHaveLength(1);
    expect([...answers][0]).toMatch(/^401 .*INVALID_CREDENTIALS.* 0$/);
  });

  it('a password link says the same when it is unknown, used or of another form', async () => {
    const use = (token: string) => post('auth.resetPassword', { token, password: 'another horse battery' });
    expect((await use(scene.reset)).status).toBe(200);
    const answers = [await use(scene.reset), await use('x'.repeat(43)), await use(`' or '1'='1`), await use('\u0000')];
    expect(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size).toBe(1);
    expect(answers[0]?.text).toContain('LINK_INVALID');
  });

  it('nobody registers as more than a user', async () => {
    const person = { email: 'eve@example.org', name: 'Eve', password };
    for (const extra of [{ role: 'admin' }, { roleId: 3 }, { kind: 'service' }, { id: 1 }, { isAdmin: true }])
      expect((await post('auth.register', { ...person, ...extra })).text).toContain('INVALID_INPUT');
    const polluted = await fetch(`${served.url}/trpc/auth.register`, {
      method: 'POST',
      headers: json,
      body: `{"email":"eve@example.org","name":"Eve","password":"${password}","__proto__":{"role":"admin"}}`,
    });
    expect(await polluted.text()).not.toContain('"role":"admin"');
    expect(await ctx.db.$count(users, eq(users.name, 'Eve'))).toBeLessThanOrEqual(1);
  });
});
