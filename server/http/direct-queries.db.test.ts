import { afterAll, beforeAll, expect, test } from 'vitest';
import { useDatabase } from '#db/testing/database';
import { serve, type Served } from '#server/testing/http';
import { createWorld } from '#server/testing/world';

const database = useDatabase();
const world = createWorld(database);
let direct: Served;
let longWay: Served;
beforeAll(async () => {
  direct = await serve(world);
  longWay = await serve(world, { direct: false });
});
afterAll(async () => {
  await Promise.all([direct.close(), longWay.close()]);
});

/** What differs from answer to answer, or is a header of a page. */
const notCompared = new Set(['date', 'content-security-policy', 'content-length', 'transfer-encoding']);
/** Hono's middleware sets these for pages; on data they say nothing. */
const pagesOnly =
  /^(origin-agent-cluster|x-(dns-prefetch-control|download-options|permitted-cross-domain-policies|xss-protection))$/;

async function ask({ url }: Served, path: string, given: Record<string, string>, method = 'GET') {
  const headers = given['origin'] === 'its own' ? { ...given, origin: url } : given;
  const response = await fetch(url + path, { method, headers });
  const kept = [...response.headers].filter(([name]) => !notCompared.has(name) && !pagesOnly.test(name));
  const text = await response.text();
  return { status: response.status, text, headers: Object.fromEntries(kept) };
}

const input = (value: unknown) => encodeURIComponent(JSON.stringify(value));

test('a query is answered, or refused, as on the long way, whatever is asked and however', async () => {
  const ada = await world.person();
  const cookie = { cookie: `trama_session=${ada.token}` };
  const { token: pat } = await world.tokenOf(await world.person(), ['read']);
  const asked: [path: string, headers: Record<string, string>, method?: string][] = [
    ['/trpc/auth.me', {}],
    ['/trpc/auth.me', cookie],
    ['/trpc/auth.me?input=', cookie],
    ['/trpc/auth.me', { cookie: 'trama_session=forged' }],
    ['/trpc/auth.me', { authorization: `Bearer ${pat}` }],
    ['/trpc/flavours.list', cookie],
    [`/trpc/flavours.list?input=${input({ limit: 2 })}`, cookie],
    [`/trpc/flavours.list?input=${input({ limit: 0 })}`, cookie],
    [`/trpc/flavours.list?input=${input({ limit: 2, what: 'else' })}`, cookie],
    [`/trpc/flavours.list?input=${input({ limit: 2, cursor: 'no cursor' })}`, cookie],
    [`/trpc/flavours.list?input=${input({})}`, {}],
    [`/trpc/flavours.list?input=${input({})}`, { authorization: `Bearer ${pat}` }],
    [`/trpc/slices.list?input=${input({})}`, { authorization: `Bearer ${pat}` }],
    [`/trpc/users.list?input=${input({})}`, cookie],
    [`/trpc/templates.get?input=${input({ id: 999_999_999 })}`, cookie],
    ['/trpc/templates.list?input=%7Bnot', cookie],
    ['/trpc/templates.list?input=%E0%A4', cookie],
    ['/trpc/no.such', cookie],
    ['/trpc/constructor', cookie],
    ['/trpc/auth.logout', cookie],
    ['/trpc/', cookie],
    [`/trpc/auth.me,flavours.list?batch=1&input=${input({ 1: { limit: 1 } })}`, cookie],
    [`/trpc/auth.me,users.list?batch=1&input=${input({ 1: {} })}`, cookie],
    [`/trpc/auth.me,no.such?batch=1&input=${input({})}`, cookie],
    [`/trpc/auth.me,auth.me?input=${input({})}`, cookie],
    [`/trpc/auth.me?batch=1&input=${input([])}`, cookie],
    [`/trpc/auth.me?batch=1&input=${input('text')}`, cookie],
    [`/trpc/${Array.from({ length: 21 }, () => 'auth.me').join(',')}?batch=1&input=${input({})}`, cookie],
    ['/trpc/auth.me?input=1&input=2', cookie],
    ['/trpc/auth.me?connectionParams=%7B%7D', cookie],
    ['/trpc/auth.me', { ...cookie, 'sec-fetch-site': 'cross-site' }],
    ['/trpc/auth.me', { ...cookie, 'sec-fetch-site': 'same-site' }],
    ['/trpc/auth.me', { ...cookie, origin: 'https://elsewhere.example' }],
    ['/trpc/auth.me', { ...cookie, origin: 'its own' }],
    ['/trpc/auth.me', cookie, 'HEAD'],
    ['/trpc/auth.me', { ...cookie, 'content-type': 'application/json' }, 'POST'],
    // in a stream the faster of several comes first: one is asked for
    [`/trpc/flavours.list?batch=1&input=${input({ 0: {} })}`, { ...cookie, accept: 'application/jsonl' }],
  ];
  for (const [path, headers, method] of asked) {
    const expected = await ask(longWay, path, headers, method);
    expect(await ask(direct, path, headers, method), `${method ?? 'GET'} ${path}`).toEqual(expected);
  }
});

test('an answer that is written directly may not be framed, sniffed, kept or used by other sites', async () => {
  const { headers } = await fetch(`${direct.url}/trpc/auth.me`);
  expect(headers.get('content-security-policy')).toContain("default-src 'none'");
  expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
  expect(headers.get('x-frame-options')).toBe('DENY');
  expect(headers.get('x-content-type-options')).toBe('nosniff');
  expect(headers.get('cache-control')).toBe('no-store');
  expect(headers.get('cross-origin-resource-policy')).toBe('same-origin');
  expect(headers.get('origin-agent-cluster')).toBeNull();
});
