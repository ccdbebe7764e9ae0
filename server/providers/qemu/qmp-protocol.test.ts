import { expect, test } from 'vitest';
import { QmpParser } from './qmp-protocol';

const bytes = (text: string) => new TextEncoder().encode(text);

test('reads greeting, events, replies and errors, however the stream is cut', () => {
  const stream = [
    '{"QMP": {"version": {"qemu": {"major": 7}}, "capabilities": ["oob"]}}',
    '{"return": {}, "id": 1}',
    '{"timestamp": {"seconds": 1}, "event": "SHUTDOWN", "data": {"guest": true, "reason": "guest-shutdown"}}',
    '{"event": "STOP"}',
    '{"id": 2, "error": {"class": "GenericError", "desc": "Duplicate ID ñ"}}',
    '',
  ].join('\r\n');
  for (const size of [1, 7, 1000]) {
    const parser = new QmpParser();
    const all = bytes(stream);
    const messages = [];
    for (let at = 0; at < all.length; at += size) messages.push(...parser.push(all.subarray(at, at + size)));
    expect(messages).toEqual([
      { kind: 'greeting' },
      { kind: 'reply', id: 1, value: {} },
      { kind: 'event', event: 'SHUTDOWN', data: { guest: true, reason: 'guest-shutdown' } },
      { kind: 'event', event: 'STOP', data: {} },
      { kind: 'error', id: 2, errorClass: 'GenericError', description: 'Duplicate ID ñ' },
    ]);
  }
});

test('refuses what is not a monitor', () => {
  expect(() => new QmpParser().push(bytes('SSH-2.0-OpenSSH\n'))).toThrow();
  expect(() => new QmpParser().push(bytes('{"hello": 1}\n'))).toThrow();
});

test('a line without end was kept whole, until the server had no memory left', () => {
  const parser = new QmpParser();
  const piece = bytes('x'.repeat(1024 * 1024));
  const pieces = () => {
    for (let n = 0; n < 6; n += 1) parser.push(piece);
  };
  expect(pieces).toThrow('A line of the monitor has no end.');
});
