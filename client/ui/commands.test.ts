import { expect, test } from 'vitest';
import { splitCommands } from './commands';

test('a command in backticks stands out', () => {
  expect(splitCommands('QEMU is missing: type `apt-get install qemu-system-x86`.')).toEqual([
    { text: 'QEMU is missing: type ', command: false },
    { text: 'apt-get install qemu-system-x86', command: true },
    { text: '.', command: false },
  ]);
});

test('an installation stands out without backticks, too, and leaves the full stop', () => {
  expect(splitCommands('Install it with: sudo apt install qemu-system-x86 qemu-utils.')).toEqual([
    { text: 'Install it with: ', command: false },
    { text: 'sudo apt install qemu-system-x86 qemu-utils', command: true },
    { text: '.', command: false },
  ]);
});

test('a sentence without a command stays whole', () => {
  expect(splitCommands('The zone is closed.')).toEqual([{ text: 'The zone is closed.', command: false }]);
  expect(splitCommands('')).toEqual([]);
});
