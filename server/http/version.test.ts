import { expect, test } from 'vitest';
import manifest from '../../package.json';
import { outdated, version } from '#shared/version';

test('the version that the server tells is that of the package', () => {
  expect(version).toBe(manifest.version);
});

test.each([
  ['0.1.0', '0.1.9', null],
  ['0.1.0', '0.10.0', 'program'],
  ['0.10.0', '0.9.0', 'server'],
  ['1.0.0', '0.9.0', 'server'],
  ['0.1.0', null, null],
] as const)('a program of %s and a server of %s: %s is behind', (program, server, behind) => {
  expect(outdated(program, server)).toBe(behind);
});
