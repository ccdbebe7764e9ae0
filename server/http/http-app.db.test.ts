import { describe, expect, it } from 'vitest';
import { useDatabase } from '#db/testing/database';
import { authenticate, authenticateToken } from '#server/domain/auth/sessions';
import { createProvisioning } from '#server/provisioning/provisioning';
import { createKit } from '#server/rpc/testing';
import { identify } from './credentials';
import { createHttpApp } from './http-app';

const database = useDatabase();
const kit = createKit(database);
const { ctx } = kit;
kit.freeze();

/** One request as it comes from the network. Answers status and body. */
async function ask(path: string, init: RequestInit & { headers?: Record<string, string> } = {}, ip = '198.51.100.1') {
  const app = createHttpApp({
    domain: ctx,
    provisioning: createProvisioning(ctx),
    authenticate: (credentials, client) =>
      identify(credentials, {
        session: (token) => authenticate(ctx, token, client),
        token: (token) => authenticateToken(ctx, token, client),
      }),
    ping: async () => {},
    publicUrl: null,
    pages: { html: async () => '<html></html>' },
    assets: null,
  });
  const response = await app.request(`http://trama.test${path}`, init, {
    incoming: { socket: { remoteAddress: ip, remotePort: 1, remoteFamily: 'IPv4' } },
  });
  return { status: response.status, text: await response.text(), headers: response.headers };
}

describe('who a request comes from', () => {
  it('is said by the bearer token, which counts alone, or by the cookie', async () => {
    const ada = await kit.person();
    const pat = await kit.tokenOf(await kit.person(), ['read']);
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
    const pat = await kit.tokenOf(await kit.person(), ['read']);
    for (const name of ['token', 'access_token', 'authorization', 'trama_session'])
      expect((await ask(`/trpc/templates.list?input=%7B%7D&${name}=${pat.token}`)).status).toBe(401);
  });

  it('is refused in our words when too many tokens were nobody’s', async () => {
    const guess = () => ask('/trpc/auth.me', { headers: { authorization: 'Bearer x' } }, '198.51.100.7');
    for (let n = 0; n < 30; n += 1) expect((await guess()).status).toBe(200);
    const refused = await guess();
    expect(refused.status).toBe(429);
    expect(refused.text).toContain('RATE_LIMITED');
  });

  it('changes nothing of what is refused from other sites', async () => {
    const pat = await kit.tokenOf(await kit.person(), ['manage']);
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
