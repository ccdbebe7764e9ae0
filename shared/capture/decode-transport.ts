import { decodeDhcp, decodeDns } from './decode-names';
import { decodeBgp } from './decode-routing';
import type { Decoding } from './packet';
import { hexWord } from './text';

type Decode = (decoding: Decoding, at: number, end: number) => void;
/** What is spoken behind a port, at either end. */
const udpPorts: Record<number, Decode | undefined> = { 53: decodeDns, 5353: decodeDns, 67: decodeDhcp, 68: decodeDhcp };
const bgpPort = 179;
const flagNames = ['FIN', 'SYN', 'RST', 'PSH', 'ACK', 'URG', 'ECE', 'CWR'];

/** RFC 9293. */
export function decodeTcp(decoding: Decoding, at: number, end: number): void {
  const head = decoding.view(at, at + 20);
  const [from, to] = [head.getUint16(0), head.getUint16(2)];
  const headerLength = (head.getUint8(12) >> 4) * 4;
  const bits = head.getUint8(13);
  const flags = flagNames.filter((_, bit) => (bits & (1 << bit)) !== 0).join(', ');
  const payload = Math.max(0, end - at - headerLength);
  const [sequence, acknowledged, window] = [head.getUint32(4), head.getUint32(8), head.getUint16(14)];
  decoding.ports = [from, to];
  decoding.add(
    {
      name: 'TCP',
      at,
      length: headerLength,
      fields: [
        ['Source port', String(from)],
        ['Destination port', String(to)],
        ['Sequence', String(sequence)],
        ['Acknowledgement', String(acknowledged)],
        ['Flags', flags],
        ['Window', String(window)],
        ['Data', `${payload} bytes`],
      ],
    },
    {
      word: 'tcp',
      protocol: 'TCP',
      summary: `${from} → ${to} [${flags}] seq ${sequence}${(bits & 16) === 0 ? '' : ` ack ${acknowledged}`} win ${window} len ${payload}`,
    },
  );
  if (payload > 0 && (from === bgpPort || to === bgpPort)) decodeBgp(decoding, at + headerLength, end);
}

/** RFC 768. */
export function decodeUdp(decoding: Decoding, at: number, end: number): void {
  const head = decoding.view(at, at + 8);
  const [from, to] = [head.getUint16(0), head.getUint16(2)];
  decoding.ports = [from, to];
  decoding.add(
    {
      name: 'UDP',
      at,
      length: 8,
      fields: [
        ['Source port', String(from)],
        ['Destination port', String(to)],
        ['Length', String(head.getUint16(4))],
        ['Checksum', hexWord(head.getUint16(6))],
      ],
    },
    { word: 'udp', protocol: 'UDP', summary: `${from} → ${to} len ${Math.max(0, head.getUint16(4) - 8)}` },
  );
  (udpPorts[to] ?? udpPorts[from])?.(decoding, at + 8, end);
}
