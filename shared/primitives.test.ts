import { expect, test } from 'vitest';
import { isReservedHostname } from './primitives';

test('a VM could be called like a name that every /etc/hosts has: another machine of that name could not be reached', () => {
  // as Debian, Alpine and macOS write them
  const hosts = `
    127.0.0.1       localhost localhost4
    ::1             localhost ip6-localhost ip6-loopback localhost6
    fe00::0         ip6-localnet
    ff00::0         ip6-mcastprefix
    ff02::1         ip6-allnodes
    ff02::2         ip6-allrouters
    ff02::3         ip6-allhosts
    255.255.255.255 broadcasthost`;
  const names = hosts
    .trim()
    .split('\n')
    .flatMap((line) => line.trim().split(/\s+/).slice(1));
  expect(names.filter((name) => !isReservedHostname(name))).toEqual([]);
  expect(isReservedHostname('LocalHost')).toBe(true);
  expect(['local', 'localhost-2', 'host', 'router'].filter(isReservedHostname)).toEqual([]);
});
