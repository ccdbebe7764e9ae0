import type { ConsoleStream } from '../provider';

const betweenLooksMs = 2_000;
/** Lines that are asked for each time: more than a guest prints in between. */
export const consoleLines = 2_000;

/** What `later` has that `before` had not; all of it where it does not go on from there. */
export function newOutput(before: string, later: string): string {
  if (later.startsWith(before)) return later.slice(before.length);
  // the beginning has been cut off since: what they share is found by the end of what was shown
  const tail = before.slice(-400);
  const at = tail === '' ? -1 : later.lastIndexOf(tail);
  return at < 0 ? later : later.slice(at + tail.length);
}

/** A console that shows what Nova keeps of the serial line, and takes nothing. `read` rejects once the VM does not run. */
export function logConsole(
  first: string,
  { read, pause }: { read: () => Promise<string>; pause: (ms: number, signal?: AbortSignal) => Promise<void> },
): ConsoleStream {
  const closed = new AbortController();
  const encoder = new TextEncoder();
  let onClose: (reason: string) => void = () => undefined;
  // a terminal wants both
  const shown = (text: string) => encoder.encode(text.replaceAll(/\r?\n/g, '\r\n'));

  async function follow(listener: (data: Uint8Array) => void): Promise<void> {
    let before = first;
    listener(shown(first));
    for (;;) {
      await pause(betweenLooksMs, closed.signal);
      const later = await read();
      const more = newOutput(before, later);
      if (more !== '' && !closed.signal.aborted) listener(shown(more));
      before = later;
    }
  }
  return {
    flow: null,
    write: () => undefined,
    resize: () => undefined,
    onData: (listener) => {
      follow(listener).catch(() => {
        if (!closed.signal.aborted) onClose('The virtual machine stopped.');
      });
    },
    onClose: (listener) => (onClose = listener),
    close: () => closed.abort(),
  };
}
