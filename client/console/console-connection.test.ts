import { describe, expect, it, vi } from 'vitest';
import type { ConsoleKind } from '#shared/image';
import { ConsoleConnection, type ConsoleSocket } from './console-connection';
import { RfbChannel } from './rfb-channel';
import { TerminalWriter } from './terminal-writer';

class ScriptedSocket implements ConsoleSocket {
  binaryType: BinaryType = 'blob';
  readyState = 1;
  onopen = null;
  onmessage: ((event: MessageEvent<unknown>) => void) | null = null;
  onclose: ((event: CloseEvent) => void) | null = null;
  sent: (Uint8Array | string)[] = [];
  constructor(readonly protocols: string[]) {}
  send(data: Uint8Array<ArrayBuffer> | string) {
    this.sent.push(data);
  }
  close() {
    this.readyState = 3;
  }
  say(state: string) {
    this.sayAs({ type: 'state', state, message: 'So.' });
  }
  sayAs(notice: object) {
    this.onmessage?.(new MessageEvent('message', { data: JSON.stringify(notice) }));
  }
  output(text: string) {
    // jsdom's own ArrayBuffer is another one than the test's
    const data = new ArrayBuffer(text.length);
    new Uint8Array(data).set(new TextEncoder().encode(text));
    this.onmessage?.(new MessageEvent('message', { data }));
  }
  drop() {
    this.readyState = 3;
    this.onclose?.(new CloseEvent('close'));
  }
}

function setUp(vmUp = true, readOnly = false, kind: ConsoleKind = 'serial') {
  const sockets: ScriptedSocket[] = [];
  const timers: { callback: () => void; ms: number; cancelled: boolean }[] = [];
  let tickets = 0;
  const openTicket = vi.fn(async () => ({ token: `token-${++tickets}`, path: '/console', readOnly }));
  const output: string[] = [];
  const connection = new ConsoleConnection(
    {
      kind,
      openTicket,
      makeSocket: (_path, protocols) => {
        const socket = new ScriptedSocket(protocols);
        sockets.push(socket);
        return socket;
      },
      refused: (error) => (error === 'never' ? 'You may not.' : null),
      onAttached: () => output.push('(reset)'),
      onOutput: (data) => output.push(new TextDecoder().decode(data)),
      onLeftOut: () => output.push('[…]'),
      setTimer: (callback, ms) => {
        const timer = { callback, ms, cancelled: false };
        timers.push(timer);
        return () => {
          timer.cancelled = true;
        };
      },
      random: () => 0.5,
    },
    vmUp,
  );
  const socket = (index: number) => {
    const found = sockets[index];
    if (found === undefined) throw new Error(`no socket ${index}`);
    return found;
  };
  const settled = async (count: number) => {
    await expect.poll(() => sockets.length).toBe(count);
  };
  return { connection, socket, sockets, timers, openTicket, output, settled };
}

describe('ConsoleConnection', () => {
  it('offers the protocol and a token, passes bytes both ways', async () => {
    const { connection, socket, output, settled } = setUp();
    connection.start();
    await settled(1);
    expect(socket(0).protocols).toEqual(['trama.console', 'token-1']);
    expect(socket(0).binaryType).toBe('arraybuffer');
    connection.send(new Uint8Array([1]));
    expect(socket(0).sent).toEqual([]);
    socket(0).say('attached');
    expect(connection.state()).toEqual({ kind: 'attached' });
    connection.send(new Uint8Array([2]));
    expect(socket(0).sent).toEqual([new Uint8Array([2])]);
    socket(0).output('~ # ');
    socket(0).sayAs({ type: 'left-out', bytes: 70_000 });
    socket(0).output('on');
    expect(output).toEqual(['(reset)', '~ # ', '[…]', 'on']);
  });

  it('sends nothing of what is typed, pasted or answered where it may only be looked at', async () => {
    const { connection, socket, output, settled } = setUp(true, true);
    expect(connection.readOnly()).toBe(false);
    connection.start();
    await settled(1);
    socket(0).say('attached');
    connection.type('reboot\r');
    connection.send(new Uint8Array([3]));
    expect(socket(0).sent).toEqual([]);
    expect(connection.readOnly()).toBe(true);
    socket(0).output('~ # ');
    expect(output).toEqual(['(reset)', '~ # ']);
  });

  it('asks for the picture of a screen that may only be looked at, and types nothing', async () => {
    const { connection, socket, settled } = setUp(true, true, 'vnc');
    const channel = new RfbChannel(connection);
    const heard: number[] = [];
    channel.onmessage = ({ data }) => heard.push(...new Uint8Array(data));
    connection.start();
    await settled(1);
    socket(0).say('attached');
    channel.heard(Uint8Array.of(1, 2, 3).subarray(1));
    const buffer = Uint8Array.of(3, 0);
    channel.send(buffer);
    buffer.fill(9);
    connection.type('reboot\r');
    expect(socket(0).sent).toEqual([Uint8Array.of(3, 0)]);
    expect(heard).toEqual([2, 3]);
    channel.close();
    channel.send(buffer);
    channel.heard(buffer);
    expect([socket(0).sent.length, heard.length]).toEqual([1, 2]);
  });

  it('the guest kept 80 × 24 whatever the size of the window', async () => {
    const { connection, socket, timers, settled } = setUp();
    const run = () =>
      timers
        .filter((timer) => !timer.cancelled)
        .at(-1)
        ?.callback();
    connection.resize(100, 30);
    connection.start();
    await settled(1);
    socket(0).say('attached');
    expect(socket(0).sent).toEqual(['{"type":"resize","cols":100,"rows":30}']);
    // while an edge is dragged only the last size counts
    for (const rows of [31, 32, 33]) connection.resize(100, rows);
    connection.resize(100, 33);
    run();
    expect(socket(0).sent.slice(1)).toEqual(['{"type":"resize","cols":100,"rows":33}']);
    socket(0).drop();
    run();
    await settled(2);
    socket(1).say('attached');
    expect(socket(1).sent).toEqual(['{"type":"resize","cols":100,"rows":33}']);
  });

  it('comes back with a new token and growing pauses while the VM is up', async () => {
    const { connection, socket, timers, settled } = setUp();
    connection.start();
    await settled(1);
    socket(0).drop();
    expect(connection.state()).toEqual({ kind: 'waiting', seconds: 1 });
    timers[0]?.callback();
    await settled(2);
    expect(socket(1).protocols[1]).toBe('token-2');
    socket(1).drop();
    expect(timers.map((timer) => timer.ms)).toEqual([500, 1000]);
    timers[1]?.callback();
    await settled(3);
    socket(2).say('attached');
    socket(2).drop();
    expect(timers[2]?.ms).toBe(500);
  });

  it('rests while the VM is down and attaches again once it is up', async () => {
    const { connection, socket, timers, settled, openTicket } = setUp();
    connection.start();
    await settled(1);
    socket(0).say('attached');
    socket(0).say('vm-stopped');
    connection.setVmUp(false);
    socket(0).drop();
    expect(connection.state()).toEqual({ kind: 'stopped' });
    expect(timers).toEqual([]);
    expect(openTicket).toHaveBeenCalledTimes(1);
    connection.setVmUp(true);
    await settled(2);
    socket(1).say('attached');
    expect(connection.state()).toEqual({ kind: 'attached' });
  });

  it('stops trying when the VM is said to be down after the loss', async () => {
    const { connection, socket, timers, settled } = setUp();
    connection.start();
    await settled(1);
    socket(0).drop();
    connection.setVmUp(false);
    expect(connection.state()).toEqual({ kind: 'stopped' });
    expect(timers[0]?.cancelled).toBe(true);
  });

  it('does not start while the VM is down', async () => {
    const { connection, openTicket } = setUp(false);
    connection.start();
    expect(connection.state()).toEqual({ kind: 'stopped' });
    expect(openTicket).not.toHaveBeenCalled();
  });

  it('says why it was refused, and tries again only when asked', async () => {
    const { connection, openTicket, timers, settled } = setUp();
    openTicket.mockRejectedValueOnce('never');
    connection.start();
    await expect.poll(() => connection.state()).toEqual({ kind: 'failed', message: 'You may not.' });
    expect(timers).toEqual([]);
    connection.reconnect();
    await settled(1);
  });

  it('stays closed when the server has closed it for good', async () => {
    const { connection, socket, timers, settled } = setUp();
    connection.start();
    await settled(1);
    socket(0).say('closed');
    socket(0).drop();
    expect(connection.state()).toEqual({ kind: 'closed', message: 'So.' });
    expect(timers).toEqual([]);
  });

  it('hears nothing of what it has left, and opens nothing once disposed', async () => {
    const { connection, socket, output, settled, sockets } = setUp();
    connection.start();
    await settled(1);
    connection.reconnect();
    await settled(2);
    socket(0).output('old');
    socket(0).drop();
    expect(output).toEqual([]);
    connection.dispose();
    expect(socket(1).readyState).toBe(3);
    connection.reconnect();
    await Promise.resolve();
    expect(sockets.length).toBe(2);
  });
});

describe('TerminalWriter', () => {
  function slowSink() {
    const written: (Uint8Array | string)[] = [];
    const waiting: (() => void)[] = [];
    const writer = new TerminalWriter({
      write: (data, done) => {
        written.push(data);
        waiting.push(done);
      },
    });
    const finish = () => {
      for (let done = waiting.shift(); done !== undefined; done = waiting.shift()) done();
    };
    return { writer, written, finish };
  }

  it('hands over one piece at a time, in order and whole', () => {
    const { writer, written, finish } = slowSink();
    const data = Uint8Array.from({ length: 150_000 }, (_, index) => index % 251);
    writer.push(data);
    writer.push(new Uint8Array([7]));
    expect(written.length).toBe(1);
    finish();
    expect(Buffer.concat(written.map((piece) => Buffer.from(piece)))).toEqual(Buffer.from([...data, 7]));
  });

  it('begins anew, without what was waiting', () => {
    const { writer, written, finish } = slowSink();
    writer.push(new Uint8Array([1]));
    writer.push(new Uint8Array([2]));
    writer.restart();
    writer.push(new Uint8Array([3]));
    finish();
    expect(written).toEqual([new Uint8Array([1]), '\u001bc', new Uint8Array([3])]);
  });

  it('marks where output is missing, behind what came before', () => {
    const { writer, written, finish } = slowSink();
    for (const text of ['a', 'b']) writer.push(new TextEncoder().encode(text));
    writer.markHole();
    writer.push(new TextEncoder().encode('c'));
    finish();
    const texts = written.map((piece) => (typeof piece === 'string' ? piece : new TextDecoder().decode(piece)));
    expect(texts.join('')).toMatch(/^ab.*\r\n\[…\]\r\nc$/s);
  });

  it('drops the oldest of a flood, says so, and goes on', () => {
    const { writer, written, finish } = slowSink();
    const chunk = new Uint8Array(1024 * 1024);
    for (let index = 0; index < 20; index++) writer.push(chunk);
    finish();
    const bytes = written.reduce((sum, piece) => sum + (typeof piece === 'string' ? 0 : piece.byteLength), 0);
    expect(bytes).toBeLessThan(6 * 1024 * 1024);
    expect(written.some((piece) => typeof piece === 'string' && piece.includes('[…]'))).toBe(true);
  });
});
