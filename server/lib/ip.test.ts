import { describe, expect, it } from 'vitest';
import { callerOf } from './ip';
import { uuidOf } from './uuid';

describe('callerOf', () => {
  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:DB8:1:2::9', '2001:db8:1:2::/64'],
    ['2001:0db8:0001:0002::9', '2001:db8:1:2::/64'],
    ['::1', '0:0:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['2001:db8::', '2001:db8:0:0::/64'],
  ])('%s counts as %s', (ip, caller) => {
    expect(callerOf(ip)).toBe(caller);
  });
});

describe('uuidOf', () => {
  it('is stable, of version 8, and different for another id or name space', () => {
    expect(uuidOf('a', 1)).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(uuidOf('a', 1)).toBe(uuidOf('a', 1));
    expect(new Set([uuidOf('a', 1), uuidOf('a', 2), uuidOf('b', 1), uuidOf('a1', 1)]).size).toBe(4);
  });
});
