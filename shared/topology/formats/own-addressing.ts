import type { z } from 'zod';
import type { SentenceCode } from '../../sentence';
import {
  ipv6Schema,
  macSchema,
  mtuSchema,
  ownAddress6Schema,
  ownAddressSchema,
  ownSubnetSchema,
} from '../addressing-schema';
import { macLike } from '../mac';
import { topologyEdgeSchema, type Topology, type TopologyEdge, type TopologyNetwork } from '../schema';
import { addressingProblems, type addressingProblemCodes } from '../validate-addressing';
import type { LabLink, LabSubnet } from './lab';
import type { Report } from './report';

/*
 * What documents of other tools choose of addresses, as far as it can be chosen here. First all is taken that is written as it should be; then what the
 * checks of a drawing find wrong is left out again, so that they alone say what can be.
 */

/** By property, the line of the report that says where it is as the document has it. */
const keptAs = {
  ownSubnet: 'DOC_SUBNETS',
  ownRange: 'DOC_SUBNETS',
  ipv6: 'DOC_SUBNETS',
  mtu: 'DOC_MTUS',
  sourceOwnAddress: 'DOC_ADDRESSES',
  targetOwnAddress: 'DOC_ADDRESSES',
  sourceOwnAddress6: 'DOC_ADDRESSES',
  targetOwnAddress6: 'DOC_ADDRESSES',
  sourceMac: 'DOC_MACS',
  targetMac: 'DOC_MACS',
  sourceOwnNic: 'DOC_NICS',
  targetOwnNic: 'DOC_NICS',
} as const satisfies Partial<Record<keyof TopologyEdge | keyof TopologyNetwork, SentenceCode>>;
const segmentFields = ['ownSubnet', 'ipv6', 'mtu'] as const;
const networkFields = [...segmentFields, 'ownRange'] as const;
const edgeFields = [
  ...segmentFields,
  ...(['sourceOwnAddress', 'targetOwnAddress', 'sourceOwnAddress6', 'targetOwnAddress6'] as const),
  ...(['sourceMac', 'targetMac', 'sourceOwnNic', 'targetOwnNic'] as const),
] as const;

/** By what is wrong with it, the line that says where it is left out. */
const leftOutAs: Record<(typeof addressingProblemCodes)[number], SentenceCode> = {
  SUBNET_SIZE: 'DOC_SUBNETS_UNFIT',
  SUBNET_HOST_BITS: 'DOC_SUBNETS_UNFIT',
  SUBNET_SPECIAL: 'DOC_SUBNETS_UNFIT',
  SUBNET_OVERLAPS: 'DOC_SUBNETS_TAKEN',
  SUBNET_TOO_SMALL: 'DOC_SUBNETS_UNFIT',
  RANGE_WITHOUT_SUBNET: 'DOC_SUBNETS_UNFIT',
  RANGE_WITH_DHCP: 'DOC_SUBNETS_UNFIT',
  RANGE_OUTSIDE: 'DOC_SUBNETS_UNFIT',
  SUBNET_OF_ATTACHMENT: 'DOC_SUBNETS_UNFIT',
  SUBNETS_USED_UP: 'DOC_SUBNETS_UNFIT',
  IPV6_NO_SUBNET: 'DOC_SUBNETS_UNFIT',
  IPV6_SPECIAL: 'DOC_SUBNETS_UNFIT',
  IPV6_OVERLAPS: 'DOC_SUBNETS_TAKEN',
  MTU_BELOW_IPV6: 'DOC_MTUS_UNFIT',
  ADDRESS_WITHOUT_SUBNET: 'DOC_ADDRESSES_UNFIT',
  ADDRESS6_WITHOUT_SUBNET: 'DOC_ADDRESSES_UNFIT',
  ADDRESS6_OUTSIDE_RANGE: 'DOC_ADDRESSES_UNFIT',
  ADDRESS_OF_ROUTERS: 'DOC_ADDRESSES_UNFIT',
  SUBNET_CROWDED: 'DOC_SUBNETS_UNFIT',
  ADDRESS_OUTSIDE: 'DOC_ADDRESSES_UNFIT',
  ADDRESS_OUTSIDE_RANGE: 'DOC_ADDRESSES_UNFIT',
  ADDRESS_OF_SUBNET: 'DOC_ADDRESSES_UNFIT',
  ADDRESS_OF_SERVER: 'DOC_ADDRESSES_UNFIT',
  DUPLICATE_ADDRESS: 'DOC_ADDRESSES_UNFIT',
  END_WITHOUT_NIC: 'DOC_ENDS_WITHOUT_NIC',
  MAC_NOT_UNICAST: 'DOC_MACS_UNFIT',
  MAC_RESERVED: 'DOC_MACS_RESERVED',
  DUPLICATE_MAC: 'DOC_MACS_TAKEN',
  DUPLICATE_NIC: 'DOC_NICS_UNFIT',
};

type OwnOfNetwork = Pick<TopologyNetwork, (typeof segmentFields)[number]>;
type OwnOfEdge = Pick<TopologyEdge, (typeof edgeFields)[number]>;

/** What a segment or a link chooses, as far as it is written as it should be; the report is told of the rest. `where`: what to call it. */
export function chosenSubnet({ subnet, ipv6, mtu }: LabSubnet, where: string, report: Report): OwnOfNetwork {
  const read = readerFor(where, report);
  return {
    ownSubnet: read(ownSubnetSchema, subnet, 'DOC_SUBNETS_UNFIT'),
    ipv6: read(ipv6Schema, ipv6, 'DOC_SUBNETS_UNFIT'),
    mtu: read(mtuSchema, mtu, 'DOC_MTUS_UNFIT'),
  };
}

/** The same of a link, with the NICs at its ends. */
export function chosenOfLink(
  { nics: [source, target], chosen }: Pick<LabLink, 'nics' | 'chosen'>,
  where: string,
  report: Report,
): OwnOfEdge {
  const read = readerFor(where, report);
  // it may be written in several ways
  const readMac = (told: string | null) =>
    read(macSchema, told === null ? null : (macLike(told.trim()) ?? told), 'DOC_MACS_UNFIT');
  return {
    ...chosenSubnet(chosen, where, report),
    sourceOwnAddress: read(ownAddressSchema, source.address, 'DOC_ADDRESSES_UNFIT'),
    targetOwnAddress: read(ownAddressSchema, target.address, 'DOC_ADDRESSES_UNFIT'),
    sourceOwnAddress6: read(ownAddress6Schema, source.address6, 'DOC_ADDRESSES_UNFIT'),
    targetOwnAddress6: read(ownAddress6Schema, target.address6, 'DOC_ADDRESSES_UNFIT'),
    sourceMac: readMac(source.mac),
    targetMac: readMac(target.mac),
    sourceOwnNic: read(topologyEdgeSchema.shape.sourceOwnNic, source.nic, 'DOC_NICS_UNFIT'),
    targetOwnNic: read(topologyEdgeSchema.shape.targetOwnNic, target.nic, 'DOC_NICS_UNFIT'),
  };
}

function readerFor(where: string, report: Report) {
  return <Value>(schema: z.ZodType<Value>, told: string | number | null, unfit: SentenceCode): Value | undefined => {
    if (told === null) return undefined;
    const { data } = schema.safeParse(told);
    if (data === undefined) report.gather('leftOut', unfit, `${where}: ${told}`);
    return data;
  };
}

/** What to call networks and edges in a report, by their keys. */
interface Called {
  networks: ReadonlyMap<string, string>;
  edges: ReadonlyMap<string, string>;
}

/**
 * The topology without what it chooses of addresses and cannot. The report says what that is and, unless the document is one that we wrote, what is
 * kept.
 */
export function withPossibleAddressing(
  topology: Topology,
  called: Called,
  { report, isOurs }: { report: Report; isOurs: boolean },
): Topology {
  // what is wrong may hide what else is: an address in a subnet that cannot be is looked at when that is gone
  let faults = new Map<string, SentenceCode>();
  let possible = topology;
  do {
    const isLeftOut = (place: string, name: string, value: string | number | undefined) => {
      const line = faults.get(place);
      if (line !== undefined) report.gather('leftOut', line, `${name}: ${value}`);
      return line !== undefined || value === undefined;
    };
    const networks = possible.networks.map((network) => {
      const kept = { ...network };
      for (const field of networkFields)
        if (isLeftOut(`node ${network.key} ${field}`, called.networks.get(network.key) ?? '', network[field]))
          delete kept[field];
      return kept;
    });
    const edges = possible.edges.map((edge) => {
      const kept = { ...edge };
      for (const field of edgeFields)
        if (isLeftOut(`edge ${edge.key} ${field}`, called.edges.get(edge.key) ?? '', edge[field])) delete kept[field];
      return kept;
    });
    possible = { ...possible, networks, edges };
    faults = new Map(
      addressingProblems(possible).map(({ code, node, edge, field }) => [
        `${node === undefined ? `edge ${edge}` : `node ${node}`} ${field}`,
        leftOutAs[code],
      ]),
    );
  } while (faults.size > 0);
  if (!isOurs) tellKept(possible, called, report);
  return possible;
}

function tellKept({ networks, edges }: Topology, called: Called, report: Report): void {
  for (const network of networks)
    for (const field of networkFields)
      if (network[field] !== undefined) report.gather('mapped', keptAs[field], called.networks.get(network.key) ?? '');
  for (const edge of edges)
    for (const field of edgeFields)
      if (edge[field] !== undefined) report.gather('mapped', keptAs[field], called.edges.get(edge.key) ?? '');
}
