import { expect, test } from 'vitest';
import { ConsoleGate, isEstablished } from './guest-gate';

const bytes = (text: string) => new TextEncoder().encode(text);

test('a text is found across the pieces it comes in, and not across two boots', () => {
  const gate = new ConsoleGate('database is up', false);
  expect([gate.push(bytes('the data')), gate.push(bytes('base is')), gate.push(bytes(' up\n'))]).toEqual([
    false,
    false,
    true,
  ]);
  expect(gate.isOpen).toBe(true);
  gate.reset();
  expect(gate.isOpen).toBe(false);
  gate.push(bytes('database '));
  gate.reset();
  expect(gate.push(bytes('is up'))).toBe(false);
  expect(new ConsoleGate(null, false).push(bytes('anything'))).toBe(false);
});

test('a connection that QEMU took counts only once the guest has accepted it', () => {
  const list = (state: string, port: number) =>
    [
      'Hub -1 (fwd):',
      '  Protocol[State]    FD  Source Address  Port   Dest. Address  Port RecvQ SendQ',
      `  TCP[${state}]      27       127.0.0.1 ${port}      198.18.0.15  7777     0     0`,
      '  TCP[HOST_FORWARD]  14       127.0.0.1 20001      198.18.0.15  7777     0     0',
    ].join('\r\n');
  expect(isEstablished(list('ESTABLISHED', 20_001), 20_001)).toBe(true);
  expect(isEstablished(list('SYN_SENT', 20_001), 20_001)).toBe(false);
  expect(isEstablished(list('ESTABLISHED', 20_002), 20_001)).toBe(false);
  expect(isEstablished('', 20_001)).toBe(false);
});
