import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isAllowed } from './access-rules';
import { addressOf, novaVersionUrl } from './addresses';
import { refusal } from './cloud-error';
import { nextOf, retryAfterMs, type Outcome } from './repeat';
import { keystoneOf } from './settings';
import { chooseVersion, compareVersions } from './versions';

const now = new Date('2026-01-01T00:00:00Z');
const asked = { service: 'compute', call: 'POST /servers' } as const;
const json = { 'content-type': 'application/json' };

// as the services of Zed answer, word for word
test.each([
  [
    403,
    {
      forbidden: {
        code: 403,
        message: 'Quota exceeded for instances: Requested 1, but already used 10 of 10 instances',
      },
    },
    'NO_CAPACITY',
    'OPENSTACK_QUOTA',
  ],
  [
    409,
    { NeutronError: { type: 'OverQuota', message: "Quota exceeded for resources: ['network'].", detail: '' } },
    'NO_CAPACITY',
    'OPENSTACK_QUOTA',
  ],
  [
    403,
    { forbidden: { code: 403, message: "Policy doesn't allow os_compute_api:os-hypervisors:list to be performed." } },
    'ACCESS_DENIED',
    'OPENSTACK_FORBIDDEN',
  ],
  [404, { itemNotFound: { code: 404, message: 'Instance 1 could not be found.' } }, 'NOT_FOUND', 'OPENSTACK_GONE'],
  [
    409,
    { conflictingRequest: { code: 409, message: "Cannot 'stop' instance 1 while it is in vm_state stopped" } },
    'UNAVAILABLE',
    'OPENSTACK_CONFLICT',
  ],
  [400, { badRequest: { code: 400, message: 'Can not find requested image' } }, 'INTERNAL', 'OPENSTACK_REFUSED'],
  [500, { computeFault: { code: 500, message: 'Unexpected API Error.' } }, 'UNAVAILABLE', 'OPENSTACK_FAILED'],
  [
    504,
    '<html><head><style>a{}</style></head><body><h1>504 Gateway Time-out</h1></body></html>',
    'UNAVAILABLE',
    'OPENSTACK_FAILED',
  ],
  [429, { overLimit: { code: 429, message: 'This request was rate-limited.' } }, 'UNAVAILABLE', 'OPENSTACK_BUSY'],
  [301, '', 'UNAVAILABLE', 'OPENSTACK_REDIRECT'],
])('%i %j is told as %s', (status, body, code, sentence) => {
  const isText = typeof body === 'string';
  const headers = isText ? { 'content-type': 'text/html' } : json;
  const error = refusal(asked, { status, headers, text: isText ? body : JSON.stringify(body) });
  expect([error.code, error.sentences[0]?.code]).toEqual([code, sentence]);
  expect(error.message).not.toContain('<');
});

test('whatever a stranger answers becomes one line of bounded length', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 5_000 }), fc.integer({ min: 300, max: 599 }), (text, status) => {
      const { message } = refusal(asked, { status, headers: {}, text });
      return message.length <= 500 && !/[\u0000-\u001f]/.test(message);
    }),
  );
});

test('what may have been done is repeated only where that does no harm, and nothing for ever', () => {
  const answered = fc.integer({ min: 100, max: 599 }).chain((status) =>
    fc
      .option(fc.constantFrom('1', '30', '100000', 'soon', 'Thu, 01 Jan 2026 00:00:05 GMT'), { nil: undefined })
      .map((after): Outcome => ({
        answer: { status, headers: after === undefined ? {} : { 'retry-after': after } },
      })),
  );
  const silent = fc.record({ answer: fc.constant(null), sent: fc.boolean(), lasting: fc.boolean() });
  const sending = fc.record({
    attempt: fc.integer({ min: 1, max: 9 }),
    repeatable: fc.boolean(),
    signedInAnew: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.oneof(answered, silent), sending, (outcome, how) => {
      const next = nextOf(outcome, how, now);
      if (next.do === 'repeat') {
        expect(how.attempt).toBeLessThan(5);
        expect(next.afterMs).toBeLessThanOrEqual(60_000);
        const refused = outcome.answer !== null && [413, 429].includes(outcome.answer.status);
        const unheard = outcome.answer === null && !outcome.sent;
        expect(how.repeatable || refused || unheard).toBe(true);
      }
      if (next.do === 'sign-in') expect(how.signedInAnew).toBe(false);
      if (next.do === 'take')
        expect(outcome.answer?.status).toSatisfy((status: number) => status >= 200 && status < 300);
    }),
  );
});

test.each([
  [undefined, null],
  ['3', 3_000],
  ['Thu, 01 Jan 2026 00:00:05 GMT', 5_000],
  ['Wed, 31 Dec 2025 00:00:00 GMT', 0],
  ['soon', null],
])('Retry-After %j has one wait %j ms', (header, ms) => {
  expect(retryAfterMs(header, now)).toBe(ms);
});

test.each([
  ['https://cloud.test:5000', 'https://cloud.test:5000/v3'],
  ['https://cloud.test:5000/', 'https://cloud.test:5000/v3'],
  ['https://cloud.test/identity/v3/', 'https://cloud.test/identity/v3'],
  ['https://cloud.test/identity/v2.0', 'https://cloud.test/identity/v3'],
])('%s is Keystone at %s', (given, url) => {
  expect(keystoneOf(given).href).toBe(url);
});

test.each([
  ['https://c.test/v2.1/0a1b', 'https://c.test/v2.1/'],
  ['https://c.test/compute/v2.1', 'https://c.test/compute/v2.1/'],
  ['https://c.test:8774/v2/0a1b', 'https://c.test:8774/v2/'],
])('Nova at %s says its versions at %s', (endpoint, url) => {
  expect(novaVersionUrl(endpoint).href).toBe(url);
});

test.each([
  ['https://n.test', 'network', 'https://n.test/v2.0/ports?name=a&name=b'],
  ['https://n.test/v2.0', 'network', 'https://n.test/v2.0/ports?name=a&name=b'],
  ['https://i.test/image', 'image', 'https://i.test/image/v2/ports?name=a&name=b'],
  ['https://c.test/v2.1/0a', 'compute', 'https://c.test/v2.1/0a/ports?name=a&name=b'],
] as const)('behind the endpoint %s of %s a call goes to %s', (endpoint, service, url) => {
  expect(addressOf(endpoint, { service, path: '/ports', query: { name: ['a', 'b'] } }).href).toBe(url);
});

test('versions are compared as numbers, and the newest that both speak is chosen', () => {
  expect(compareVersions('2.9', '2.10')).toBeLessThan(0);
  const ours = { needed: '2.90', spoken: '2.93' };
  expect(chooseVersion(asked, { min: '2.1', max: '2.91' }, ours)).toBe('2.91');
  expect(chooseVersion(asked, { min: '2.1', max: '2.100' }, ours)).toBe('2.93');
  expect(() => chooseVersion(asked, { min: '2.95', max: '2.100' }, ours)).toThrow('2.95');
});

test('access rules allow what their patterns say', () => {
  const rule = (path: string) => [{ service: 'compute', method: 'GET', path }];
  const call = { service: 'compute', method: 'GET', path: '/v2.1/servers/id' };
  for (const path of ['/v2.1/servers/*', '/v2.1/servers/{server_id}', '/v2.1/**', '**'])
    expect(isAllowed(rule(path), call)).toBe(true);
  for (const path of ['/v2.1/servers', '/v2.1/*', '/v2X1/servers/*']) expect(isAllowed(rule(path), call)).toBe(false);
  expect(isAllowed(rule('/v2.1/servers/*'), { ...call, method: 'DELETE' })).toBe(false);
});
