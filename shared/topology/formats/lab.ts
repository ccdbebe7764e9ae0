import { say } from '../../sentence';
import type { AnnotationDraft } from '../annotations';
import type { Forward } from '../forward';
import type { Size } from './guess';
import { Report } from './report';

export interface Point {
  x: number;
  y: number;
}

/** Where things stand: in units of the drawing, or on the earth, in degrees. */
export type Spot = Point | { latitude: number; longitude: number };

export interface LabMachine {
  id: string;
  /** The key that it had here, of a document that we wrote. */
  key: string | null;
  name: string;
  /** What it is called besides; null where the document does not tell names from labels. */
  label: string | null;
  /** What the document says it is, in its own word: `nokia_srlinux`, `iosv`. Empty where it says nothing. */
  kind: string;
  size: Size;
  /** Names of a flavour and an image of ours, of a document that we wrote. */
  flavour: string | null;
  image: string | null;
  internet: boolean;
  /** Ports that are forwarded. */
  forwards: readonly Forward[];
  /** Commands that are run in it once it is there. */
  exec: readonly string[];
  spot: Spot | null;
}

/** What a document chooses for a link or a segment, as it is written there; what of it can be so here, `own-addressing.ts` says. */
export interface LabSubnet {
  /** With its prefix length. */
  subnet: string | null;
  /** A subnet of IPv6, or `given`. */
  ipv6: string | null;
  mtu: number | null;
}
export const noSubnet: LabSubnet = { subnet: null, ipv6: null, mtu: null };

/** What it chooses for the NIC at the end of a link; addresses without a prefix length. */
export interface LabNic {
  mac: string | null;
  address: string | null;
  address6: string | null;
  /** Which NIC of its machine it is, from 0; of another tool only its place among them. */
  nic: number | null;
}
export const noNic: LabNic = { mac: null, address: null, address6: null, nic: null };

export interface LabSegment {
  id: string;
  key: string | null;
  name: string;
  spot: Spot | null;
  chosen: LabSubnet;
}

/** Between two ids. */
export interface LabLink {
  ends: readonly [string, string];
  key: string | null;
  /** What the ends are called there, empty where that is not told. */
  interfaces: readonly [string, string];
  nics: readonly [LabNic, LabNic];
  /** Of a link to a segment what the segment has not: they are in one subnet. */
  chosen: LabSubnet;
}

/** What a document draws beside its machines, in units of its drawing; sides are those of the box. */
export interface LabDrawing {
  /** Its word in the document, for what is left out. */
  what: string;
  /** The key that it had here, of a document that we wrote. */
  key?: string | undefined;
  /** Upper left. */
  corner: Point;
  drawn: AnnotationDraft;
}

/** How a document's drawing comes into ours: where a point comes to lie, and how much larger all becomes. */
export interface Carry {
  point: (point: Point) => Point;
  factor: number;
}

/**
 * A lab as another tool has it: its machines, its segments (switches, bridges, hubs) and what lies outside of it, by their ids there, and
 * links between any two of these. A reader fills it; `topologyOf` makes a topology of it. What a reader finds and has no place
 * for it tells the report.
 */
export class Lab {
  name: string | null = null;
  description = '';
  readonly report = new Report();
  readonly machines = new Map<string, LabMachine>();
  readonly segments = new Map<string, LabSegment>();
  /** Clouds and NATs: who is linked to one has internet access. */
  readonly outsides = new Map<string, { id: string; name: string }>();
  readonly links: LabLink[] = [];
  /** Texts, shapes and frames, the lowest first. */
  readonly drawings: LabDrawing[] = [];
  /** The positions are ours, to be kept to the point; else they are spread until nothing lies on anything. */
  exact = false;

  has(id: string): boolean {
    return this.machines.has(id) || this.segments.has(id) || this.outsides.has(id);
  }

  machine(id: string, machine: Partial<Omit<LabMachine, 'id'>> = {}): void {
    this.machines.set(id, {
      ...{ id, key: null, name: id, label: null, kind: '', size: {}, flavour: null, image: null },
      ...{ internet: false, forwards: [], exec: [], spot: null },
      ...machine,
    });
  }

  segment(
    id: string,
    name: string = id,
    spot: Spot | null = null,
    key: string | null = null,
    chosen: Partial<LabSubnet> = {},
  ): void {
    this.segments.set(id, { id, key, name, spot, chosen: { ...noSubnet, ...chosen } });
  }

  /** A segment that the document has, as a switch or a bridge, not as a network: the report tells. */
  bridge(id: string, name: string = id, spot: Spot | null = null): void {
    this.segment(id, name, spot);
    this.report.gather('mapped', 'DOC_SWITCHES', name);
  }

  outside(id: string, name: string = id): void {
    this.outsides.set(id, { id, name });
    this.report.gather('mapped', 'DOC_OUTSIDE', name);
  }

  link(
    one: string,
    other: string,
    key: string | null = null,
    interfaces: LabLink['interfaces'] = ['', ''],
    own: Partial<Pick<LabLink, 'nics' | 'chosen'>> = {},
  ): void {
    const { chosen = noSubnet } = own;
    const segment = this.segments.get(one) ?? this.segments.get(other);
    const left = segment === undefined ? chosen : joined(segment, chosen);
    this.links.push({ ends: [one, other], key, interfaces, nics: own.nics ?? [noNic, noNic], chosen: left });
  }

  nameOf(id: string): string {
    return (this.machines.get(id) ?? this.segments.get(id) ?? this.outsides.get(id))?.name ?? id;
  }

  /** `id` with a number behind it that makes it new. */
  freeId(id: string): string {
    for (let number = 1; ; number += 1) {
      const candidate = number === 1 ? id : `${id} ${number}`;
      if (!this.has(candidate)) return candidate;
    }
  }
}

/** A segment is in the subnet that the first of its links says. What is left of what a link says is another one. */
function joined(segment: LabSegment, chosen: LabSubnet): LabSubnet {
  const left = { ...chosen };
  for (const what of ['subnet', 'ipv6'] as const) {
    segment.chosen[what] ??= chosen[what];
    if (segment.chosen[what] === chosen[what]) left[what] = null;
  }
  return left;
}

/** What stands in a document and can be refused for it. */
interface Refusable {
  fail(said: ReturnType<typeof say>): never;
}

/** Refuses an id that the lab has already, at the place where it stands. */
export function newId(lab: Lab, id: string, where: Refusable): string {
  return lab.has(id) ? where.fail(say('DOC_TWO_NODES', { id })) : id;
}

/** Refuses an id that the lab does not have, at the place where it stands. */
export function knownId(lab: Lab, id: string, where: Refusable): string {
  return lab.has(id) ? id : where.fail(say('DOC_NO_NODE', { id: id.slice(0, 100) }));
}
