import { RfbClientReader, RfbError, type RfbMessage } from '#server/lib/rfb';
import type { ConsoleStream } from '#server/providers/provider';

/** What somebody says who only looks: how they want the picture, and that they want it. */
const looking: readonly RfbMessage[] = ['handshake', 'pixelFormat', 'encodings', 'updateRequest'];

/**
 * A graphical console of whose reader's messages only those arrive that ask for the picture: no key, no pointer, no clipboard, no size of the
 * screen. What is no message that is known ends it.
 */
export function onlyLook(stream: ConsoleStream): ConsoleStream {
  const reader = new RfbClientReader();
  let end: ((reason: string) => void) | null = null;
  let refused = false;
  return {
    ...stream,
    write(data) {
      if (refused) return;
      try {
        for (const { message, bytes } of reader.push(data)) if (looking.includes(message)) stream.write(bytes);
      } catch (error) {
        if (!(error instanceof RfbError)) throw error;
        refused = true;
        stream.close();
        end?.(error.message);
      }
    },
    resize: () => undefined,
    onClose(listener) {
      end = listener;
      stream.onClose(listener);
    },
  };
}
