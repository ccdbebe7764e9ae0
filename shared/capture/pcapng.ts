/*
 * Writes pcapng, https://www.ietf.org/archive/id/draft-ietf-opsawg-pcapng-03.html: blocks of 32-bit words, little-endian. Pure, for the
 * browser and the command line alike.
 */

/** A link as the file knows it; frames name it by its place in the list of interfaces. */
export interface PcapngInterface {
  name: string;
  description: string;
  /** Bytes kept of each frame. */
  snapLength: number;
}

export interface PcapngFrame {
  interfaceId: number;
  /** Microseconds since 1970, UTC. */
  at: number;
  /** Of the frame on the link; `data` may be shorter. */
  length: number;
  data: Uint8Array;
}

/** What an address is called. */
export interface PcapngName {
  /** IPv4, `10.0.0.1`. */
  address: string;
  name: string;
}

const blockTypes = { section: 0x0a0d0d0a, interface: 1, names: 4, packet: 6 } as const;
const ethernet = 1;
const encoder = new TextEncoder();

/** How the file begins: who wrote it, the interfaces in their order, and what addresses are called. */
export function pcapngHeader(
  application: string,
  interfaces: readonly PcapngInterface[],
  names: readonly PcapngName[],
): Uint8Array {
  const section = block(
    blockTypes.section,
    words((view) => {
      view.setUint32(0, 0x1a2b3c4d, true);
      view.setUint16(4, 1, true);
      // the section's length is not known
      view.setBigInt64(8, -1n, true);
    }, 16),
    option(4, encoder.encode(application)),
    endOfOptions,
  );
  const described = interfaces.map(({ name, description, snapLength }) =>
    block(
      blockTypes.interface,
      words((view) => {
        view.setUint16(0, ethernet, true);
        view.setUint32(4, snapLength, true);
      }, 8),
      option(2, encoder.encode(name)),
      option(3, encoder.encode(description)),
      // microseconds
      option(9, Uint8Array.of(6)),
      endOfOptions,
    ),
  );
  const resolved =
    names.length === 0
      ? []
      : [
          block(
            blockTypes.names,
            ...names.map(nameRecord),
            words(() => {}, 4),
          ),
        ];
  return joined([section, ...described, ...resolved]);
}

/** One frame, to be written behind the header. */
export function pcapngPacket({ interfaceId, at, length, data }: PcapngFrame): Uint8Array {
  const head = words((view) => {
    view.setUint32(0, interfaceId, true);
    view.setUint32(4, Math.floor(at / 2 ** 32), true);
    view.setUint32(8, at % 2 ** 32, true);
    view.setUint32(12, data.length, true);
    view.setUint32(16, length, true);
  }, 20);
  return block(blockTypes.packet, head, padded(data));
}

function nameRecord({ address, name }: PcapngName): Uint8Array {
  const text = encoder.encode(`${name}\0`);
  const head = words((view) => {
    view.setUint16(0, 1, true);
    view.setUint16(2, 4 + text.length, true);
    for (const [index, part] of address.split('.').entries()) view.setUint8(4 + index, Number(part));
  }, 8);
  return joined([head, padded(text)]);
}

const endOfOptions = new Uint8Array(4);

function option(code: number, value: Uint8Array): Uint8Array {
  const head = words((view) => {
    view.setUint16(0, code, true);
    view.setUint16(2, value.length, true);
  }, 4);
  return joined([head, padded(value)]);
}

function block(type: number, ...parts: Uint8Array[]): Uint8Array {
  const total = 12 + parts.reduce((sum, part) => sum + part.length, 0);
  const head = words((view) => {
    view.setUint32(0, type, true);
    view.setUint32(4, total, true);
  }, 8);
  return joined([head, ...parts, words((view) => view.setUint32(0, total, true), 4)]);
}

function words(write: (view: DataView) => void, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  write(new DataView(bytes.buffer));
  return bytes;
}

/** With zeros up to the next 32-bit word. */
function padded(data: Uint8Array): Uint8Array {
  if (data.length % 4 === 0) return data;
  const whole = new Uint8Array(Math.ceil(data.length / 4) * 4);
  whole.set(data);
  return whole;
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    all.set(part, offset);
    offset += part.length;
  }
  return all;
}
