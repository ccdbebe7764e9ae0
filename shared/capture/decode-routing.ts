import type { Decoding } from './packet';
import { addressText } from './text';

const ospfTypes = [
  '',
  'Hello',
  'Database description',
  'Link-state request',
  'Link-state update',
  'Link-state acknowledgement',
];

/** RFC 2328 (version 2), RFC 5340 (version 3). */
export function decodeOspf(decoding: Decoding, at: number, end: number): void {
  const head = decoding.view(at, at + 12);
  const [version, type] = [head.getUint8(0), head.getUint8(1)];
  const name = ospfTypes[type] ?? `Type ${type}`;
  const [router, area] = [addressText(decoding.slice(at + 4, 4)), addressText(decoding.slice(at + 8, 4))];
  const fields: [string, string][] = [
    ['Version', String(version)],
    ['Type', name],
    ['Router', router],
    ['Area', area],
  ];
  const headerLength = version === 2 ? 24 : 16;
  const body = at + headerLength;
  let more = '';
  if (type === 1) {
    const hello = helloOf(decoding, body, { version, end: Math.min(end, at + head.getUint16(2)) });
    fields.push(...hello.fields);
    more = hello.neighbours.length === 0 ? ', sees nobody' : `, sees ${hello.neighbours.join(', ')}`;
  } else if (type === 4) {
    const count = decoding.view(body, body + 4).getUint32(0);
    fields.push(['Advertisements', String(count)]);
    more = `, ${count} advertisement${count === 1 ? '' : 's'}`;
  }
  decoding.add(
    { name: 'OSPF', at, length: Math.max(headerLength, end - at), fields },
    { word: 'ospf', protocol: version === 3 ? 'OSPFv3' : 'OSPF', summary: `${name} of ${router}, area ${area}${more}` },
  );
}

function helloOf(decoding: Decoding, at: number, { version, end }: { version: number; end: number }) {
  const hello = decoding.view(at, at + 20);
  const designated = addressText(decoding.slice(at + 12, 4));
  const backup = addressText(decoding.slice(at + 16, 4));
  const neighbours: string[] = [];
  for (let place = at + 20; place + 4 <= end; place += 4) neighbours.push(addressText(decoding.slice(place, 4)));
  // version 2 begins with the mask, version 3 with the interface; the intervals lie otherwise
  const [every, dead] =
    version === 2 ? [hello.getUint16(4), hello.getUint32(8)] : [hello.getUint16(8), hello.getUint16(10)];
  const fields: [string, string][] = [
    ['Hello interval', `${every} s`],
    ['Dead interval', `${dead} s`],
    ['Designated router', designated],
    ['Backup', backup],
    ...neighbours.map((one): [string, string] => ['Neighbour', one]),
  ];
  return { fields, neighbours };
}

const bgpTypes = ['', 'Open', 'Update', 'Notification', 'Keepalive', 'Route refresh'];
const markerBytes = 16;
const bgpHeaderBytes = 19;

/** RFC 4271. A segment that begins within a message is only told to be one. */
export function decodeBgp(decoding: Decoding, at: number, end: number): void {
  const said: string[] = [];
  let place = at;
  decoding.protocols.add('bgp');
  while (place + bgpHeaderBytes <= end) {
    if (!decoding.slice(place, markerBytes).every((byte) => byte === 255)) break;
    const head = decoding.view(place, place + bgpHeaderBytes);
    const [length, type] = [head.getUint16(16), head.getUint8(18)];
    if (length < bgpHeaderBytes) break;
    const name = bgpTypes[type] ?? `Type ${type}`;
    const detail = bgpDetail(decoding, type, place + bgpHeaderBytes, place + length);
    said.push(detail === '' ? name : `${name} ${detail}`);
    const fields: [string, string][] = [
      ['Type', name],
      ['Length', String(length)],
    ];
    if (detail !== '') fields.push(['Says', detail]);
    decoding.add({ name: 'BGP', at: place, length, fields }, { protocol: 'BGP', summary: said.join('; ') });
    place += length;
  }
  if (said.length === 0) decoding.protocol = 'BGP';
}

function bgpDetail(decoding: Decoding, type: number, at: number, end: number): string {
  const body = decoding.view(at, end);
  if (type === 1)
    return `AS ${body.getUint16(1)}, hold ${body.getUint16(3)} s, router ${addressText(decoding.slice(at + 5, 4))}`;
  if (type === 3) return `code ${body.getUint8(0)}, ${body.getUint8(1)}`;
  if (type !== 2) return '';
  const withdrawnBytes = body.getUint16(0);
  const withdrawn = prefixes(decoding, at + 2, at + 2 + withdrawnBytes);
  const attributes = body.getUint16(2 + withdrawnBytes);
  const announced = prefixes(decoding, at + 4 + withdrawnBytes + attributes, end);
  const parts = [
    announced.length === 0 ? '' : `announces ${announced.join(', ')}`,
    withdrawn.length === 0 ? '' : `withdraws ${withdrawn.join(', ')}`,
  ].filter((part) => part !== '');
  return parts.length === 0 ? 'without IPv4 routes' : parts.join(', ');
}

/** IPv4 prefixes, each as long as it needs to be. */
function prefixes(decoding: Decoding, from: number, end: number): string[] {
  const found: string[] = [];
  for (let at = from; at < end;) {
    const bits = decoding.view(at, at + 1).getUint8(0);
    if (bits > 32) break;
    const bytes = new Uint8Array(4);
    bytes.set(decoding.slice(at + 1, Math.ceil(bits / 8)));
    found.push(`${addressText(bytes)}/${bits}`);
    at += 1 + Math.ceil(bits / 8);
  }
  return found;
}
