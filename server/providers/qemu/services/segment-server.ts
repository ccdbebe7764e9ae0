import { withoutPrefix } from '#shared/topology/prefix';
import { addressBytes, macText } from '#shared/capture/text';
import { everywhere } from '#shared/topology/ipv4';
import { subnetIn } from '#shared/topology/ipv6';
import { ownDomain, type ServiceConfig } from './config';
import {
  addressIn,
  dhcpKinds,
  dhcpOptions,
  dhcpPorts,
  readDhcp,
  routesData,
  writeDhcp,
  type DhcpMessage,
} from './dhcp';
import { dnsCodes, dnsFlags, dnsPort, nameBytes, readDns, writeDns, type DnsMessage } from './dns';
import {
  allNodes,
  arpReply,
  linkLocal,
  neighbourAdvertisement,
  readFrame,
  routerAdvertisement,
  udpFrame,
  type Datagram,
} from './frames';
import { leaseSeconds, Leases } from './leases';
import { Names, reply } from './names';

/** Passes a question on and calls back with what came for an answer; never, where nothing comes. Both are messages of DNS. */
export type AskElsewhere = (query: Buffer, onAnswer: (answer: Buffer) => void) => void;

interface Means {
  /** Puts a frame on the network. */
  send: (frame: Buffer) => void;
  askElsewhere: AskElsewhere;
  /** Seconds of a clock that only goes on. */
  now: () => number;
}

const everybody = { mac: 'ff:ff:ff:ff:ff:ff', address: '255.255.255.255' } as const;
const nobody = '0.0.0.0';
/** Octets of a frame's payload beside the data of a datagram, by IPv6, which takes more. */
const datagramHead = 48;

/**
 * A network's own server: it gives addresses by DHCP (RFC 2131), tells IPv6 what its prefix is, and answers for names, as a host of the network that has a MAC and the
 * highest address. Whatever it hears may be anything; it answers what it understands.
 */
export class SegmentServer {
  #config: ServiceConfig;
  #names: Names;
  readonly #leases: Leases;
  readonly #means: Means;

  constructor(config: ServiceConfig, means: Means) {
    this.#config = config;
    this.#means = means;
    this.#leases = new Leases(config);
    this.#names = new Names(config);
    this.#advertise(allNodes);
  }

  /** Goes by something else from now on; what was given stays, as far as it still can be. */
  change(config: ServiceConfig): void {
    const is6Other = config.address6 !== this.#config.address6 || config.mtu !== this.#config.mtu;
    this.#config = config;
    this.#leases.change(config);
    this.#names = new Names(config);
    if (is6Other) this.#advertise(allNodes);
  }

  hear(frame: Buffer): void {
    const { mac, address, address6 } = this.#config;
    // most of what passes is for others: of groups, or of this one
    if (((frame[0] ?? 0) & 1) === 0 && macText(frame.subarray(0, 6)) !== mac) return;
    const heard = readFrame(frame);
    if (heard === null || heard.kind === 'datagram') {
      if (heard !== null) this.#hearDatagram(heard);
      return;
    }
    if (heard.kind === 'arp') {
      if (heard.address !== nobody) this.#leases.see(heard.mac, heard.address, this.#means.now());
      if (heard.asked === withoutPrefix(address)) this.#means.send(arpReply({ mac, address: heard.asked }, heard));
      return;
    }
    if (address6 === undefined) return;
    // who has no address yet asks for all, and finds out by itself whether an address is free
    const to = heard.from === '::' ? allNodes : { mac: heard.mac, address: heard.from };
    if (heard.kind === 'routerSolicitation') this.#advertise(to);
    else if (heard.from !== '::' && [withoutPrefix(address6), linkLocal(mac)].includes(heard.target))
      this.#means.send(neighbourAdvertisement({ mac, address: heard.target }, to));
  }

  #hearDatagram(datagram: Datagram): void {
    const { address, address6 } = this.#config;
    const own = [withoutPrefix(address), withoutPrefix(address6 ?? address)];
    if (datagram.toPort === dhcpPorts.server && datagram.fromPort === dhcpPorts.client) {
      if ([everybody.address, ...own].includes(datagram.to)) this.#hearDhcp(datagram);
    } else if (datagram.toPort === dnsPort && own.includes(datagram.to)) this.#hearDns(datagram);
  }

  #advertise(to: { mac: string; address: string }): void {
    const { mac, address6, mtu } = this.#config;
    const subnet = subnetIn(address6);
    if (address6 === undefined || subnet === undefined) return;
    const [from, prefix, nameServer] = [linkLocal(mac), withoutPrefix(subnet), withoutPrefix(address6)];
    this.#means.send(routerAdvertisement({ mac, from, prefix, mtu, nameServer, domain: nameBytes(ownDomain) }, to));
  }

  #hearDhcp({ fromMac, data }: Datagram): void {
    const asked = readDhcp(data);
    // through a relay agent it is of another network, which has none
    if (asked?.op !== 'request' || asked.agentAddress !== nobody) return;
    const answer = this.#dhcpAnswer(asked);
    if (answer === null) return;
    const { mac, address } = this.#config;
    const isNak = answer.options.get(dhcpOptions.kind)?.[0] === dhcpKinds.nak;
    // one that has an address, and asks for no other, is told there; all others hear broadcasts (RFC 2131 §4.1)
    const hasAddress = !isNak && asked.clientAddress !== nobody;
    const to = hasAddress ? { mac: fromMac, address: asked.clientAddress } : everybody;
    const ends = { fromMac: mac, toMac: to.mac, from: withoutPrefix(address), to: to.address };
    const ports = { fromPort: dhcpPorts.server, toPort: dhcpPorts.client };
    this.#means.send(udpFrame({ ...ends, ...ports, data: writeDhcp(answer) }));
  }

  #dhcpAnswer(asked: DhcpMessage): DhcpMessage | null {
    const now = this.#means.now();
    const { mac, clientAddress } = asked;
    const requested = addressIn(asked, dhcpOptions.requestedAddress);
    const server = addressIn(asked, dhcpOptions.server);
    const isMeant = server === null || server === withoutPrefix(this.#config.address);
    const has = clientAddress === nobody ? requested : clientAddress;
    switch (asked.options.get(dhcpOptions.kind)?.[0]) {
      case dhcpKinds.discover: {
        const offered = this.#leases.offer(mac, requested, now);
        return offered === null ? null : this.#dhcpReply(asked, dhcpKinds.offer, offered);
      }
      case dhcpKinds.request:
        if (has === null || !isMeant) return null;
        return this.#leases.take(mac, has, now)
          ? this.#dhcpReply(asked, dhcpKinds.ack, has)
          : this.#dhcpReply(asked, dhcpKinds.nak, nobody);
      case dhcpKinds.inform:
        return clientAddress === nobody ? null : this.#dhcpReply(asked, dhcpKinds.ack, nobody);
      case dhcpKinds.decline:
        if (requested !== null && isMeant) this.#leases.avoid(requested, now);
        return null;
      case dhcpKinds.release:
        if (isMeant) this.#leases.release(mac, clientAddress);
        return null;
      default:
        return null;
    }
  }

  /** @param given the client's address; `0.0.0.0` where it has one of its own, or gets none */
  #dhcpReply({ transaction, broadcast, mac, clientAddress }: DhcpMessage, kind: number, given: string): DhcpMessage {
    const { address, router, hosts } = this.#config;
    const own = addressBytes(withoutPrefix(address)) ?? new Uint8Array(4);
    const options = new Map<number, Uint8Array>([
      [dhcpOptions.kind, Uint8Array.of(kind)],
      [dhcpOptions.server, own],
    ]);
    if (kind !== dhcpKinds.nak) {
      if (given !== nobody) options.set(dhcpOptions.leaseSeconds, bigEndian(leaseSeconds, 4));
      const prefix = Number(address.split('/')[1]);
      options.set(dhcpOptions.subnetMask, bigEndian(2 ** 32 - 2 ** (32 - prefix), 4));
      const host = hosts.find((one) => one.mac === mac);
      // a VM with internet access has its way out there, and a router knows its own
      const via = host?.internet === true || withoutPrefix(host?.address ?? '') === router ? undefined : router;
      const viaBytes = via === undefined ? null : addressBytes(via);
      if (viaBytes !== null) options.set(dhcpOptions.router, viaBytes);
      // who takes these does not look at that router any more (RFC 3442)
      const others = via === undefined ? [] : [{ to: everywhere, via }];
      const routes = routesData([...others, ...(host?.routes ?? [])]);
      if (host?.routes !== undefined && routes.length > 0) options.set(dhcpOptions.routes, routes);
      options.set(dhcpOptions.nameServer, own);
      options.set(dhcpOptions.domain, Buffer.from(ownDomain));
      if (host !== undefined) options.set(dhcpOptions.hostName, Buffer.from(host.name));
      const { mtu } = host ?? this.#config;
      if (mtu !== undefined) options.set(dhcpOptions.mtu, bigEndian(mtu, 2));
    }
    const addresses = { clientAddress: kind === dhcpKinds.nak ? nobody : clientAddress, yourAddress: given };
    return { op: 'reply', transaction, broadcast, ...addresses, agentAddress: nobody, mac, options };
  }

  #hearDns(asked: Datagram): void {
    const query = readDns(asked.data);
    if (query === null || (query.flags & dnsFlags.answer) !== 0) return;
    const told = this.#names.answer(query);
    if (told !== 'elsewhere') return this.#tellDns(asked, query, writeDns(told.answer));
    const { hosts } = this.#config;
    if (!hosts.some(({ mac, internet }) => internet && mac === asked.fromMac))
      return this.#tellDns(asked, query, writeDns(reply(query, dnsCodes.refused)));
    this.#means.askElsewhere(asked.data, (answer) => this.#tellDns(asked, query, answer));
  }

  /** What is too long for who asks, or for a frame, is left out, and says so. */
  #tellDns({ fromMac, from, to, fromPort }: Datagram, query: DnsMessage, answer: Buffer): void {
    const room = Math.min(query.takes ?? 512, (this.#config.mtu ?? 1_500) - datagramHead);
    const cut = () => {
      const whole = reply(query, dnsCodes.noError);
      return writeDns({ ...whole, flags: whole.flags | dnsFlags.truncated });
    };
    const data = answer.length <= room ? answer : cut();
    const { mac } = this.#config;
    this.#means.send(
      udpFrame({ fromMac: mac, toMac: fromMac, from: to, to: from, fromPort: dnsPort, toPort: fromPort, data }),
    );
  }
}

function bigEndian(value: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  bytes.writeUIntBE(value, 0, length);
  return bytes;
}
