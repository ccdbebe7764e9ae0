import { chunkBytes } from '#shared/upload-chunk';

/** A piece that does not come through in time is sent in smaller ones. */
const leastBytes = 256 * 1024;
/** Failures one after another, of which none is of the file itself. */
const patience = 8;

export interface PiecesOptions {
  /** How much of it is there already. */
  from: number;
  sizeBytes: number;
  /** Sends what begins at `offset`; answers how much is there then. */
  send: (offset: number, length: number) => Promise<number>;
  /** How much is there; asked after a failure. */
  received: () => Promise<number>;
  /** Of a failure: that it passes, that it does not, or how much is there, where it says so. */
  judge: (error: unknown) => 'passing' | 'lasting' | number;
  pause: (ms: number) => Promise<void>;
  onSent: (received: number) => void;
}

/**
 * Sends what is missing of an upload, piece by piece. What fails in passing, and whatever breaks off, is taken up where the server says that it is; a
 * server that starts again is waited for, for two minutes. Rejects with the failure that lasts.
 */
export async function sendPieces(options: PiecesOptions): Promise<void> {
  const { sizeBytes, judge } = options;
  let offset = options.from;
  let most = chunkBytes;
  let failures = 0;
  options.onSent(offset);
  while (offset < sizeBytes) {
    try {
      offset = await options.send(offset, Math.min(most, sizeBytes - offset));
      failures = 0;
    } catch (error) {
      const verdict = judge(error);
      failures += 1;
      if (verdict === 'lasting' || failures >= patience) throw error;
      most = Math.max(leastBytes, Math.floor(most / 2));
      if (typeof verdict === 'number') offset = verdict;
      else {
        await options.pause(Math.min(30_000, 500 * 2 ** failures));
        offset = await options.received().catch((again: unknown) => {
          if (judge(again) !== 'passing') throw again;
          return offset;
        });
      }
    }
    options.onSent(offset);
  }
}
