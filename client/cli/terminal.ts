import type { Writable } from 'node:stream';
import type { TramaConsole } from '../sdk/index';
import { pause } from '../sdk/transport';
import type { Input } from './prompt';

const leaveByte = 0x1d;
/** What a guest's program may have left on: other screen, hidden cursor, colours, mouse, pasting marks. */
const restore =
  '\u001b[?1049l\u001b[?25h\u001b[0m\u001b[?1000l\u001b[?1002l\u001b[?1003l\u001b[?1006l\u001b[?2004l\r\n';

type Output = Writable & { isTTY?: boolean | undefined; columns?: number | undefined; rows?: number | undefined };

/**
 * Joins a terminal, or a pipe, with a VM's console until Ctrl-], the end of the console or the signal. A terminal is raw
 * meanwhile and always given back. After the end of a pipe it goes on until the guest has been silent for `lingerMs`. The
 * guest hears of the terminal's size, and of every change of it.
 * Resolves with why it ended; null when the user left.
 */
export async function joinConsole(
  guest: TramaConsole,
  streams: { stdin: Input; stdout: Output },
  options: { lingerMs: number; signal: AbortSignal },
): Promise<string | null> {
  const { stdin, stdout } = streams;
  const raw = stdin.isTTY === true;
  let left = false;
  let cancelLinger = new AbortController();
  let lingering = false;
  const leave = () => {
    left = true;
    guest.close();
  };
  const linger = () => {
    lingering = true;
    cancelLinger.abort();
    const own = (cancelLinger = new AbortController());
    void pause(options.lingerMs, own.signal).then(() => own.signal.aborted || leave());
  };
  const onData = (data: Buffer | string) => {
    const bytes = Buffer.from(data as string);
    const end = bytes.indexOf(leaveByte);
    const typed = end < 0 ? bytes : bytes.subarray(0, end);
    // what a pipe ends its lines with is not what a keyboard does
    if (typed.length > 0)
      guest.write(raw ? typed : Buffer.from(typed.toString('latin1').replaceAll('\n', '\r'), 'latin1'));
    if (end >= 0) leave();
  };
  const tellSize = () => {
    const { columns = 0, rows = 0 } = stdout;
    if (columns > 0 && rows > 0) guest.resize(Math.min(columns, 1000), Math.min(rows, 1000));
  };
  const giveBack = () => {
    if (raw) stdin.setRawMode?.(false);
  };

  process.once('exit', giveBack);
  options.signal.addEventListener('abort', leave);
  if (raw) stdin.setRawMode?.(true);
  if (raw && stdout.isTTY === true) {
    tellSize();
    stdout.on('resize', tellSize);
  }
  stdin.on('data', onData);
  stdin.once('end', linger);
  stdin.resume();
  try {
    for await (const chunk of guest) {
      if (!stdout.write(chunk)) await new Promise((resolve) => stdout.once('drain', resolve));
      if (lingering) linger();
    }
    const reason = await guest.closed;
    return left ? null : reason;
  } finally {
    cancelLinger.abort();
    stdin.off('data', onData);
    stdout.off('resize', tellSize);
    stdin.off('end', linger);
    stdin.pause();
    giveBack();
    process.off('exit', giveBack);
    options.signal.removeEventListener('abort', leave);
    guest.close();
    if (raw && stdout.isTTY === true) stdout.write(restore);
  }
}
