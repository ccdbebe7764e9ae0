import { expect, test, vi } from 'vitest';
import { ConsoleFanout } from './console-fanout';

const bytes = (text: string) => new TextEncoder().encode(text);

test('begins with the history, then hands on to everyone, and drops the oldest of who does not listen', () => {
  const fanout = new ConsoleFanout(8);
  fanout.push(bytes('0123456789'));
  let early = '';
  const first = fanout.attach(() => undefined);
  first.onData((data) => (early += new TextDecoder().decode(data)));
  const idle = fanout.attach(() => undefined);
  fanout.push(bytes('abcdef'));
  expect(early).toBe('23456789abcdef');
  let late = '';
  idle.onData((data) => (late += new TextDecoder().decode(data)));
  expect(late).toBe('89abcdef');
  fanout.push(bytes('!'));
  expect(late).toBe('89abcdef!');
});

test('tells readers the end once, late listeners too, and takes no input afterwards', () => {
  const fanout = new ConsoleFanout(8);
  const write = vi.fn();
  const ended = vi.fn();
  const stream = fanout.attach(write);
  stream.write(bytes('x'));
  fanout.end('The virtual machine stopped.');
  fanout.end('again');
  stream.onClose(ended);
  stream.write(bytes('y'));
  expect(write).toHaveBeenCalledOnce();
  expect(ended.mock.calls).toEqual([['The virtual machine stopped.']]);
});

test('a reader that closed gets nothing more', () => {
  const fanout = new ConsoleFanout(8);
  const data = vi.fn();
  const stream = fanout.attach(() => undefined);
  stream.onData(data);
  stream.close();
  fanout.push(bytes('x'));
  expect(data).not.toHaveBeenCalled();
});
