import fc from 'fast-check';
import { expect, test } from 'vitest';
import { pcapngInterfaces, pcapngNames } from './links';
import { pcapngHeader, pcapngPacket } from './pcapng';

interface Block {
  type: number;
  body: DataView;
}

/** Walks the blocks as a reader of the format does; throws where one is not whole. */
function blocksOf(bytes: Uint8Array): Block[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const blocks: Block[] = [];
  for (let at = 0; at < bytes.length;) {
    const length = view.getUint32(at + 4, true);
    expect(length % 4).toBe(0);
    expect(view.getUint32(at + length - 4, true)).toBe(length);
    blocks.push({
      type: view.getUint32(at, true),
      body: new DataView(bytes.buffer, bytes.byteOffset + at + 8, length - 12),
    });
    at += length;
  }
  return blocks;
}

function optionsOf(body: DataView, from: number): Map<number, string> {
  const options = new Map<number, string>();
  for (let at = from; ;) {
    const code = body.getUint16(at, true);
    const length = body.getUint16(at + 2, true);
    if (code === 0) return options;
    options.set(code, new TextDecoder().decode(new Uint8Array(body.buffer, body.byteOffset + at + 4, length)));
    at += 4 + Math.ceil(length / 4) * 4;
  }
}

test('the header has the links as interfaces, with their names, and what addresses are called', () => {
  const slice = {
    vmList: [
      { key: 'a', name: 'web' },
      { key: 'b', name: 'db' },
    ],
    networks: [{ key: 'n', name: 'lan' }],
    edges: [
      { id: 1, source: 'a', target: 'b', sourceAddress: '10.0.0.1/30', targetAddress: '10.0.0.2/30' },
      { id: 2, source: 'a', target: 'n', sourceAddress: '10.0.1.1/24', targetAddress: null, sourceInterface: 'eth1' },
    ],
  };
  const interfaces = pcapngInterfaces(slice, slice.edges, 96);
  const [section, first, second, names] = blocksOf(pcapngHeader('trama', interfaces, pcapngNames(slice)));
  expect(section?.type).toBe(0x0a0d0d0a);
  expect(section?.body.getUint32(0, true)).toBe(0x1a2b3c4d);
  expect(first?.type).toBe(1);
  expect(first?.body.getUint16(0, true)).toBe(1);
  expect(first?.body.getUint32(4, true)).toBe(96);
  expect(first && optionsOf(first.body, 8).get(2)).toBe('web–db');
  expect(second && optionsOf(second.body, 8).get(3)).toBe('web eth1 10.0.1.1/24 – lan');
  expect(names?.type).toBe(4);
  const text = new TextDecoder().decode(names && new Uint8Array(names.body.buffer, names.body.byteOffset));
  for (const name of ['web', 'db']) expect(text).toContain(`${name}\0`);
});

test('every frame is written whole, with its time to the microsecond', () => {
  const frame = fc.record({
    interfaceId: fc.nat(15),
    at: fc.integer({ min: 0, max: 4_102_444_800_000_000 }),
    length: fc.nat(70_000),
    data: fc.uint8Array({ maxLength: 200 }),
  });
  fc.assert(
    fc.property(fc.array(frame, { maxLength: 5 }), (frames) => {
      const bytes = Buffer.concat(frames.map(pcapngPacket));
      const read = blocksOf(new Uint8Array(bytes)).map(({ type, body }) => {
        expect(type).toBe(6);
        const kept = body.getUint32(12, true);
        return {
          interfaceId: body.getUint32(0, true),
          at: body.getUint32(4, true) * 2 ** 32 + body.getUint32(8, true),
          length: body.getUint32(16, true),
          data: new Uint8Array(body.buffer, body.byteOffset + 20, kept),
        };
      });
      expect(read).toEqual(frames);
    }),
  );
});
