/** One frame of a capture file, with the time that stands there. */
export interface PcapRecord {
  /** Microseconds. */
  time: number;
  length: number;
  data: Uint8Array;
}

const fileHeaderBytes = 24;
const recordHeaderBytes = 16;
const microsecondMagic = 0xa1b2c3d4;

/**
 * Reads a pcap file as it comes in pieces, https://www.ietf.org/archive/id/draft-ietf-opsawg-pcap-04.html: little-endian, microseconds, as QEMU
 * writes it on this machine. What it holds is less than one frame.
 */
export class PcapReader {
  readonly #maxLength: number;
  #pending: Uint8Array = new Uint8Array();
  #begun = false;

  /** @param maxLength of what is kept of a frame: more is not of a file that QEMU has written */
  constructor(maxLength: number) {
    this.#maxLength = maxLength;
  }

  /** The frames that are whole now. Throws on what is no such file. */
  push(chunk: Uint8Array): PcapRecord[] {
    const bytes = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk]);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    let at = 0;
    if (!this.#begun && bytes.length >= fileHeaderBytes) {
      if (view.getUint32(0, true) !== microsecondMagic) throw new Error('This is no pcap file of QEMU.');
      this.#begun = true;
      at = fileHeaderBytes;
    }
    const records: PcapRecord[] = [];
    while (this.#begun && bytes.length - at >= recordHeaderBytes) {
      const kept = view.getUint32(at + 8, true);
      if (kept > this.#maxLength) throw new Error('A frame is longer than was asked for.');
      const end = at + recordHeaderBytes + kept;
      if (end > bytes.length) break;
      records.push({
        time: view.getUint32(at, true) * 1e6 + view.getUint32(at + 4, true),
        length: view.getUint32(at + 12, true),
        // copied: the piece that it came in is let go of
        data: new Uint8Array(bytes.subarray(at + recordHeaderBytes, end)),
      });
      at = end;
    }
    this.#pending = new Uint8Array(bytes.subarray(at));
    return records;
  }
}
