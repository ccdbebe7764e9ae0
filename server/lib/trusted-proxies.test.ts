import { describe, expect, it } from 'vitest';
import { clientAddress, parseProxies, plainAddress } from './trusted-proxies';

describe('clientAddress', () => {
  const client = (trusted: string, peer: string | undefined, forwardedFor?: string) =>
    clientAddress(parseProxies(trusted), peer, forwardedFor);

  it.each([
    ['nobody is trusted', '', '127.0.0.1', '192.0.2.1', '127.0.0.1'],
    ['the peer is not trusted', '10.0.0.0/8', '192.0.2.9', '192.0.2.1', '192.0.2.9'],
    ['the peer is trusted', 'loopback', '127.0.0.1', '192.0.2.1', '192.0.2.1'],
    ['the peer is trusted, by IPv6', 'loopback', '::1', '2001:DB8::1', '2001:db8::1'],
    ['the peer is IPv4 written as IPv6', 'loopback', '::ffff:127.0.0.1', '192.0.2.1', '192.0.2.1'],
    ['the peer alone', 'loopback', '127.0.0.1', undefined, '127.0.0.1'],
    ['the caller lies', 'loopback', '127.0.0.1', '6.6.6.6, 192.0.2.1', '192.0.2.1'],
    ['two proxies', 'loopback, 10.0.0.0/8', '127.0.0.1', '6.6.6.6, 192.0.2.1, 10.1.2.3', '192.0.2.1'],
    ['the second proxy is not trusted', 'loopback', '127.0.0.1', '192.0.2.1, 10.1.2.3', '10.1.2.3'],
    ['all are trusted', 'loopback,10.0.0.0/8', '127.0.0.1', '10.0.0.1, 10.0.0.2', '10.0.0.1'],
    ['an address with a port', 'loopback', '127.0.0.1', '192.0.2.1:4711', '192.0.2.1'],
    ['an IPv6 address with a port', 'loopback', '127.0.0.1', '[2001:db8::1]:4711', '2001:db8::1'],
    ['an IPv6 network', '2001:db8::/32', '2001:db8:ffff::1', '192.0.2.1', '192.0.2.1'],
    ['outside an IPv6 network', '2001:db8::/32', '2001:db9::1', '192.0.2.1', '2001:db9::1'],
    ['one address', '192.0.2.9', '192.0.2.9', '192.0.2.1', '192.0.2.1'],
    ['nonsense', 'loopback', '127.0.0.1', 'unknown', '127.0.0.1'],
    ['nonsense left of an address', 'loopback', '127.0.0.1', '<script>, 192.0.2.1', '192.0.2.1'],
    ['nonsense right of an address', 'loopback', '127.0.0.1', '6.6.6.6, unknown', '127.0.0.1'],
    ['empty parts', 'loopback', '127.0.0.1', ', 192.0.2.1, ,', '192.0.2.1'],
    ['a number too large', 'loopback', '127.0.0.1', '999.0.2.1', '127.0.0.1'],
    ['no peer', 'loopback', undefined, '192.0.2.1', null],
  ])('%s', (_what, trusted, peer, forwardedFor, expected) => {
    expect(client(trusted, peer, forwardedFor)).toBe(expected);
  });
});

describe('parseProxies', () => {
  it.each(['localhost', '10.0.0.0/33', '10.0.0.0/x', '10.0.0.0/8/8', '::/129', '1.2.3', '10.0.0.1:80', 'loopback;::1'])(
    'refuses %s',
    (text) => {
      expect(() => parseProxies(`loopback, ${text}`)).toThrow(text.slice(0, 8));
    },
  );
});

describe('plainAddress', () => {
  it.each([
    ['fe80::1%eth0', 'fe80::1'],
    ['::FFFF:192.0.2.1', '192.0.2.1'],
    ['::ffff:999.0.2.1', null],
    ['', null],
    ['2001:db8::1:443:x', null],
  ])('%s is %s', (text, expected) => {
    expect(plainAddress(text)).toBe(expected);
  });
});
