import { expect, test } from 'vitest';
import type { Actor } from '#server/domain/context';
import { identify } from './credentials';

/** Says by which of the two a request was identified, and by what. */
function seen(credentials: { authorization?: string; cookie?: string }): Promise<string> {
  const calls: string[] = [];
  const by = (what: string) => async (token: string) => {
    calls.push(`${what} ${token}`);
    return null as Actor | null;
  };
  return identify(credentials, { session: by('session'), token: by('token') }, { secure: false }).then(() =>
    calls.join(),
  );
}

test.each([
  ['nothing', {}, ''],
  ['a session cookie', { cookie: 'a=b; trama_session=s' }, 'session s'],
  ['a bearer header', { authorization: 'Bearer trama_pat_x' }, 'token trama_pat_x'],
  ['a bearer header in other letters', { authorization: ' bearer   t ' }, 'token t'],
  ['a bearer header beside a cookie', { authorization: 'Bearer t', cookie: 'trama_session=s' }, 'token t'],
  ['an empty bearer header beside a cookie', { authorization: 'Bearer', cookie: 'trama_session=s' }, 'token '],
  ['a proxy’s own header beside a cookie', { authorization: 'Basic eDp5', cookie: 'trama_session=s' }, 'session s'],
])('%s', async (_what, credentials, expected) => {
  expect(await seen(credentials)).toBe(expected);
});
