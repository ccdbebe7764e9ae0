import { expect, test } from 'vitest';
import { covers } from './vm-users';

test('a range of user ids is used only where all of them exist', () => {
  const whole = '         0          0 4294967295\n';
  const rootless = '         0       1000          1\n         1     100000      65536\n';
  const range = { first: 1_879_048_192, count: 65_536 };
  expect(covers(whole, range)).toBe(true);
  expect(covers(rootless, range)).toBe(false);
  expect(covers(rootless, { first: 1000, count: 1000 })).toBe(true);
  expect(covers(rootless, { first: 65_000, count: 1000 })).toBe(false);
  expect(covers('', range)).toBe(false);
});
