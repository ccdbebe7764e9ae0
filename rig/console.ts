import { WebSocket } from 'ws';
import { consolePath, consoleProtocol } from '#shared/console';
import type { ApiSession } from './api';

export interface GuestConsole {
  /** Sends a line, as if typed. */
  type(line: string): void;
  /** Resolves with the match as soon as the output since the last match holds it; rejects when the console closes. */
  until(pattern: RegExp): Promise<RegExpExecArray>;
  close(): void;
}

/** A VM's serial console, as a program opens it. */
export async function openConsole(session: ApiSession, vmId: number): Promise<GuestConsole> {
  const { token } = await session.api.slices.openConsole.mutate({ vmId });
  const url = new URL(consolePath, session.url.replace(/^http/, 'ws'));
  const socket = new WebSocket(url, [consoleProtocol, token], { headers: { cookie: session.cookie() } });
  let text = '';
  let closed: Error | null = null;
  let wake = () => {};
  socket.on('message', (data, isBinary) => {
    if (isBinary && data instanceof Buffer) text += data.toString('utf8');
    wake();
  });
  const end = (error: Error) => {
    closed ??= error;
    wake();
  };
  socket.on('close', () => end(new Error(`the console closed after: ${text.slice(-300)}`)));
  await new Promise<void>((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('error', reject);
  });
  socket.on('error', end);
  return {
    type: (line) => socket.send(Buffer.from(`${line}\r`)),
    async until(pattern) {
      for (;;) {
        const found = pattern.exec(text);
        if (found !== null) {
          text = text.slice(found.index + found[0].length);
          return found;
        }
        if (closed !== null) throw closed;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
    close: () => socket.close(),
  };
}

/** Pings `address` once from the guest; rejects when nobody answers within the deadline of `ping` itself. */
export async function ping(guest: GuestConsole, address: string): Promise<void> {
  // the marks are split in what is typed, so that only the answer holds them whole
  guest.type(`ping -c 1 -w 20 ${address} >/dev/null && echo PI''NG-OK || echo PI''NG-NO`);
  const [answer] = await guest.until(/PING-(OK|NO)/);
  if (answer !== 'PING-OK') throw new Error(`${address} does not answer`);
}
