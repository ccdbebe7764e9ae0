import { expect, test } from 'vitest';
import { newVm, topologyVmSchema } from '../schema';
import { drawingLimits } from '../limits';
import { checkTopology, userDataProblems } from './user-data';

const vm = newVm({ key: 'a', name: 'web', flavourId: 1, imageId: 1, x: 0, y: 0 });
const drawn = (userData: string) => ({ vms: [{ ...vm, userData }], networks: [], edges: [] });

test.each([
  '',
  ' \n',
  '#cloud-config\npackages: [nginx]\n',
  'runcmd:\n  - [sh, -c, "echo {{ vm.name }}"]\nwrite_files:\n  - path: /etc/a\n    content: |\n      text\n',
  'hostname: {{ slice.name }}\n',
])('%j is user-data', (text) => {
  expect(userDataProblems(drawn(text))).toEqual([]);
});

test.each([
  ['#cloud-config\nusers:\n  - name: a\n name: b\n', { code: 'USER_DATA_NOT_YAML', params: { line: 4 } }],
  ['a: 1\nb: 2\na: 3\n', { code: 'USER_DATA_NOT_YAML', params: { line: 3 } }],
  ['a: [1, 2\nb: 3\n', { code: 'USER_DATA_NOT_YAML' }],
  ['a: 1\n---\nb: 2\n', { code: 'USER_DATA_NOT_YAML' }],
  ['a: &a [*a]', { code: 'USER_DATA_NOT_YAML' }],
  ['#!/bin/sh\necho hello\n', { code: 'USER_DATA_NOT_CONFIG' }],
  ['- a\n- b\n', { code: 'USER_DATA_NOT_CONFIG' }],
])('%j is none', (text, problem) => {
  expect(userDataProblems(drawn(text))).toMatchObject([{ ...problem, node: 'a', field: 'userData' }]);
  // what was found once is found again
  expect(userDataProblems(drawn(text))).toMatchObject([problem]);
});

test('what is wrong is said without the place, which is said before it', () => {
  expect(userDataProblems(drawn('a: 1\na: 3\n'))[0]?.params?.['reason']).not.toMatch(/line/i);
});

test('a variable that there is not is one mistake, not two', () => {
  expect(checkTopology(drawn('note: {{ vm.nme }}\n'))).toMatchObject([{ code: 'VARIABLE_UNKNOWN' }]);
});

test('a text of a megabyte is refused by its length, and an image without a disk takes none', () => {
  const long = topologyVmSchema.safeParse({ ...vm, userData: '#'.repeat(1_000_000) });
  expect(long.error?.issues).toMatchObject([
    { path: ['userData'], message: `At most ${drawingLimits.userDataLength} characters.` },
  ]);
  const flavours = [{ id: 1, name: 'small', vcpus: 1, ramMb: 1024, diskGb: 4, retiredAt: null }];
  const images = [{ id: 1, name: 'tiny', kind: 'kernel' as const, minRamMb: 0, minDiskGb: 0, retiredAt: null }];
  expect(checkTopology(drawn('a: 1'), { flavours, images })).toMatchObject([
    { code: 'USER_DATA_NOT_TAKEN', node: 'a', field: 'userData', params: { vm: 'web', image: 'tiny' } },
  ]);
});

test.each(['', 'web', 'web.example.org', '1-a.b'])('%j is what a guest may call itself', (hostname) => {
  expect(topologyVmSchema.safeParse({ ...vm, hostname }).success).toBe(true);
});
test.each(['.', 'a..b', '-a', 'a.', 'a b', 'ä', `${'a'.repeat(64)}.b`, `${'a.'.repeat(127)}b`])(
  '%j is not',
  (hostname) => {
    expect(topologyVmSchema.safeParse({ ...vm, hostname }).success).toBe(false);
  },
);
