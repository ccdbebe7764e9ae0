import { expect, test } from 'vitest';
import { listening } from './vm-forwards';

test('what QEMU lists as forwarded is read as it is added and removed', () => {
  // of QEMU 7.2: its own list, with a connection through one of them
  const list = [
    'VLAN -1 (fwd):',
    '  Protocol[State]    FD  Source Address  Port   Dest. Address  Port RecvQ SendQ',
    '  TCP[ESTABLISHED]   15       127.0.0.1 20001     198.18.0.15    22     0     0',
    '  TCP[HOST_FORWARD]  14       127.0.0.1 20001     198.18.0.15    22     0     0',
    '  TCP[HOST_FORWARD]  13               * 20002     198.18.0.15  7777     0     0',
    '  UDP[HOST_FORWARD]  12       127.0.0.1 20003     198.18.0.15    53     0     0',
    '',
  ];
  expect([...listening(list.join('\r\n'))]).toEqual(['127.0.0.1:20001-:22', '0.0.0.0:20002-:7777']);
  expect(listening('').size).toBe(0);
});
