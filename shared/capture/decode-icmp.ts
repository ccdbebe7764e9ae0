import type { Decoding } from './packet';
import { addressText } from './text';

const icmpTypes: Record<number, string | undefined> = {
  0: 'Echo reply',
  3: 'Destination unreachable',
  5: 'Redirect',
  8: 'Echo request',
  9: 'Router advertisement',
  10: 'Router solicitation',
  11: 'Time exceeded',
  12: 'Parameter problem',
  13: 'Timestamp request',
  14: 'Timestamp reply',
};
const unreachable = ['network', 'host', 'protocol', 'port', 'fragmentation needed'];

/** RFC 792. */
export function decodeIcmp(decoding: Decoding, at: number, end: number): void {
  const head = decoding.view(at, at + 8);
  const [type, code] = [head.getUint8(0), head.getUint8(1)];
  const name = icmpTypes[type] ?? `Type ${type}`;
  const isEcho = type === 0 || type === 8;
  const detail = isEcho
    ? echoText(head)
    : type === 3
      ? `: ${unreachable[code] ?? `code ${code}`}`
      : code === 0
        ? ''
        : `, code ${code}`;
  decoding.add(
    {
      name: 'ICMP',
      at,
      length: 8,
      fields: [['Type', `${type} (${name})`], ['Code', String(code)], ...echoFields(isEcho, head, end - at)],
    },
    { word: 'icmp', protocol: 'ICMP', summary: `${name}${detail}` },
  );
}

const icmpv6Types: Record<number, string | undefined> = {
  1: 'Destination unreachable',
  2: 'Packet too big',
  3: 'Time exceeded',
  4: 'Parameter problem',
  128: 'Echo request',
  129: 'Echo reply',
  130: 'Multicast listener query',
  131: 'Multicast listener report',
  132: 'Multicast listener done',
  133: 'Router solicitation',
  134: 'Router advertisement',
  135: 'Neighbour solicitation',
  136: 'Neighbour advertisement',
  137: 'Redirect',
  143: 'Multicast listener report v2',
};

/** RFC 4443, RFC 4861. */
export function decodeIcmpv6(decoding: Decoding, at: number, end: number): void {
  const head = decoding.view(at, at + 8);
  const [type, code] = [head.getUint8(0), head.getUint8(1)];
  const name = icmpv6Types[type] ?? `Type ${type}`;
  const isEcho = type === 128 || type === 129;
  const target = type >= 135 && type <= 137 ? addressText(decoding.slice(at + 8, 16)) : null;
  const detail = isEcho ? echoText(head) : target === null ? '' : ` ${type === 135 ? 'for' : 'of'} ${target}`;
  decoding.add(
    {
      name: 'ICMPv6',
      at,
      length: 8,
      fields: [
        ['Type', `${type} (${name})`],
        ['Code', String(code)],
        ...(target === null ? [] : [['Target', target] as const]),
        ...echoFields(isEcho, head, end - at),
      ],
    },
    { word: 'icmp6', protocol: 'ICMPv6', summary: `${name}${detail}` },
  );
}

const echoText = (head: DataView) => ` id ${head.getUint16(4)}, seq ${head.getUint16(6)}`;

function echoFields(isEcho: boolean, head: DataView, length: number): (readonly [string, string])[] {
  if (!isEcho) return [];
  return [
    ['Identifier', String(head.getUint16(4))],
    ['Sequence', String(head.getUint16(6))],
    ['Data', `${Math.max(0, length - 8)} bytes`],
  ];
}
