// @vitest-environment node
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { chunkBytes } from '#shared/upload-chunk';
import { sendPieces, type PiecesOptions } from './send-pieces';

class Passing extends Error {}
class Gap extends Error {
  constructor(readonly at: number) {
    super('gap');
  }
}

/** A server that keeps what comes, and fails as it is told: before a piece, in its middle, or after it. */
function server(sizeBytes: number, fates: ('ok' | 'before' | 'half' | 'after' | 'away')[]) {
  let there = 0;
  const sent: number[] = [];
  const options: PiecesOptions = {
    from: 0,
    sizeBytes,
    async send(offset, length) {
      const fate = fates.shift() ?? 'ok';
      if (fate === 'before' || fate === 'away') throw new Passing();
      if (offset > there) throw new Gap(there);
      expect(length).toBeLessThanOrEqual(chunkBytes);
      sent.push(length);
      there = Math.max(there, offset + (fate === 'half' ? Math.floor(length / 2) : length));
      if (fate !== 'ok') throw new Passing();
      return there;
    },
    received: async () => {
      if (fates[0] === 'away') throw new Passing();
      return there;
    },
    judge: (error) => (error instanceof Passing ? 'passing' : error instanceof Gap ? error.at : 'lasting'),
    pause: async () => undefined,
    onSent: () => undefined,
  };
  return { options, sent, there: () => there };
}

it('all of it arrives, whatever fails on the way, if it fails less often than is borne', async () => {
  const fate = fc.constantFrom('ok', 'ok', 'before', 'half', 'after', 'away');
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 40_000_000 }), fc.array(fate, { maxLength: 7 }), async (size, fates) => {
      const { options, there } = server(size, [...fates]);
      await sendPieces(options);
      expect(there()).toBe(size);
    }),
  );
});

it('what is told to be elsewhere is taken up there', async () => {
  const { options, there } = server(9_000_000, []);
  await sendPieces({ ...options, from: 5_000_000 });
  expect(there()).toBe(9_000_000);
});

it('pieces become smaller where they do not come through, and it gives up in the end', async () => {
  const { options, sent } = server(40_000_000, ['after', 'after', 'after']);
  await sendPieces(options);
  expect(sent.slice(0, 4)).toEqual([4, 2, 1, 0.5].map((mib) => mib * 2 ** 20));
  const gone = server(10, Array<'before'>(20).fill('before'));
  await expect(sendPieces(gone.options)).rejects.toThrow(Passing);
  const refused = { ...gone.options, send: () => Promise.reject(new Error('no')) };
  await expect(sendPieces(refused)).rejects.toThrow('no');
});
