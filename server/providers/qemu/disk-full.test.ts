import { expect, test } from 'vitest';
import { CommandError } from '#server/lib/run-command';
import { plain, say } from '#shared/sentence';
import { asProviderError } from '../errors';
import { roomOf } from './describe-zone';

test('a disk with 15 MiB left is not 7 GiB free, and no VM is begun on it', () => {
  expect(roomOf(15 * 2 ** 20 + 5)).toMatchObject({
    text: '15 MiB',
    capability: { ok: false, reason: 'The zone’s disk is full: 15 MiB are free. Make room on it.' },
  });
  expect(roomOf(7.25 * 2 ** 30)).toEqual({ text: '7.3 GiB', capability: { ok: true, reason: null } });
});

test('what fails on a full disk names the cause', () => {
  const full = Object.assign(new Error('write'), { code: 'ENOSPC' });
  const said = new CommandError('qemu-img', false, 'qemu-img: disk.qcow2: No space left on device', null);
  for (const error of [full, said])
    expect(asProviderError(error, say('ACT_VM_DEFINE'))).toMatchObject({
      code: 'NO_CAPACITY',
      message: 'The virtual machine could not be defined. The zone’s disk is full.',
    });
  expect(asProviderError(new Error('else'), plain('It failed.'))).toMatchObject({
    code: 'INTERNAL',
    message: 'It failed.',
  });
});
