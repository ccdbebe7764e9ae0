/** A header of a frame: where its bytes are, and what stands in it. */
export interface Layer {
  name: string;
  at: number;
  length: number;
  fields: readonly (readonly [name: string, value: string])[];
}

/** Which addresses and ports a frame has, for filters. From source to destination. */
export interface PacketFacts {
  macs: readonly [Uint8Array, Uint8Array];
  vlans: readonly number[];
  /** Of IP or ARP: 4 or 16 bytes each. */
  addresses: readonly [Uint8Array, Uint8Array] | null;
  ports: readonly [number, number] | null;
  /** Words of all its protocols: `ip`, `udp`, `dns`. */
  protocols: ReadonlySet<string>;
}

/** A frame as one line and as its headers. What it says is English, as protocols' own words are. */
export interface Packet {
  source: string;
  destination: string;
  /** Of the innermost header that is known. */
  protocol: string;
  summary: string;
  layers: readonly Layer[];
  facts: PacketFacts;
}

/** What decoders work with: each adds its layer and says what it knows better than those before it. */
export class Decoding {
  readonly bytes: Uint8Array;
  readonly layers: Layer[] = [];
  readonly protocols = new Set<string>();
  readonly vlans: number[] = [];
  source = '';
  destination = '';
  protocol = 'Ethernet';
  summary = '';
  addresses: readonly [Uint8Array, Uint8Array] | null = null;
  ports: readonly [number, number] | null = null;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  /** What is between the two places, as far as it was kept. Reading beyond it throws a RangeError. */
  view(at: number, end: number): DataView {
    const to = Math.max(at, Math.min(end, this.bytes.length));
    if (at > to) throw new RangeError('The frame is cut.');
    return new DataView(this.bytes.buffer, this.bytes.byteOffset + at, to - at);
  }

  slice(at: number, length: number): Uint8Array {
    if (at + length > this.bytes.length) throw new RangeError('The frame is cut.');
    return this.bytes.subarray(at, at + length);
  }

  /** `word`: what filters call it. */
  add(layer: Layer, { word, protocol, summary }: { word?: string; protocol?: string; summary?: string } = {}): void {
    this.layers.push(layer);
    if (word !== undefined) this.protocols.add(word);
    if (protocol !== undefined) this.protocol = protocol;
    if (summary !== undefined) this.summary = summary;
  }
}
