/*
 * DNS messages (RFC 1035, RFC 6891) as far as a server of some addresses needs them, between bytes and what they say. Pure.
 */

export const dnsPort = 53;
export const dnsTypes = { A: 1, PTR: 12, AAAA: 28, OPT: 41, ANY: 255 } as const;
export const dnsCodes = {
  noError: 0,
  formatError: 1,
  serverFailure: 2,
  noSuchName: 3,
  notImplemented: 4,
  refused: 5,
} as const;

/** The bits of a header's second word. */
export const dnsFlags = {
  answer: 0x8000,
  authoritative: 0x400,
  truncated: 0x200,
  recursionDesired: 0x100,
  recursion: 0x80,
} as const;
/** What kind of question it is; 0: a plain one. */
export const opcodeOf = (flags: number) => (flags >> 11) & 15;

interface DnsQuestion {
  /** Labels with dots between them, without the root's; bytes are taken for Latin-1. */
  name: string;
  type: number;
  class: number;
}

export interface DnsRecord extends DnsQuestion {
  /** Seconds. */
  ttl: number;
  data: Uint8Array;
}

export interface DnsMessage {
  id: number;
  flags: number;
  questions: readonly DnsQuestion[];
  answers: readonly DnsRecord[];
  /** How many bytes of an answer whoever says this takes (EDNS0); null: it has not said so, and takes 512. */
  takes: number | null;
}

const headLength = 12;
/** Of a message more are not read. */
const mostRecords = 64;
const longestName = 255;

/** The message in a datagram; null of one that is none, or is cut. Records besides questions and answers are passed over. */
export function readDns(data: Buffer): DnsMessage | null {
  if (data.length < headLength) return null;
  const counts = [4, 6, 8, 10].map((at) => data.readUInt16BE(at));
  const [asked = 0, answered = 0, authorities = 0, more = 0] = counts;
  if (asked + answered + authorities + more > mostRecords) return null;
  const questions: DnsQuestion[] = [];
  const records: DnsRecord[] = [];
  let at = headLength;
  const readQuestion = (): DnsQuestion | null => {
    const name = nameAt(data, at);
    if (name === null || name.end + 4 > data.length) return null;
    at = name.end + 4;
    return { name: name.text, type: data.readUInt16BE(name.end), class: data.readUInt16BE(name.end + 2) };
  };
  for (let n = 0; n < asked; n += 1) {
    const question = readQuestion();
    if (question === null) return null;
    questions.push(question);
  }
  for (let n = 0; n < answered + authorities + more; n += 1) {
    const head = readQuestion();
    if (head === null || at + 6 > data.length) return null;
    const length = data.readUInt16BE(at + 4);
    if (at + 6 + length > data.length) return null;
    records.push({ ...head, ttl: data.readUInt32BE(at), data: data.subarray(at + 6, at + 6 + length) });
    at += 6 + length;
  }
  // the class of this one is no class, but how much is taken
  const edns = records.slice(answered).find(({ type }) => type === dnsTypes.OPT);
  return {
    id: data.readUInt16BE(0),
    flags: data.readUInt16BE(2),
    questions,
    answers: records.slice(0, answered),
    takes: edns === undefined ? null : Math.max(512, edns.class),
  };
}

/** The bytes of a message. Records that have the name of the first question point to it. Throws a RangeError for what is no name. */
export function writeDns({ id, flags, questions, answers, takes }: DnsMessage): Buffer {
  const head = Buffer.alloc(headLength);
  for (const [index, value] of [id, flags, questions.length, answers.length, 0, takes === null ? 0 : 1].entries())
    head.writeUInt16BE(value, 2 * index);
  const first = questions[0]?.name;
  const parts: Uint8Array[] = [head];
  for (const { name, type, class: kind } of questions) parts.push(nameBytes(name), words(type, kind));
  for (const { name, type, class: kind, ttl, data } of answers) {
    const pointer = name === first && name !== '' ? words(0xc000 | headLength) : nameBytes(name);
    parts.push(pointer, words(type, kind, Math.floor(ttl / 0x10000), ttl % 0x10000, data.length), data);
  }
  if (takes !== null) parts.push(nameBytes(''), words(dnsTypes.OPT, takes, 0, 0, 0));
  return Buffer.concat(parts);
}

function words(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(2 * values.length);
  for (const [index, value] of values.entries()) bytes.writeUInt16BE(value, 2 * index);
  return bytes;
}

/** A name as it stands in a message, or in the data of a PTR record. Throws a RangeError for what is none. */
export function nameBytes(name: string): Buffer {
  const labels = name === '' ? [] : name.split('.').map((label) => Buffer.from(label, 'latin1'));
  const bytes = Buffer.concat([...labels.flatMap((label) => [Uint8Array.of(label.length), label]), Uint8Array.of(0)]);
  if (labels.some(({ length }) => length < 1 || length > 63) || bytes.length > longestName)
    throw new RangeError(`No name of DNS: ${name}`);
  return bytes;
}

/** A name, and where what follows it begins. Compressed ones point backwards, so that none goes round in circles. */
function nameAt(data: Buffer, start: number): { text: string; end: number } | null {
  const labels: string[] = [];
  let [at, before, length] = [start, start, 0];
  let end: number | null = null;
  for (;;) {
    const size = data[at];
    if (size === undefined) return null;
    if (size >= 0xc0) {
      if (at + 2 > data.length) return null;
      const target = data.readUInt16BE(at) & 0x3fff;
      end ??= at + 2;
      if (target >= before) return null;
      at = before = target;
      continue;
    }
    if (size > 63) return null;
    at += 1;
    if (size === 0) return { text: labels.join('.'), end: end ?? at };
    length += size + 1;
    if (at + size > data.length || length >= longestName) return null;
    const label = data.toString('latin1', at, at + size);
    // a text with dots between labels cannot say one that has a dot itself
    if (label.includes('.')) return null;
    labels.push(label);
    at += size;
  }
}

/** `7.0.64.10.in-addr.arpa` and the like of IPv6 for an address given as its bytes (RFC 1035 §3.5, RFC 3596 §2.5). */
export function reverseName(address: Uint8Array): string {
  const bytes = Array.from(address).reverse();
  if (address.length === 4) return `${bytes.join('.')}.in-addr.arpa`;
  return `${bytes
    .flatMap((byte) => [byte & 15, byte >> 4])
    .map((half) => half.toString(16))
    .join('.')}.ip6.arpa`;
}
