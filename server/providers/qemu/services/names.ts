import { addressBytes } from '#shared/capture/text';
import { blockOf, offsetIn } from '#shared/topology/ipv4';
import { ownDomain, type ServiceConfig } from './config';
import { dnsCodes, dnsFlags, dnsTypes, nameBytes, opcodeOf, reverseName, type DnsMessage, type DnsRecord } from './dns';

/** How long who asks may keep an answer, seconds: a name's address changes with the drawing. */
const ttl = 60;
const internet = 1;

/** What becomes of a question: an answer, or it is not about what is known here. */
type Told = { answer: DnsMessage } | 'elsewhere';

/** The names of a network's VMs and what they reach, as a server of DNS has them: with their domain or without. Pure. */
export class Names {
  /** By name, in small letters and without domain. */
  readonly #addresses = new Map<string, { type: number; data: Uint8Array }[]>();
  /** By the name under which it is asked for who has an address. */
  readonly #owners = new Map<string, string>();
  readonly #subnet: string;

  constructor({ address: subnet, names }: Pick<ServiceConfig, 'address' | 'names'>) {
    this.#subnet = subnet;
    for (const { name, address } of names) {
      const data = addressBytes(address);
      if (data === null) continue;
      const known = this.#addresses.get(name) ?? [];
      this.#addresses.set(name, [...known, { type: data.length === 4 ? dnsTypes.A : dnsTypes.AAAA, data }]);
      const reverse = reverseName(data);
      if (!this.#owners.has(reverse)) this.#owners.set(reverse, name);
    }
  }

  /** A name that is known has no error, whatever is asked of it (RFC 2308 §2.2). */
  answer(query: DnsMessage): Told {
    const [question, ...more] = query.questions;
    if (opcodeOf(query.flags) !== 0) return { answer: reply(query, dnsCodes.notImplemented) };
    if (question === undefined || more.length > 0) return { answer: reply(query, dnsCodes.formatError) };
    const asked = question.name.toLowerCase();
    const record = (type: number, data: Uint8Array): DnsRecord => ({ ...question, type, ttl, data });
    const isAsked = (type: number) => question.class === internet && [type, dnsTypes.ANY].includes(question.type);
    const owner = this.#owners.get(asked);
    if (owner !== undefined) {
      const told = isAsked(dnsTypes.PTR) ? [record(dnsTypes.PTR, nameBytes(`${owner}.${ownDomain}`))] : [];
      return { answer: reply(query, dnsCodes.noError, told) };
    }
    const [name = '', domain] = asked.split(/\.(.*)/s);
    const isOwn = asked === ownDomain || asked.endsWith(`.${ownDomain}`) || (domain === undefined && name !== '');
    if (!isOwn) return this.#isOfSubnet(asked) ? { answer: reply(query, dnsCodes.noSuchName) } : 'elsewhere';
    const known = domain === undefined || domain === ownDomain ? this.#addresses.get(name) : undefined;
    if (known === undefined && asked !== ownDomain) return { answer: reply(query, dnsCodes.noSuchName) };
    const told = (known ?? []).filter(({ type }) => isAsked(type)).map(({ type, data }) => record(type, data));
    return { answer: reply(query, dnsCodes.noError, told) };
  }

  /** Whether it asks for who has an address of the network itself, which nobody outside can know (RFC 6303). */
  #isOfSubnet(asked: string): boolean {
    const [, reversed] = /^(\d{1,3}(?:\.\d{1,3}){3})\.in-addr\.arpa$/.exec(asked) ?? [];
    const block = blockOf(this.#subnet);
    return (
      reversed !== undefined && block !== null && offsetIn(block, reversed.split('.').reverse().join('.')) !== undefined
    );
  }
}

/** The answer of who knows it best. Only what could be passed on elsewhere is a matter of recursion, so it is offered to all. */
export function reply(
  { id, flags, questions, takes }: DnsMessage,
  code: number,
  answers: readonly DnsRecord[] = [],
): DnsMessage {
  const kept = flags & (dnsFlags.recursionDesired | 0x7800);
  return {
    id,
    flags: kept | dnsFlags.answer | dnsFlags.authoritative | dnsFlags.recursion | code,
    // of more than one, which nobody answers, one is enough to say so
    questions: questions.slice(0, 1),
    answers,
    takes: takes === null ? null : 1_232,
  };
}
