import { expect, test } from 'vitest';
import { returnPath, signInPath } from './return-path';

const origin = 'https://trama.test';
const back = (from: string) => returnPath(new URLSearchParams({ from }), origin);

test('a path of the app comes back with its query and hash', () => {
  expect(back('/slices/7?tab=events#e9')).toBe('/slices/7?tab=events#e9');
  expect(returnPath(new URLSearchParams(signInPath('/slices?status=active').split('?')[1]), origin)).toBe(
    '/slices?status=active',
  );
});

test.each([
  'https://evil.test/x',
  '//evil.test/x',
  '/\\evil.test',
  '/\t/evil.test',
  '/.//evil.test',
  'javascript:alert(1)',
  'slices',
  '',
  '/login',
  '/login?from=/slices',
  '/register',
])('%j leads home', (from) => {
  expect(back(from)).toBe('/');
});
