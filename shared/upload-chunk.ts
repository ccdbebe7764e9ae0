/** Bytes of a piece of an upload, its head not counted. The last one may have fewer. */
export const chunkBytes = 4 * 2 ** 20;
/** Bytes before those of a piece: which upload it is of, and where in it they begin. */
export const chunkHeadBytes = 16;

/** What a piece begins with: upload and offset, 64 bits each, the most significant byte first. */
export function chunkHead(uploadId: number, offset: number): Uint8Array<ArrayBuffer> {
  const head = new DataView(new ArrayBuffer(chunkHeadBytes));
  head.setBigUint64(0, BigInt(uploadId));
  head.setBigUint64(8, BigInt(offset));
  return new Uint8Array(head.buffer);
}

/** What {@link chunkHead} has made. Numbers beyond 2^53 are none of ours: NaN. */
export function readChunkHead(bytes: Uint8Array): { uploadId: number; offset: number } {
  const head = new DataView(bytes.buffer, bytes.byteOffset, chunkHeadBytes);
  const safe = (value: bigint) => (value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : Number.NaN);
  return { uploadId: safe(head.getBigUint64(0)), offset: safe(head.getBigUint64(8)) };
}
