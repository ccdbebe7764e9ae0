import { limits } from '../../limits';
import { nameSchema } from '../../primitives';
import { say } from '../../sentence';
import { slug } from '../../slug';
import { withAnnotations } from '../annotations';
import type { Catalogue, CatalogueFlavour, CatalogueImage } from '../catalogue';
import { forwardKey, type Forward } from '../forward';
import { keySchema } from '../place';
import {
  interfaceNameSchema,
  locationSchema,
  newVm,
  type Topology,
  type TopologyEdge,
  type TopologyNetwork,
} from '../schema';
import { annotationsFrom } from './drawings';
import type { ImportedDocument, KindChoices, KindUse } from './document-types';
import { anyImage, byName, choosable, clipTo, hostnameLike, labelOf, nearest, unique, type Size } from './guess';
import type { Lab, LabLink, LabMachine, LabNic, Spot } from './lab';
import { nicOrderOf } from './nic-order';
import { chosenOfLink, chosenSubnet, withPossibleAddressing } from './own-addressing';
import { placesOf } from './places';
import { forbiddenKeys, refuse } from './read-json';
import { shortList, type Report } from './report';

/**
 * The topology that a lab of another tool is here: host names for names, flavours and images for kinds, networks for segments, internet
 * access for what is linked to the outside. INVALID_DOCUMENT for more than a topology can have.
 */
export function topologyOf(lab: Lab, catalogue: Catalogue, choices: KindChoices): Omit<ImportedDocument, 'format'> {
  const { report } = lab;
  const segments = joinedSegments(lab);
  assertFits(lab.machines.size, limits.vmsPerTopology, 'DOC_TOO_MANY_VMS');
  assertFits(new Set(segments.values()).size, limits.networksPerTopology, 'DOC_TOO_MANY_NETWORKS');
  assertFits(lab.links.length, limits.edgesPerTopology, 'DOC_TOO_MANY_EDGES');

  const kept = [...lab.segments.values()].filter(({ id }) => segments.get(id) === id);
  const machines = [...lab.machines.values()];
  const takenKeys = new Set<string>([...forbiddenKeys]);
  const keys = new Map([...machines, ...kept].map(({ id, key }) => [id, keyLike(key ?? id, takenKeys)]));
  const keyOf = (id: string) => keys.get(segments.get(id) ?? id) ?? id;
  const { places, carry } = placesOf(
    [...machines, ...kept].map(({ spot }) => spot),
    lab.exact,
  );
  if (![...machines, ...kept].every(({ spot }) => spot === null))
    if ([...machines, ...kept].some(({ spot }) => spot !== null && 'latitude' in spot))
      report.add('mapped', 'DOC_GEOGRAPHY', {});

  const online = onlineMachines(lab, segments);
  const pick = picker(catalogue, choices);
  const takenNames = new Set<string>();
  const uses = new Map<string, KindUse>();
  const vms = machines.map((machine, index) => {
    const key = keyOf(machine.id);
    const name = hostnameLike(machine.name, takenNames);
    if (name !== machine.name)
      report.add('changed', 'DOC_LABELLED', { vm: name, wanted: clip(machine.name) }, { node: key });
    const { flavour, image, own } = pick(machine, report, { vm: name, node: key });
    if (!own) countUse(uses, machine.kind, flavour, image);
    const vm = newVm({ key, name, flavourId: flavour.id, imageId: image.id, ...(places[index] ?? { x: 0, y: 0 }) });
    return {
      ...vm,
      ...locationOf(machine.spot),
      label: labelOf(machine.label ?? (name === machine.name ? '' : machine.name)),
      internet: machine.internet || online.has(machine.id),
      forwards: forwardsOf(machine.forwards),
      exec: [...machine.exec],
    };
  });
  tellKinds(uses, catalogue, report);

  const takenNetworks = new Set<string>();
  const calledNetworks = new Map<string, string>();
  const networks = kept.map((segment, index): TopologyNetwork => {
    const name = networkNameLike(segment.name, takenNetworks);
    const key = keyOf(segment.id);
    if (name !== segment.name)
      report.add('changed', 'DOC_NETWORK_RENAMED', { wanted: clip(segment.name), taken: name }, { node: key });
    calledNetworks.set(key, segment.name);
    return {
      ...{ key, name, ...locationOf(segment.spot), ...(places[machines.length + index] ?? { x: 0, y: 0 }) },
      ...chosenSubnet(segment.chosen, segment.name, report),
    };
  });
  const { edges, called } = edgesOf(lab, keyOf);
  const drawn = withPossibleAddressing(
    { vms, networks, edges },
    { networks: calledNetworks, edges: called },
    { report, isOurs: lab.exact },
  );
  const annotations = annotationsFrom(lab.drawings, { carry, takenKeys, report, exact: lab.exact });
  return {
    name: lab.name,
    description: clipTo(lab.description, limits.descriptionLength),
    topology: withAnnotations(drawn, annotations) satisfies Topology,
    report: report.lines(),
    kinds: [...uses.values()],
  };
}

/** Where it is on the earth, where the document says so: with it the drawing can be arranged as a map again. */
function locationOf(spot: Spot | null): Pick<TopologyNetwork, 'location'> {
  if (spot === null || !('latitude' in spot)) return {};
  const location = locationSchema.safeParse({ latitude: spot.latitude, longitude: spot.longitude });
  return location.success ? { location: location.data } : {};
}

/** Each port once, as many as a VM may have. */
function forwardsOf(asked: readonly Forward[]): Forward[] {
  return [...new Map(asked.map((forward) => [forwardKey(forward), forward])).values()].slice(0, limits.forwardsPerVm);
}

function assertFits(
  count: number,
  max: number,
  code: 'DOC_TOO_MANY_VMS' | 'DOC_TOO_MANY_NETWORKS' | 'DOC_TOO_MANY_EDGES',
) {
  if (count > max) refuse(say(code, { count, max }));
}

/** Segments that are linked with each other are one: by each segment's id that of the one which stands for it. */
function joinedSegments(lab: Lab): Map<string, string> {
  const parents = new Map([...lab.segments.keys()].map((id) => [id, id]));
  const root = (id: string): string => {
    let at = id;
    for (let next = parents.get(at) ?? at; next !== at; next = parents.get(at) ?? at) {
      parents.set(at, parents.get(next) ?? next);
      at = next;
    }
    return at;
  };
  for (const { ends } of lab.links) {
    const [one, other] = ends;
    if (lab.segments.has(one) && lab.segments.has(other)) parents.set(root(other), root(one));
  }
  const groups = new Map<string, string[]>();
  for (const { id, name } of lab.segments.values()) groups.set(root(id), [...(groups.get(root(id)) ?? []), name]);
  for (const { id, name, chosen } of lab.segments.values())
    if (root(id) !== id && Object.values(chosen).some((value) => value !== null)) lab.report.leaveOut('subnet', name);
  for (const names of groups.values())
    if (names.length > 1) lab.report.add('changed', 'DOC_JOINED', { where: shortList(names) });
  return new Map([...lab.segments.keys()].map((id) => [id, root(id)]));
}

/** Machines that are linked to the outside, directly or by a segment that is. */
function onlineMachines(lab: Lab, segments: ReadonlyMap<string, string>): Set<string> {
  const online = new Set<string>();
  for (const { ends } of lab.links)
    for (const [one, other] of [ends, ends.toReversed()])
      if (one !== undefined && other !== undefined && lab.outsides.has(other)) online.add(segments.get(one) ?? one);
  for (const { ends } of lab.links)
    for (const [one, other] of [ends, ends.toReversed()])
      if (one !== undefined && other !== undefined && lab.machines.has(one) && online.has(segments.get(other) ?? ''))
        online.add(one);
  return online;
}

/** With what to call each of them, by its key. */
function edgesOf(lab: Lab, keyOf: (id: string) => string): { edges: TopologyEdge[]; called: Map<string, string> } {
  const taken = new Set<string>();
  const nics = new Map<string, number>();
  const count = (id: string) => {
    const now = (nics.get(id) ?? 0) + 1;
    nics.set(id, now);
    if (now > limits.nicsPerVm)
      refuse(say('DOC_TOO_MANY_NICS', { vm: lab.machines.get(id)?.name ?? id, max: limits.nicsPerVm }));
  };
  // ids of the document first, so that none is taken by a number
  for (const { key } of lab.links) if (key !== null && keySchema.safeParse(key).success) taken.add(key.toLowerCase());
  const order = nicOrderOf(lab);
  const inOrder = (link: LabLink, id: string, nic: LabNic) =>
    lab.exact ? nic : { ...nic, nic: order.get(link)?.get(id) ?? null };
  const given = new Set<string>();
  const called = new Map<string, string>();
  const edges = lab.links.flatMap((link, index): TopologyEdge[] => {
    const { key: wanted, chosen } = link;
    // attachments begin at the VM
    const isTurned = !lab.machines.has(link.ends[0]);
    const {
      ends,
      interfaces,
      nics: [here, there],
    } = isTurned ? turned(link) : link;
    const [source, target] = ends;
    if (!lab.machines.has(source)) return [];
    if (source === target) {
      lab.report.gather('leftOut', 'DOC_LOOPS', lab.machines.get(source)?.name ?? source);
      return [];
    }
    const name = ends.map((id) => lab.nameOf(id)).join('–');
    if (lab.outsides.has(target)) {
      if (here.mac !== null) lab.report.leaveOut('mac', name);
      return [];
    }
    for (const end of [source, target]) if (lab.machines.has(end)) count(end);
    const isOwn = wanted !== null && keySchema.safeParse(wanted).success && !given.has(wanted.toLowerCase());
    if (isOwn) given.add(wanted.toLowerCase());
    const key = isOwn ? wanted : unique(`e${index + 1}`, taken, 64);
    called.set(key, name);
    return [
      {
        ...{ key, source: keyOf(source), target: keyOf(target), ...interfacesOf(lab, ends, interfaces) },
        ...chosenOfLink(
          { nics: [inOrder(link, source, here), inOrder(link, target, there)], chosen },
          name,
          lab.report,
        ),
      },
    ];
  });
  return { edges, called };
}

/** The same link, told from its other end. */
function turned({ ends, interfaces, nics }: LabLink): Pick<LabLink, 'ends' | 'interfaces' | 'nics'> {
  return { ends: [ends[1], ends[0]], interfaces: [interfaces[1], interfaces[0]], nics: [nics[1], nics[0]] };
}

/**
 * What the ends at machines are called. A number, as `eth1` is, is none: guests have their own, and the report says so of whatever is not
 * kept.
 */
function interfacesOf(
  lab: Lab,
  ends: readonly [string, string],
  names: readonly (string | undefined)[],
): Pick<TopologyEdge, 'sourceInterface' | 'targetInterface'> {
  const [source, target] = ends.map((id, at) => {
    const name = interfaceNameSchema.safeParse(clipTo(names[at]?.trim() ?? '', limits.interfaceNameLength));
    return name.success && lab.machines.has(id) && !/^eth\d+$/i.test(name.data) ? name.data : undefined;
  });
  const where = ends.map((id, at) => [lab.nameOf(id), names[at]].filter((part) => (part ?? '') !== '').join(':'));
  if (source !== undefined || target !== undefined)
    lab.report.gather('changed', 'DOC_INTERFACES_DRAWN', where.join('–'));
  const isLost = [source, target].some((kept, at) => kept === undefined && (names[at] ?? '') !== '');
  if (isLost) lab.report.gather('leftOut', 'DOC_INTERFACES', where.join('–'));
  return {
    ...(source !== undefined && { sourceInterface: source }),
    ...(target !== undefined && { targetInterface: target }),
  };
}

/** A key that is the id, or like it. */
function keyLike(id: string, taken: Set<string>): string {
  if (keySchema.safeParse(id).success && !taken.has(id.toLowerCase())) {
    taken.add(id.toLowerCase());
    return id;
  }
  const plain = slug(id, '-', 60);
  return unique(plain === '' ? 'n' : `n-${plain}`, taken, 64);
}

function networkNameLike(wanted: string, taken: Set<string>): string {
  const plain = wanted
    .replaceAll(/[<>/\\\p{Control}\p{Surrogate}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]+/gu, '-')
    .normalize('NFC')
    .trim();
  const name = nameSchema.safeParse(clipTo(plain, limits.nameLength).replaceAll(/^[-\s]+|[-\s]+$/g, ''));
  return unique(name.success ? name.data : 'net', taken, limits.nameLength);
}

const clip = (text: string) => (text.length > 80 ? `${clipTo(text, 79)}…` : text);

interface Picked {
  flavour: CatalogueFlavour;
  image: CatalogueImage;
  /** The document itself says both. */
  own: boolean;
}

/** Chooses flavours and images: as the document says, as its kind was chosen to be, else by the kind's name and the size. */
function picker(catalogue: Catalogue, choices: KindChoices) {
  const { flavours, images } = choosable(catalogue);
  const room = (flavour: CatalogueFlavour, image: CatalogueImage) =>
    flavour.ramMb >= image.minRamMb && flavour.diskGb >= image.minDiskGb;
  const guessed = new Map<string, Picked>();
  return (machine: LabMachine, report: Report, { vm, node }: { vm: string; node: string }): Picked => {
    const image = byName(images, machine.image);
    const flavour = byName(flavours, machine.flavour);
    if (image !== null && flavour !== null) return { image, flavour, own: true };
    if (machine.image !== null && image === null)
      report.add('changed', 'DOC_IMAGE_ELSE', { vm, wanted: clip(machine.image) }, { node, field: 'imageId' });
    if (machine.flavour !== null && flavour === null)
      report.add('changed', 'DOC_FLAVOUR_ELSE', { vm, wanted: clip(machine.flavour) }, { node, field: 'flavourId' });
    const chosen = choices.get(machine.kind);
    const size: Size = machine.size;
    const memo = `${machine.kind}\n${size.vcpus ?? ''} ${size.ramMb ?? ''} ${size.diskGb ?? ''}`;
    const known = guessed.get(memo);
    if (known !== undefined && image === null && flavour === null) return known;
    const chosenFlavour = flavour ?? byName(flavours, chosen?.flavour);
    const pickedImage =
      image ??
      byName(images, chosen?.image) ??
      byName(images, machine.kind) ??
      anyImage(images, chosenFlavour ?? flavours[0]);
    const [first, ...others] = flavours.filter((candidate) => room(candidate, pickedImage));
    const pickedFlavour = chosenFlavour ?? nearest(first === undefined ? flavours : [first, ...others], size);
    const picked = { flavour: pickedFlavour, image: pickedImage, own: false };
    if (image === null && flavour === null) guessed.set(memo, picked);
    return picked;
  };
}

function countUse(uses: Map<string, KindUse>, kind: string, flavour: CatalogueFlavour, image: CatalogueImage): void {
  const use = uses.get(kind);
  if (use === undefined) uses.set(kind, { kind, count: 1, flavourId: flavour.id, imageId: image.id });
  else use.count += 1;
}

function tellKinds(uses: ReadonlyMap<string, KindUse>, catalogue: Catalogue, report: Report): void {
  for (const { kind, count, flavourId, imageId } of uses.values()) {
    const flavour = catalogue.flavours.find(({ id }) => id === flavourId)?.name ?? '';
    const image = catalogue.images.find(({ id }) => id === imageId)?.name ?? '';
    if (kind === '') report.add('mapped', 'DOC_KINDLESS', { count, flavour, image });
    else report.add('mapped', 'DOC_KIND', { count, kind: clip(kind), flavour, image });
  }
}
