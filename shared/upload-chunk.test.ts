import fc from 'fast-check';
import { expect, it } from 'vitest';
import { chunkHead, chunkHeadBytes, readChunkHead } from './upload-chunk';

it('the head of a piece is read as it was written, wherever in a buffer it lies', () => {
  const number = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });
  fc.assert(
    fc.property(number, number, fc.nat(9), (uploadId, offset, before) => {
      const bytes = new Uint8Array(before + chunkHeadBytes);
      bytes.set(chunkHead(uploadId, offset), before);
      expect(readChunkHead(bytes.subarray(before))).toEqual({ uploadId, offset });
    }),
  );
});

it('numbers that are none of ours are none', () => {
  expect(readChunkHead(new Uint8Array(chunkHeadBytes).fill(255))).toEqual({ uploadId: Number.NaN, offset: Number.NaN });
});
