import { decodeFrame } from '#shared/capture/decode';
import type { PacketFilter } from '#shared/capture/filter';
import type { Packet } from '#shared/capture/packet';
import type { CaptureBatch } from '#shared/capture/schema';
import { bytesOfBase64 } from '#shared/capture/text';

/** A frame as the table has it. */
export interface PacketRow {
  /** From 1, in the order in which they came. */
  number: number;
  edgeId: number;
  /** Microseconds since 1970. */
  at: number;
  /** On the link. */
  length: number;
  data: Uint8Array;
  packet: Packet;
}

/** What the page holds at most: frames, and bytes of them. */
const mostRows = 20_000;
const mostBytes = 64 * 2 ** 20;

/** The newest frames of a capture, and those of them that a filter shows. */
export class PacketRing {
  rows: PacketRow[] = [];
  shown: PacketRow[] = [];
  /** Frames that were left out, here or on the way, since more came than is held. */
  dropped = 0;
  #filter: PacketFilter = () => true;
  #bytes = 0;
  #count = 0;

  push({ frames, dropped }: CaptureBatch): void {
    this.dropped += dropped;
    for (const { edgeId, at, length, data } of frames) {
      const bytes = bytesOfBase64(data);
      const row = { number: ++this.#count, edgeId, at, length, data: bytes, packet: decodeFrame(bytes) };
      this.rows.push(row);
      this.#bytes += bytes.length;
      if (this.#filter(row.packet, length)) this.shown.push(row);
    }
    if (this.rows.length > mostRows || this.#bytes > mostBytes) this.#dropOldest();
  }

  filter(filter: PacketFilter): void {
    this.#filter = filter;
    this.shown = this.rows.filter(({ packet, length }) => filter(packet, length));
  }

  clear(): void {
    this.rows = [];
    this.shown = [];
    this.dropped = this.#bytes = this.#count = 0;
  }

  /** A quarter at once: one by one would cost as much as there is for each frame. */
  #dropOldest(): void {
    const old = this.rows.splice(0, Math.ceil(this.rows.length / 4));
    for (const { data } of old) this.#bytes -= data.length;
    this.dropped += old.length;
    const first = this.rows[0]?.number ?? Infinity;
    const kept = this.shown.findIndex(({ number }) => number >= first);
    this.shown = kept < 0 ? [] : this.shown.slice(kept);
  }
}
