import type { Decoding } from './packet';
import { addressText, hexWord, macText, plainText } from './text';

const dnsTypes: Record<number, string | undefined> = {
  1: 'A',
  2: 'NS',
  5: 'CNAME',
  6: 'SOA',
  12: 'PTR',
  15: 'MX',
  16: 'TXT',
  28: 'AAAA',
  33: 'SRV',
  41: 'OPT',
  255: 'ANY',
};
const dnsErrors = ['no error', 'format error', 'server failure', 'no such name', 'not implemented', 'refused'];
/** Of one message are told at most. */
const mostRecords = 20;

/** RFC 1035. */
export function decodeDns(decoding: Decoding, at: number, end: number): void {
  const message = decoding.view(at, end);
  const flags = message.getUint16(2);
  const isAnswer = (flags & 0x8000) !== 0;
  const [questions, answers] = [message.getUint16(4), message.getUint16(6)];
  const fields: [string, string][] = [
    ['Identification', hexWord(message.getUint16(0))],
    ['Kind', isAnswer ? 'answer' : 'question'],
    ['Flags', hexWord(flags)],
  ];
  let place = 12;
  const asked: string[] = [];
  for (let n = 0; n < Math.min(questions, mostRecords); n += 1) {
    const name = nameAt(message, place);
    const type = message.getUint16(name.end);
    asked.push(`${dnsTypes[type] ?? `type ${type}`} ${name.text}`);
    place = name.end + 4;
  }
  for (const question of asked) fields.push(['Question', question]);
  const told: string[] = [];
  for (let n = 0; n < Math.min(answers, mostRecords); n += 1) {
    const name = nameAt(message, place);
    const type = message.getUint16(name.end);
    const length = message.getUint16(name.end + 8);
    const from = name.end + 10;
    const data = recordText(decoding, message, { type, at: from, length, offset: at });
    told.push(`${dnsTypes[type] ?? `type ${type}`} ${data}`);
    fields.push(['Answer', `${name.text} ${told.at(-1) ?? ''}`]);
    place = from + length;
  }
  const error = flags & 15;
  const outcome = error === 0 ? told.join(', ') : (dnsErrors[error] ?? `error ${error}`);
  const summary = `${isAnswer ? 'Answer' : 'Question'} ${asked.join(', ')}${isAnswer && outcome !== '' ? `: ${outcome}` : ''}`;
  const word = decoding.ports?.includes(5353) === true ? 'MDNS' : 'DNS';
  decoding.add({ name: 'DNS', at, length: place, fields }, { word: 'dns', protocol: word, summary });
}

function recordText(
  decoding: Decoding,
  message: DataView,
  { type, at, length, offset }: { type: number; at: number; length: number; offset: number },
): string {
  if ((type === 1 && length === 4) || (type === 28 && length === 16))
    return addressText(decoding.slice(offset + at, length));
  if (type === 2 || type === 5 || type === 12) return nameAt(message, at).text;
  if (type === 16) return plainText(decoding.slice(offset + at + 1, Math.max(0, length - 1)));
  return `${length} bytes`;
}

/** A name, and where what follows it begins. Compressed ones point backwards, so that none goes round in circles. */
function nameAt(message: DataView, at: number): { text: string; end: number } {
  const labels: string[] = [];
  let place = at;
  let end: number | null = null;
  let before = at;
  for (;;) {
    const length = message.getUint8(place);
    if (length >= 0xc0) {
      const target = message.getUint16(place) & 0x3fff;
      end ??= place + 2;
      if (target >= before) break;
      before = place = target;
      continue;
    }
    if (length === 0) break;
    const label = new Uint8Array(
      message.buffer,
      message.byteOffset + place + 1,
      Math.min(length, message.byteLength - place - 1),
    );
    labels.push(plainText(label));
    place += 1 + length;
  }
  return { text: labels.length === 0 ? '.' : labels.join('.'), end: end ?? place + 1 };
}

const dhcpTypes = ['', 'Discover', 'Offer', 'Request', 'Decline', 'Ack', 'Nak', 'Release', 'Inform'];
const dhcpAddresses: Record<number, string | undefined> = {
  1: 'Subnet mask',
  3: 'Router',
  6: 'Name server',
  50: 'Requested address',
  54: 'Server',
};

/** RFC 2131, options of RFC 2132. */
export function decodeDhcp(decoding: Decoding, at: number, end: number): void {
  const message = decoding.view(at, end);
  const client = macText(decoding.slice(at + 28, 6));
  const given = addressText(decoding.slice(at + 16, 4));
  const fields: [string, string][] = [
    ['Operation', message.getUint8(0) === 1 ? 'request' : 'reply'],
    ['Transaction', hexWord(message.getUint32(4), 8)],
    ['Client', client],
    ['Your address', given],
  ];
  let kind = message.getUint8(0) === 1 ? 'BOOTP request' : 'BOOTP reply';
  let wanted = '';
  let place = 240;
  if (message.getUint32(236) === 0x63825363)
    while (message.getUint8(place) !== 255) {
      const code = message.getUint8(place);
      const length = code === 0 ? -1 : message.getUint8(place + 1);
      const value = length < 0 ? new Uint8Array() : decoding.slice(at + place + 2, length);
      const name = dhcpAddresses[code];
      if (code === 53) kind = dhcpTypes[value[0] ?? 0] ?? kind;
      if (code === 50) wanted = addressText(value.subarray(0, 4));
      if (name !== undefined && length >= 4) fields.push([name, addressText(value.subarray(0, 4))]);
      else if (code === 12) fields.push(['Host name', plainText(value)]);
      place += 2 + length;
    }
  fields.unshift(['Type', kind]);
  const what = given !== '0.0.0.0' ? `: ${given}` : wanted === '' ? '' : `: ${wanted} wanted`;
  decoding.add(
    { name: 'DHCP', at, length: place, fields },
    { word: 'dhcp', protocol: 'DHCP', summary: `${kind} of ${client}${what}` },
  );
}
