import { expect, test } from 'vitest';
import { signSession } from './jwt';
import { createRelayVerifier, signRelay } from './relay-tokens';

const secret = new TextEncoder().encode('a secret of thirty-two characters');
const now = new Date('2026-01-01T00:00:00Z');
const grant = { vmId: 5, sliceId: 3, zoneId: 2, userId: 1, kind: 'vnc' as const };
const verifier = (options: { secret?: Uint8Array; server?: string; now?: Date } = {}) =>
  createRelayVerifier({
    secret: options.secret ?? secret,
    server: options.server ?? 'lab-1',
    now: () => options.now ?? now,
  });
const token = () => signRelay(secret, { ...grant, server: 'lab-1', now });

test('a relay token opens what it was made for, once', async () => {
  const verify = verifier();
  const made = await token();
  expect(await verify(made)).toEqual(grant);
  expect(await verify(made)).toBeNull();
  expect(await verify(await token())).toEqual(grant);
});

test('a relay token is good for no other process, no other secret, and not for long', async () => {
  expect(await verifier({ server: 'lab-2' })(await token())).toBeNull();
  expect(
    await verifier({ secret: new TextEncoder().encode('another one of thirty-two characters') })(await token()),
  ).toBeNull();
  expect(await verifier({ now: new Date(now.getTime() + 60_000) })(await token())).toBeNull();
});

test('a session token relays nothing', async () => {
  const session = await signSession(secret, { userId: 1, issuedAt: now, expiresAt: new Date(now.getTime() + 60_000) });
  expect(await verifier()(session)).toBeNull();
});
