import { expect, test } from 'vitest';
import { lastWords } from './qemu-process';

test.each([
  [
    "qemu-system-x86_64: warning: host doesn't support it\nqemu-system-x86_64: could not load kernel '../images/tiny-12ab/vmlinuz'\n",
    "could not load kernel 'vmlinuz'",
  ],
  [
    'qemu-system-x86_64: -drive file=v1/disk.qcow2,format=qcow2: Could not open backing file: /srv/x/disk.qcow2: No such file',
    'Could not open backing file: disk.qcow2: No such file',
  ],
  ['', ''],
])('QEMU’s own line is quoted, without its paths: %s', (log, line) => {
  expect(lastWords(log)).toBe(line);
});
