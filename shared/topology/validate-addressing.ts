import type { Problem } from '../errors';
import { allocateAddresses } from './addresses';
import { Blocks } from './blocks';
import { address6Of, isChoosable, numberOf6, prefix64Of } from './ipv6';
import { blockOf, hostsOf, isPartOf, nicsWithin, offsetIn, overlap, serverOffset, textOf, type Block } from './ipv4';
import { drawingLimits } from './limits';
import { withoutPrefix } from './prefix';
import type { Topology, TopologyEdge, TopologyNetwork } from './schema';
import { fault6, numbersTaken, type In6 } from './validate-address6';
import { nicProblems } from './validate-nics';

/** What can be wrong with addresses that are chosen. */
export const addressingProblemCodes = [
  'SUBNET_SIZE',
  'SUBNET_HOST_BITS',
  'SUBNET_SPECIAL',
  'SUBNET_OVERLAPS',
  'SUBNET_TOO_SMALL',
  'RANGE_WITHOUT_SUBNET',
  'RANGE_WITH_DHCP',
  'RANGE_OUTSIDE',
  'ADDRESS_OUTSIDE_RANGE',
  'SUBNET_OF_ATTACHMENT',
  'IPV6_NO_SUBNET',
  'IPV6_SPECIAL',
  'IPV6_OVERLAPS',
  'MTU_BELOW_IPV6',
  'SUBNETS_USED_UP',
  'ADDRESS_WITHOUT_SUBNET',
  'ADDRESS6_WITHOUT_SUBNET',
  'ADDRESS6_OUTSIDE_RANGE',
  'ADDRESS_OF_ROUTERS',
  'SUBNET_CROWDED',
  'ADDRESS_OUTSIDE',
  'ADDRESS_OF_SUBNET',
  'ADDRESS_OF_SERVER',
  'DUPLICATE_ADDRESS',
  'END_WITHOUT_NIC',
  'MAC_NOT_UNICAST',
  'MAC_RESERVED',
  'DUPLICATE_MAC',
  'DUPLICATE_NIC',
] as const;
type AddressingProblem = Problem & { code: (typeof addressingProblemCodes)[number] };

/**
 * What no NIC has an address in, by IANA's registry (RFC 6890): this network, loopback, link-local, multicast and what is reserved; and
 * the range for benchmarks, in which guests have their networks for forwarded ports and for the internet.
 */
const special = ['0.0.0.0/8', '127.0.0.0/8', '169.254.0.0/16', '198.18.0.0/15', '224.0.0.0/4', '240.0.0.0/4'].flatMap(
  (text) => blockOf(text) ?? [],
);

/** Everything that is wrong with subnets, addresses, MACs and numbers of NICs that are chosen, each on its field; networks first. Pure. */
export function addressingProblems(topology: Topology): AddressingProblem[] {
  const check = new AddressingCheck(topology);
  for (const network of topology.networks) check.network(network);
  for (const edge of topology.edges) check.edge(edge);
  check.room();
  return [...check.problems, ...nicProblems(topology)];
}

type Place = Pick<Problem, 'node' | 'edge' | 'field'>;

/** Of an address: whose it is, and whose subnet it is in, which may have a server, or give its NICs a part of it only. */
interface PlaceInSubnet {
  name: string;
  subnetOf: string;
  place: Place;
  dhcp?: boolean | undefined;
  range?: Block | null;
}

/** Which numbers in a subnet an end of an edge chooses. */
function chosenIn(block: Block, edge: TopologyEdge, end: 'source' | 'target') {
  return {
    number: offsetIn(block, edge[`${end}OwnAddress`]),
    number6: numberOf6(block, edge[`${end}OwnAddress6`]),
  };
}

class AddressingCheck {
  readonly problems: AddressingProblem[] = [];
  readonly #topology: Topology;
  readonly #networks: ReadonlyMap<string, TopologyNetwork>;
  readonly #names: ReadonlyMap<string, string>;
  /** By their networks. */
  readonly #attachments = new Map<string, TopologyEdge[]>();
  readonly #subnets = new Blocks();
  /** Whose each of them is, by its text. */
  readonly #owners = new Map<string, { name: string; place: Place }>();
  /** By their networks: those that are chosen and can be. */
  readonly #blocks = new Map<string, Block>();
  /** The parts of them that their NICs keep to, where they are chosen. */
  readonly #ranges = new Map<string, Block>();
  /** By address: who has chosen it. */
  readonly #addresses = new Map<string, string>();
  /** By the /64 that is chosen. */
  readonly #subnets6 = new Map<string, string>();

  constructor(topology: Topology) {
    this.#topology = topology;
    this.#networks = new Map(topology.networks.map((network) => [network.key, network]));
    this.#names = new Map([...topology.networks, ...topology.vms].map(({ key, name }) => [key, name]));
    for (const edge of topology.edges) {
      const known = this.#attachments.get(edge.target);
      if (known === undefined) this.#attachments.set(edge.target, [edge]);
      else known.push(edge);
    }
  }

  network({ key, name, ownSubnet, ownRange, ipv6, mtu, dhcp, gateway, gateway6 }: TopologyNetwork): void {
    const place = { node: key, field: 'ownSubnet' };
    this.#ipv6(ipv6, name, { ...place, field: 'ipv6' });
    this.#mtu(mtu, ipv6, name, { ...place, field: 'mtu' });
    const block = this.#subnet(ownSubnet, { name, place, longest: drawingLimits.longestNetworkPrefix });
    const where = { name, subnetOf: name, place: { ...place, field: 'gateway' }, dhcp };
    const chosen = ownSubnet === undefined ? null : (block ?? undefined);
    this.#isOfSubnet(gateway, chosen, where);
    if (gateway6 !== undefined) {
      const fault = fault6(gateway6, { ...where, ipv6, block: chosen });
      if (fault) this.#report(fault.code, { ...place, field: 'gateway6' }, fault.params, fault.message);
    }
    const range = this.#range(ownRange, { name, ownSubnet, dhcp, block, place: { ...place, field: 'ownRange' } });
    if (block === null) return;
    this.#blocks.set(key, block);
    if (range !== null) this.#ranges.set(key, range);
    const attached = this.#attachments.get(key) ?? [];
    const count = attached.length;
    const { first, last } = nicsWithin(block, { ownRange, dhcp });
    const room = last - first + 1;
    const subnet = textOf(range ?? block);
    if (count > room)
      this.#report(
        'SUBNET_TOO_SMALL',
        range === null ? place : { ...place, field: 'ownRange' },
        { name, subnet, room, count },
        `${name}: ${count} NICs are on it, and ${subnet} has addresses for ${room}.`,
      );
    else
      this.#crowd(
        attached.map((edge) => chosenIn(block, edge, 'source')),
        { room, name, subnet, place },
      );
  }

  /** Whether those that choose addresses of IPv4 and IPv6 with different numbers leave enough of them to the others. */
  #crowd(
    nics: Parameters<typeof numbersTaken>[0],
    { room, name, subnet, place }: { room: number; name: string; subnet: string; place: Place },
  ): void {
    if (numbersTaken(nics) <= room) return;
    const message = `${name}: beside the IPv6 addresses that are chosen, ${subnet} has too few for its NICs.`;
    this.#report('SUBNET_CROWDED', place, { name, subnet }, message);
  }

  /** The part of a network's subnet that a text says, if it is one. `block`: the subnet, where one is chosen that can be. */
  #range(
    text: string | undefined,
    {
      name,
      ownSubnet,
      dhcp,
      block,
      place,
    }: Pick<TopologyNetwork, 'name' | 'ownSubnet' | 'dhcp'> & { block: Block | null; place: Place },
  ): Block | null {
    const range = blockOf(text);
    if (text === undefined || range === null) return null;
    if (ownSubnet === undefined)
      this.#report(
        'RANGE_WITHOUT_SUBNET',
        place,
        { name, range: text },
        `${name}: for the range ${text} its subnet has to be chosen, too.`,
      );
    if (dhcp === true)
      this.#report(
        'RANGE_WITH_DHCP',
        place,
        { name, range: text },
        `${name}: a DHCP server gives addresses of the whole subnet, not of ${text} only. Choose one of the two.`,
      );
    if (block === null) return null;
    if (isPartOf(range, block)) return range;
    const subnet = textOf(block);
    this.#report(
      'RANGE_OUTSIDE',
      place,
      { name, range: text, subnet },
      `${name}: ${text} is no part of ${subnet}. Give its first address and its prefix length.`,
    );
    return null;
  }

  edge(edge: TopologyEdge): void {
    const { key, source, target, ownSubnet } = edge;
    const [from = source, to = target] = [this.#names.get(source), this.#names.get(target)];
    const name = `${from}–${to}`;
    const network = this.#networks.get(target);
    const at = (field: string): Place => ({ edge: key, field });
    if (network !== undefined) {
      for (const field of ['ownSubnet', 'ipv6'] as const)
        if (edge[field] !== undefined)
          this.#report(
            'SUBNET_OF_ATTACHMENT',
            at(field),
            { name, network: to },
            `${name}: an attachment is in the subnet of ${to}. Choose it there.`,
          );
      this.#mtu(edge.mtu, network.ipv6, name, at('mtu'));
      for (const field of ['targetOwnAddress', 'targetOwnAddress6', 'targetMac', 'targetOwnNic'] as const)
        if (edge[field] !== undefined)
          this.#report(
            'END_WITHOUT_NIC',
            at(field),
            { network: to },
            `${to} is a network: at its end there is no NIC that could have an address.`,
          );
      const block = network.ownSubnet === undefined ? null : (this.#blocks.get(target) ?? undefined);
      const { dhcp } = network;
      const range = this.#ranges.get(target) ?? null;
      const where = { name: from, subnetOf: to, place: at('sourceOwnAddress'), dhcp, range };
      this.#address(edge.sourceOwnAddress, block, where);
      this.#address6(edge, 'source', { ...where, ipv6: network.ipv6, block });
    } else {
      const place = at('ownSubnet');
      this.#ipv6(edge.ipv6, name, at('ipv6'));
      this.#mtu(edge.mtu, edge.ipv6, name, at('mtu'));
      const chosen = this.#subnet(ownSubnet, { name, place, longest: drawingLimits.longestLinkPrefix });
      const block = ownSubnet === undefined ? null : (chosen ?? undefined);
      this.#address(edge.sourceOwnAddress, block, { name: from, subnetOf: name, place: at('sourceOwnAddress') });
      this.#address(edge.targetOwnAddress, block, { name: to, subnetOf: name, place: at('targetOwnAddress') });
      this.#address6(edge, 'source', { name: from, subnetOf: name, ipv6: edge.ipv6, block });
      this.#address6(edge, 'target', { name: to, subnetOf: name, ipv6: edge.ipv6, block });
      if (chosen !== null) {
        const { first, last } = hostsOf(chosen);
        const nics = [chosenIn(chosen, edge, 'source'), chosenIn(chosen, edge, 'target')];
        this.#crowd(nics, { room: last - first + 1, name, subnet: textOf(chosen), place });
      }
    }
  }

  /** What is given has room beside what is chosen. */
  room(): void {
    const [largest] = [...this.#owners].toSorted(([a], [b]) => Number(a.split('/')[1]) - Number(b.split('/')[1]));
    if (largest === undefined || this.problems.length > 0) return;
    const [subnet, { name, place }] = largest;
    try {
      allocateAddresses(this.#topology);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      const message = `${name}: beside ${subnet} no subnets are left for what has none of its own.`;
      this.#report('SUBNETS_USED_UP', place, { name, subnet }, message);
    }
  }

  /** The block that a text says, if it is one that can be chosen. */
  #subnet(
    text: string | undefined,
    { name, place, longest }: { name: string; place: Place; longest: number },
  ): Block | null {
    const block = blockOf(text);
    if (text === undefined || block === null) return null;
    const subnet = textOf(block);
    const least = drawingLimits.shortestPrefix;
    const range = special.find((one) => overlap(one, block));
    const other = this.#subnets.meets(block);
    if (block.prefix < least || block.prefix > longest)
      this.#report(
        'SUBNET_SIZE',
        place,
        { name, subnet: text, least, longest },
        `${name}: ${text} cannot be its subnet. A prefix length from ${least} to ${longest} can be.`,
      );
    else if (block.offset !== 0)
      this.#report(
        'SUBNET_HOST_BITS',
        place,
        { name, address: text, subnet },
        `${name}: ${text} is an address in the subnet ${subnet}.`,
      );
    else if (range !== undefined)
      this.#report(
        'SUBNET_SPECIAL',
        place,
        { name, subnet, range: textOf(range) },
        `${name}: ${subnet} cannot be used, since ${textOf(range)} is reserved.`,
      );
    else if (other !== undefined)
      this.#report(
        'SUBNET_OVERLAPS',
        place,
        { name, subnet, other: textOf(other), owner: this.#owners.get(textOf(other))?.name ?? '' },
        `${name}: ${subnet} overlaps ${textOf(other)} of ${this.#owners.get(textOf(other))?.name ?? ''}.`,
      );
    else {
      this.#subnets.add(block);
      this.#owners.set(subnet, { name, place });
      return block;
    }
    return null;
  }

  #ipv6(text: string | undefined, name: string, place: Place): void {
    if (text === undefined || text === 'given') return;
    const prefix = prefix64Of(text);
    const other = this.#subnets6.get(prefix?.join(':') ?? '');
    if (prefix === null)
      this.#report(
        'IPV6_NO_SUBNET',
        place,
        { name, subnet: text },
        `${name}: ${text} is no subnet of IPv6, which is a /64 with zeros behind it, as fd00:1::/64.`,
      );
    else if (!isChoosable(prefix))
      this.#report(
        'IPV6_SPECIAL',
        place,
        { name, subnet: text },
        `${name}: ${text} cannot be used. Choose one that begins with fd00:, but not with fd00:7472:.`,
      );
    else if (other !== undefined)
      this.#report(
        'IPV6_OVERLAPS',
        place,
        { name, subnet: text, other },
        `${name}: ${text} is that of ${other} already.`,
      );
    else this.#subnets6.set(prefix.join(':'), name);
  }

  #mtu(mtu: number | undefined, ipv6: string | undefined, name: string, place: Place): void {
    const least = drawingLimits.leastMtuOfIpv6;
    if (mtu === undefined || ipv6 === undefined || mtu >= least) return;
    const message = `${name}: IPv6 takes an MTU of ${least} at least.`;
    this.#report('MTU_BELOW_IPV6', place, { name, mtu, least }, message);
  }

  #address(address: string | undefined, block: Block | null | undefined, where: PlaceInSubnet): void {
    if (this.#isOfSubnet(address, block, where)) this.#once(address, where);
  }

  /** A static address of IPv6, or the one beside a static one of IPv4. */
  #address6(edge: TopologyEdge, end: 'source' | 'target', where: In6): void {
    const { name, ipv6, block } = where;
    const [own, own6] = [edge[`${end}OwnAddress`], edge[`${end}OwnAddress6`]];
    const at = (field: string): Place => ({ edge: edge.key, field });
    if (own6 === undefined) {
      const beside = block && own !== undefined ? address6Of(`${own}/${block.prefix}`, ipv6) : undefined;
      if (beside !== undefined) this.#once(withoutPrefix(beside), { name, place: at(`${end}OwnAddress`) });
      return;
    }
    const place = at(`${end}OwnAddress6`);
    const fault = fault6(own6, where);
    if (fault === null) this.#once(own6, { name, place });
    else if (fault !== undefined) this.#report(fault.code, place, fault.params, fault.message);
  }

  /** An address that nobody else has. */
  #once(address: string, { name, place }: Pick<PlaceInSubnet, 'name' | 'place'>): void {
    const other = this.#addresses.get(address);
    if (other === undefined) this.#addresses.set(address, name);
    else
      this.#report(
        'DUPLICATE_ADDRESS',
        place,
        { name, address, other },
        `${name} has the address ${address}, which ${other} has already.`,
      );
  }

  /**
   * Whether somebody in the subnet can have the address, which is reported where not.
   *
   * @param block null where none is chosen, undefined where the one that is cannot be
   */
  #isOfSubnet(
    address: string | undefined,
    block: Block | null | undefined,
    { name, subnetOf, place, dhcp, range = null }: PlaceInSubnet,
  ): address is string {
    if (address === undefined || block === undefined) return false;
    if (block === null) {
      this.#report(
        'ADDRESS_WITHOUT_SUBNET',
        place,
        { name, address, subnetOf },
        `${name}: for the address ${address} the subnet of ${subnetOf} has to be chosen, too.`,
      );
      return false;
    }
    const offset = offsetIn(block, address);
    const subnet = textOf(block);
    const { first, last } = hostsOf(block);
    if (offset === undefined)
      this.#report(
        'ADDRESS_OUTSIDE',
        place,
        { name, address, subnet, subnetOf },
        `${name}: ${address} is not in ${subnet}, the subnet of ${subnetOf}.`,
      );
    else if (offset < first || offset > last)
      this.#report(
        'ADDRESS_OF_SUBNET',
        place,
        { name, address, subnet },
        `${name}: ${address} is the address of the subnet ${subnet} itself, or of all in it.`,
      );
    else if (dhcp === true && offset === serverOffset(block))
      this.#report(
        'ADDRESS_OF_SERVER',
        place,
        { name, address, network: subnetOf },
        `${name}: ${address} is the address of the DHCP server of ${subnetOf}, which has the highest of its subnet.`,
      );
    else if (range !== null && offsetIn(range, address) === undefined)
      this.#report(
        'ADDRESS_OUTSIDE_RANGE',
        place,
        { name, address, range: textOf(range), subnetOf },
        `${name}: ${address} is not in ${textOf(range)}, the range that NICs of this slice have in ${subnetOf}.`,
      );
    else return true;
    return false;
  }

  #report(
    code: AddressingProblem['code'],
    place: Place,
    params: Record<string, string | number>,
    message: string,
  ): void {
    this.problems.push({ code, message, ...place, params });
  }
}
