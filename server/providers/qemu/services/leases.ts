import { withoutPrefix } from '#shared/topology/prefix';
import { blockOf, hostsOf, offsetIn, textOf, type Block } from '#shared/topology/ipv4';
import type { ServiceConfig } from './config';

/** How long an address is a client's before it has to ask again; one that was only offered is kept for it so long. Seconds. */
export const leaseSeconds = 3_600;
const offerSeconds = 30;
/** How long an address is left alone that a client has found in use. */
const declinedSeconds = 600;
/** Guests whose MACs nobody has planned, at most: of more, which only one who makes them up has, none is kept. */
const mostLeases = 1_024;

/** An address that is nobody's by the plan. `mac` null: somebody has it who did not ask. */
interface Lease {
  mac: string | null;
  until: number;
}

/**
 * Who has which address of one network: by the plan, by MAC; all others out of what the plan leaves, from the top of the subnet, since the plan takes the
 * lowest. What a client says that it has it goes on having, so a server that has begun anew takes nobody's address away. Pure of clocks.
 */
export class Leases {
  #block: Block = { base: 0, prefix: 32 };
  #own = '';
  readonly #planned = new Map<string, string>();
  readonly #taken = new Set<string>();
  /** By address, in the order in which they were given. */
  readonly #leases = new Map<string, Lease>();
  /** Until when, in seconds, nothing becomes free unless somebody gives it back: who makes up MACs would have all looked through each time. */
  #noneUntil = 0;

  constructor(config: ServiceConfig) {
    this.change(config);
  }

  /** Takes another plan, which goes before what was given without one. */
  change({ address, hosts }: ServiceConfig): void {
    const block = blockOf(address);
    if (block !== null) this.#block = block;
    this.#own = withoutPrefix(address);
    this.#planned.clear();
    this.#taken.clear();
    this.#taken.add(this.#own);
    for (const host of hosts) {
      this.#planned.set(host.mac.toLowerCase(), withoutPrefix(host.address));
      this.#taken.add(withoutPrefix(host.address));
    }
    for (const other of this.#leases.keys()) if (!this.#isOfPool(other)) this.#leases.delete(other);
    this.#noneUntil = 0;
  }

  /** What a client may be offered, and is kept for it: what it wants, if it can have that. Null where nothing is free. @param now seconds */
  offer(mac: string, wanted: string | null, now: number): string | null {
    const planned = this.#planned.get(mac);
    if (planned !== undefined) return planned;
    const held = [...this.#leases].find(([, lease]) => lease.mac === mac)?.[0];
    const address = held ?? (this.#isFree(wanted, mac, now) ? wanted : this.#nextFor(mac, now));
    if (address === null) return null;
    const until = Math.max(now + offerSeconds, this.#leases.get(address)?.until ?? 0);
    return this.#keep(address, mac, until, now) ? address : null;
  }

  /** Whether the address is, or becomes, the client's for {@link leaseSeconds}. */
  take(mac: string, address: string, now: number): boolean {
    const planned = this.#planned.get(mac);
    if (planned !== undefined) return planned === address;
    if (!this.#isFree(address, mac, now)) return false;
    for (const [other, lease] of this.#leases) if (lease.mac === mac && other !== address) this.#free(other);
    return this.#keep(address, mac, now + leaseSeconds, now);
  }

  release(mac: string, address: string): void {
    if (this.#leases.get(address)?.mac === mac) this.#free(address);
  }

  /** Somebody has the address who has not asked for it: it is given to nobody else for a while. */
  avoid(address: string, now: number): void {
    if (this.#isOfPool(address)) this.#keep(address, null, now + declinedSeconds, now);
  }

  /** Who is seen with an address: where that is nobody's, nobody else is given it. */
  see(mac: string, address: string, now: number): void {
    const lease = this.#leases.get(address);
    if (lease === undefined || lease.until <= now) {
      if (this.#isOfPool(address)) this.#keep(address, mac, now + declinedSeconds, now);
    } else if (lease.mac === mac) lease.until = Math.max(lease.until, now + declinedSeconds);
  }

  #isOfPool(address: string): boolean {
    const offset = offsetIn(this.#block, address);
    const { first, last } = hostsOf(this.#block);
    return offset !== undefined && offset >= first && offset <= last && !this.#taken.has(address);
  }

  #isFree(address: string | null, mac: string, now: number): address is string {
    if (address === null || !this.#isOfPool(address)) return false;
    const lease = this.#leases.get(address);
    return lease === undefined || lease.mac === mac || lease.until <= now;
  }

  /** The highest that is free: which one that is begins at another place for each client, so that one that comes back finds its own. */
  #nextFor(mac: string, now: number): string | null {
    if (now < this.#noneUntil) return null;
    const { first, last } = hostsOf(this.#block);
    const count = last - first + 1;
    const upper = Math.max(1, Math.floor(count / 2));
    const begin = Number.parseInt(mac.replaceAll(':', '').slice(-6), 16) % upper;
    // more than are taken need not be looked at
    for (let n = 0; n < Math.min(count, mostLeases + this.#taken.size + 1); n += 1) {
      const address = withoutPrefix(textOf(this.#block, last - ((begin + n) % count)));
      if (this.#isFree(address, mac, now)) return address;
    }
    this.#noneUntil = Math.min(...[...this.#leases.values()].map(({ until }) => until));
    return null;
  }

  #free(address: string): void {
    this.#leases.delete(address);
    this.#noneUntil = 0;
  }

  /** @returns whether there was room for it */
  #keep(address: string, mac: string | null, until: number, now: number): boolean {
    this.#leases.delete(address);
    if (this.#leases.size >= mostLeases)
      for (const [old, lease] of this.#leases) if (lease.until <= now) this.#leases.delete(old);
    if (this.#leases.size >= mostLeases) return false;
    this.#leases.set(address, { mac, until });
    return true;
  }
}
