import { z } from 'zod';
import { expect, test } from 'vitest';
import { cert } from '#server/testing/listening';
import { settingsOf, testCloud, type TestCloud } from '#server/testing/cloud';
import { createCaller, type Caller } from './caller';
import { CloudError, mayBeDone } from './cloud-error';
import { glanceOf } from './glance';
import { neutronOf } from './neutron';
import { novaOf } from './nova';
import { accessOf } from './settings';
import { createWire, type NoAnswer } from './wire';

/** A client whose waits are noted, and take no time but by its own clock. */
function client(cloud: Pick<TestCloud, 'url'>, change: object = {}) {
  const access = accessOf(settingsOf(cloud, change));
  const waits: number[] = [];
  let ahead = 0;
  const wire = createWire({ ca: access.ca, sockets: 8 });
  const caller = createCaller(access, {
    wire,
    now: () => new Date(Date.now() + ahead),
    pause: async (ms, signal) => {
      signal?.throwIfAborted();
      waits.push(ms);
      ahead += ms;
    },
  });
  return { caller, waits, later: (ms: number) => (ahead += ms) };
}

const get = (caller: Caller, path = '/servers/detail') =>
  caller.call({ service: 'compute', method: 'GET', path, answer: z.unknown() });
const post = (caller: Caller) =>
  caller.call({
    service: 'network',
    method: 'POST',
    path: '/networks',
    body: { network: { name: 'n' } },
    answer: z.unknown(),
  });
const failureOf = (work: Promise<unknown>) =>
  work.then(
    () => null,
    (error: unknown) => {
      if (!(error instanceof CloudError)) throw error;
      return error;
    },
  );
const calls = (cloud: TestCloud) => cloud.asked.map(({ method, path }) => `${method} ${path}`);
const signIns = (cloud: TestCloud) => calls(cloud).filter((call) => call === 'POST /v3/auth/tokens').length;

test('signs in by application credential or by account, for all calls once, and asks Nova by version', async () => {
  const cloud = await testCloud();
  const { caller } = client(cloud);
  await Promise.all([get(caller), get(caller), get(caller)]);
  expect(signIns(cloud)).toBe(1);
  expect(cloud.asked[0]?.body).toEqual({
    auth: {
      identity: {
        methods: ['application_credential'],
        application_credential: { id: 'credential-1', secret: 'hidden' },
      },
    },
  });
  expect(cloud.asked.at(-1)?.headers).toMatchObject({ 'openstack-api-version': 'compute 2.93' });

  const account = { applicationCredential: '', user: 'ann', password: 'p', project: 'labs' };
  await get(client(cloud, account).caller);
  expect(cloud.asked.findLast(({ path }) => path === '/v3/auth/tokens')?.body).toMatchObject({
    auth: {
      identity: {
        methods: ['password'],
        password: { user: { name: 'ann', domain: { name: 'Default' }, password: 'p' } },
      },
      scope: { project: { name: 'labs', domain: { name: 'Default' } } },
    },
  });
});

test('a token is renewed before its end, at its end, and where it is refused in mid-flight: once for all', async () => {
  const cloud = await testCloud();
  cloud.tokenSeconds = 60;
  const { caller, later } = client(cloud);
  await get(caller);
  later(40_000);
  await get(caller);
  expect(signIns(cloud)).toBe(1);
  later(6_000);
  await get(caller);
  expect(signIns(cloud)).toBe(2);
  cloud.tokens.clear();
  await Promise.all([get(caller), post(caller), get(caller)]);
  expect(signIns(cloud)).toBe(3);
  expect(cloud.things.networks.size).toBe(1);
});

test('a token that is good still is used while Keystone is away', async () => {
  const cloud = await testCloud();
  cloud.tokenSeconds = 60;
  const { caller, later } = client(cloud);
  await get(caller);
  cloud.answers.set('POST /v3/auth/tokens', () => ({ status: 503 }));
  later(46_000);
  await get(caller);
  later(60_000);
  expect(await failureOf(get(caller))).toMatchObject({ code: 'UNAVAILABLE', retryable: true });
});

test('a credential that is refused is refused once, and is told with what Keystone says', async () => {
  const cloud = await testCloud();
  const body = {
    error: { code: 401, title: 'Unauthorized', message: 'The request you have made requires authentication.' },
  };
  cloud.answers.set('POST /v3/auth/tokens', () => ({ status: 401, body }));
  const failure = await failureOf(get(client(cloud).caller));
  expect(failure).toMatchObject({ code: 'ACCESS_DENIED', retryable: false });
  expect(failure?.message).toContain('requires authentication');
  expect(failure?.message).not.toContain('hidden');
  expect(signIns(cloud)).toBe(1);
});

test('what is no Keystone, no project, no region and no endpoint are told apart', async () => {
  const cloud = await testCloud();
  const { caller } = client({ url: `${cloud.url}/elsewhere` });
  expect((await failureOf(get(caller)))?.sentences).toMatchObject([{ code: 'OPENSTACK_NOT_KEYSTONE' }]);
  const region = client(cloud, { region: 'there' });
  expect((await failureOf(get(region.caller)))?.sentences).toMatchObject([
    { code: 'OPENSTACK_NO_REGION', params: { region: 'there', regions: 'here' } },
  ]);
  const face = client(cloud, { interface: 'admin' });
  expect((await failureOf(get(face.caller)))?.sentences).toMatchObject([{ code: 'OPENSTACK_NO_SERVICE' }]);
});

test('lists have all their pages, by the links that each service gives, whatever host these name', async () => {
  const cloud = await testCloud();
  const { caller } = client(cloud);
  for (let n = 0; n < 5; n += 1) await post(caller);
  cloud.pageSize = 2;
  expect(await neutronOf(caller).networks({ name: ['n', 'other'] })).toHaveLength(5);
  expect(calls(cloud).filter((call) => call === 'GET /network/v2.0/networks')).toHaveLength(3);

  const images = ['a', 'b', 'c'].map((id) => ({ id, name: id, status: 'active', size: null }));
  cloud.answers.set('GET /image/v2/images', ({ query }) => {
    const at = images.findIndex(({ id }) => id === query.get('marker')) + 1;
    const next = at + 1 < images.length ? { next: `/v2/images?marker=${images[at]?.id}` } : {};
    return { status: 200, body: { images: images.slice(at, at + 1), ...next } };
  });
  expect((await glanceOf(caller).images({})).map(({ id }) => id)).toEqual(['a', 'b', 'c']);
});

test('a list that leads back to itself ends', async () => {
  const cloud = await testCloud();
  const { caller } = client(cloud);
  cloud.answers.set('GET /image/v2/images', () => ({ status: 200, body: { images: [], next: '/v2/images?marker=a' } }));
  expect(await failureOf(glanceOf(caller).images({}))).toMatchObject({ retryable: false });
});

test('a service that wants a pause has it from all calls, and what was refused for it is done, whatever it is', async () => {
  const cloud = await testCloud();
  const { caller, waits } = client(cloud);
  cloud.mishap = ({ path }, index) =>
    path === '/network/v2.0/networks' && index < 2 ? { status: 429, headers: { 'retry-after': '7' } } : null;
  await post(caller);
  expect(waits).toContain(7_000);
  expect(cloud.things.networks.size).toBe(1);
});

test.each([500, 502, 503, 504])(
  '%i is repeated where that does no harm, and else may have been done',
  async (status) => {
    const cloud = await testCloud();
    const { caller, waits } = client(cloud);
    let failing = 2;
    cloud.mishap = () => (failing-- > 0 ? { status } : null);
    await get(caller);
    expect(waits).toEqual([500, 1_000]);
    failing = 1;
    const failure = await failureOf(post(caller));
    expect(failure).toMatchObject({ code: 'UNAVAILABLE', retryable: true });
    expect(mayBeDone(failure)).toBe(true);
    expect(cloud.things.networks.size).toBe(0);
  },
);

test('a lost answer is asked for again where that does no harm', async () => {
  const cloud = await testCloud();
  const { caller } = client(cloud);
  await get(caller);
  const lost = new Set(['lost-answer', 'lost-request'] as const);
  cloud.mishap = () => {
    const [next] = lost;
    if (next !== undefined) lost.delete(next);
    return next ?? null;
  };
  await get(caller);
  expect(lost.size).toBe(0);
  cloud.mishap = () => 'lost-answer';
  expect(mayBeDone(await failureOf(post(caller)))).toBe(true);
  expect(cloud.things.networks.size).toBe(1);
});

test('where nobody listens it is tried five times, and nothing can have been done', async () => {
  const cloud = await testCloud();
  const { caller, waits } = client({ url: 'http://127.0.0.1:1' });
  const failure = await failureOf(post(caller));
  expect(failure).toMatchObject({ code: 'UNAVAILABLE', retryable: true });
  expect(failure?.sentences).toEqual([{ code: 'HOST_REFUSED', params: { host: '127.0.0.1:1' } }]);
  expect(mayBeDone(failure)).toBe(false);
  expect(waits).toEqual([500, 1_000, 2_000, 4_000]);
  expect(cloud.asked).toEqual([]);
});

test('the certificate of the cloud’s own CA is trusted where it is given, and nothing is sent else', async () => {
  const cloud = await testCloud({ tls: true });
  const codeOf = async (caCertificate: string) =>
    (await failureOf(get(client(cloud, { caCertificate }).caller)))?.sentences[0]?.code;
  expect(await codeOf('')).toBe('HOST_TLS_SELF_SIGNED');
  // it is trusted now, and is another name's
  expect(await codeOf(cert)).toBe('HOST_TLS_NAME');
  expect(cloud.asked).toEqual([]);
  expect(() => accessOf(settingsOf(cloud, { caCertificate: 'no certificate' }))).toThrow('PEM');
});

test('an answer that does not come is given up, one that does not end, too', async () => {
  const cloud = await testCloud();
  const wire = createWire({ ca: '', sockets: 1 });
  const signal = AbortSignal.timeout(60_000);
  const ask = (path: string) =>
    wire.send({ method: 'GET', url: new URL(path, cloud.url), headers: {}, timeoutMs: 50, signal });
  cloud.mishap = () => ({ status: 200, headers: { 'content-length': '5' }, body: 'a' });
  await expect(ask('/slow')).rejects.toMatchObject({ failure: 'late', sent: true } satisfies Partial<NoAnswer>);
  wire.close();
});

test('only so many calls are under way at once as the settings say', async () => {
  const cloud = await testCloud();
  const { caller } = client(cloud, { callLimit: 2 });
  await get(caller);
  let [now, most] = [0, 0];
  cloud.answers.set('GET /compute/v2.1/servers/detail', () => ({ status: 200, body: {} }));
  const wire = createWire({ ca: '', sockets: 64 });
  const counted = createCaller(accessOf(settingsOf(cloud, { callLimit: 2 })), {
    now: () => new Date(),
    pause: () => Promise.resolve(),
    wire: {
      close: () => wire.close(),
      send: async (request) => {
        most = Math.max(most, (now += 1));
        return wire.send(request).finally(() => (now -= 1));
      },
    },
  });
  await get(counted);
  most = 0;
  await Promise.all(Array.from({ length: 12 }, () => get(counted)));
  expect(most).toBe(2);
});

test('what an API answers otherwise than it should is told as that', async () => {
  const cloud = await testCloud();
  const { caller } = client(cloud);
  cloud.answers.set('GET /compute/v2.1/limits', () => ({ status: 200, body: { limits: {} } }));
  cloud.answers.set('GET /compute/v2.1/flavors/detail', () => ({ status: 200, body: '<html>Login</html>' }));
  const nova = novaOf(caller);
  for (const work of [nova.limits(), nova.flavours()])
    expect((await failureOf(work))?.sentences).toMatchObject([{ code: 'OPENSTACK_NOT_UNDERSTOOD' }]);
});

test('a Nova that is too old for the calls that are used is refused', async () => {
  const cloud = await testCloud();
  const { caller } = client(cloud);
  cloud.answers.set('GET /compute/v2.1/', () => ({
    status: 200,
    body: { version: { version: '2.79', min_version: '2.1' } },
  }));
  expect((await failureOf(get(caller)))?.sentences).toMatchObject([
    { code: 'OPENSTACK_TOO_OLD', params: { max: '2.79', needed: '2.90' } },
  ]);
});
