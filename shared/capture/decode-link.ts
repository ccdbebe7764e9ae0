import type { Decoding } from './packet';
import { macText, plainText, addressText, hexWord } from './text';

/** IEEE 802.1AB. */
export function decodeLldp(decoding: Decoding, at: number): void {
  const fields: [string, string][] = [];
  const said = new Map<string, string>();
  let place = at;
  for (;;) {
    const head = decoding.view(place, place + 2).getUint16(0);
    const [type, length] = [head >> 9, head & 0x1ff];
    const value = decoding.slice(place + 2, length);
    place += 2 + length;
    if (type === 0) break;
    const [name, text] = lldpValue(type, value);
    fields.push([name, text]);
    said.set(name, text);
  }
  const system = said.get('System name') ?? said.get('Chassis') ?? '';
  decoding.add(
    { name: 'LLDP', at, length: place - at, fields },
    {
      word: 'lldp',
      protocol: 'LLDP',
      summary: `${system} port ${said.get('Port') ?? '?'}, TTL ${said.get('TTL') ?? '?'}`,
    },
  );
}

function lldpValue(type: number, value: Uint8Array): [string, string] {
  const rest = value.subarray(1);
  if (type === 1)
    return [
      'Chassis',
      value[0] === 4 ? macText(rest) : value[0] === 5 ? addressText(rest.subarray(1, 5)) : plainText(rest),
    ];
  if (type === 2) return ['Port', value[0] === 3 ? macText(rest) : plainText(rest)];
  if (type === 3) return ['TTL', `${((value[0] ?? 0) << 8) | (value[1] ?? 0)} s`];
  const texts: Record<number, string | undefined> = {
    4: 'Port description',
    5: 'System name',
    6: 'System description',
  };
  const name = texts[type];
  return name === undefined ? [`TLV ${type}`, `${value.length} bytes`] : [name, plainText(value)];
}

const bridgeText = (bytes: Uint8Array) =>
  `${((bytes[0] ?? 0) << 8) | (bytes[1] ?? 0)}/${macText(bytes.subarray(2, 8))}`;

/** IEEE 802.1D, 802.1w: behind the LLC header of the spanning tree's SAP. */
export function decodeStp(decoding: Decoding, at: number): void {
  const llc = decoding.view(at, at + 3);
  const isStp = llc.getUint16(0) === 0x4242;
  decoding.add(
    { name: 'LLC', at, length: 3, fields: [['SAPs', hexWord(llc.getUint16(0))]] },
    { summary: `LLC ${hexWord(llc.getUint16(0))}` },
  );
  if (!isStp) return;
  const from = at + 3;
  const head = decoding.view(from, from + 4);
  const type = head.getUint8(3);
  if (type === 0x80) {
    const layer = { name: 'Spanning tree', at: from, length: 4, fields: [['Type', 'topology change']] as const };
    decoding.add(layer, { word: 'stp', protocol: 'STP', summary: 'Topology change' });
    return;
  }
  const bpdu = decoding.view(from, from + 35);
  const [root, bridge] = [bridgeText(decoding.slice(from + 5, 8)), bridgeText(decoding.slice(from + 17, 8))];
  const cost = bpdu.getUint32(13);
  const seconds = (offset: number) => `${bpdu.getUint16(offset) / 256} s`;
  decoding.add(
    {
      name: 'Spanning tree',
      at: from,
      length: 35,
      fields: [
        ['Version', ['STP', '', 'RSTP', 'MSTP'][bpdu.getUint8(2)] ?? String(bpdu.getUint8(2))],
        ['Flags', hexWord(bpdu.getUint8(4), 2)],
        ['Root', root],
        ['Path cost', String(cost)],
        ['Bridge', bridge],
        ['Port', hexWord(bpdu.getUint16(25))],
        ['Message age', seconds(27)],
        ['Max age', seconds(29)],
        ['Hello time', seconds(31)],
        ['Forward delay', seconds(33)],
      ],
    },
    { word: 'stp', protocol: type === 2 ? 'RSTP' : 'STP', summary: `Root ${root}, cost ${cost}, bridge ${bridge}` },
  );
}
