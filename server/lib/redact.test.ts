import { describe, expect, it } from 'vitest';
import { redactText, redactValue } from './redact';

const body = 'A1b2C3d4E5f6G7h8I9j0-_A1b2C3d4E5f6G7h8I9j0xyz';
const jwt = `eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.${body}`;

describe('redactText', () => {
  it.each([
    ['a personal access token', `refused trama_pat_${body} twice`, 'refused trama_pat_[redacted] twice'],
    ['a service token', `trama_svc_${body}`, 'trama_svc_[redacted]'],
    ['a JWT', `token ${jwt}.`, 'token [redacted].'],
    ['a JWT without a signature', 'eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.', '[redacted]'],
    ['a bearer header', `Authorization: Bearer ${body}`, 'Authorization: Bearer [redacted]'],
    ['a basic header', 'authorization: basic dXNlcjpwYXNz', 'authorization: basic [redacted]'],
    ['a cookie header', 'cookie: a=b; trama_session=xyz', 'cookie: [redacted]'],
    ['a set-cookie header', 'Set-Cookie: a=b; HttpOnly', 'Set-Cookie: [redacted]'],
    ['a session alone', 'a=b; trama_session=xyz; c=d', 'a=b; trama_session=[redacted]; c=d'],
    ['a password’s hash', 'is $argon2id$v=19$m=8,t=1,p=1$c2FsdA$aGFzaA here', 'is [redacted] here'],
    ['a database’s password', 'mysql://trama:s3cr:et@db:3306/x', 'mysql://trama:[redacted]@db:3306/x'],
    ['a password link', `/reset#${body} was made`, '/reset#[redacted] was made'],
    [
      'an authenticator',
      'otpauth://totp/T:a?issuer=T&secret=GEZDGNBVGY3TQOJQ&digits=6',
      'otpauth://totp/T:a?issuer=T&secret=[redacted]&digits=6',
    ],
    ['a password in JSON', '{"password":"cor\\"rect horse","a":1}', '{"password":[redacted],"a":1}'],
    ['a password in words', "currentPassword = 'correct horse' x", 'currentPassword = [redacted] x'],
  ])('%s', (_what, text, expected) => {
    expect(redactText(text)).toBe(expected);
  });

  it('leaves the values of a failed query out, and its stack in', () => {
    const text = 'Failed query: insert into users values (?)\nparams: a@b.c,hunter2\nsecond line\n    at f (x.ts:1:2)';
    expect(redactText(text)).toBe(
      'Failed query: insert into users values (?)\nparams: [redacted]\n    at f (x.ts:1:2)',
    );
  });

  it.each([
    'The e-mail address or the password is wrong.',
    'slices.create by user 17 from 192.0.2.1',
    'http://localhost:8000/slices/3',
    'tokens 12 and 13 of trama_pat_ kind',
    'at login (/srv/trama/server/domain/auth/login.ts:31:11)',
  ])('leaves “%s” as it is', (text) => {
    expect(redactText(text)).toBe(text);
  });
});

describe('redactValue', () => {
  it('leaves out what is called like a secret, however deep, and keeps ids', () => {
    expect(
      redactValue({
        headers: { Authorization: 'x', 'set-cookie': ['y'], host: 'h' },
        input: [{ email: 'a@b.c', password: 'p', currentPassword: 'q', passwordHash: 'r', token: 't' }],
        tokenId: 7,
        token: 7,
        secret: null,
      }),
    ).toEqual({
      headers: { Authorization: '[redacted]', 'set-cookie': '[redacted]', host: 'h' },
      input: [
        {
          email: 'a@b.c',
          password: '[redacted]',
          currentPassword: '[redacted]',
          passwordHash: '[redacted]',
          token: '[redacted]',
        },
      ],
      tokenId: 7,
      token: 7,
      secret: null,
    });
  });

  it('makes of everything something that can be written', () => {
    const circle: Record<string, unknown> = { n: 1n, bytes: new Uint8Array(3), at: new Date(0), no: undefined };
    circle['self'] = circle;
    expect(JSON.parse(JSON.stringify(redactValue(circle)))).toEqual({
      n: '1',
      bytes: '[3 bytes]',
      at: '1970-01-01T00:00:00.000Z',
      self: '[…]',
    });
  });
});
