import { z } from 'zod';
import { AppError, type Problem, problemOf } from '../../errors';
import { limits } from '../../limits';
import { say, type Said, type SentenceCode } from '../../sentence';
import type { Catalogue, CatalogueFlavour } from '../catalogue';
import { keySchema } from '../place';
import { newVm, type Topology } from '../schema';
import { sizeOf } from '../size';
import type { ReadDocument, TemplateDocument } from './document-types';
import { anyImage, byName, choosable, fits, hostnameLike, labelOf, nearest, unique, type Size } from './guess';
import { layout } from './layout';
import { invalidDocument, parseAs } from './parse';
import { forbiddenKeys } from './read-json';
import type { Source } from './source';

const legacyId = z.union([z.number().finite(), z.string().min(1).max(200)], 'An id is a number or a text.');
type LegacyId = z.infer<typeof legacyId>;

/** The predecessor wrote numbers; people who edited its files by hand wrote texts too. */
const amount = z
  .union(
    [
      z.number(),
      z
        .string()
        .trim()
        .regex(/^\d+(\.\d+)?$/)
        .transform(Number),
    ],
    'This is not a number.',
  )
  .pipe(z.number().min(0).max(limits.ramMb))
  .nullish();
const text = z.string().max(200).nullish();

const legacySchema = z.object({
  topologia: z.object({
    nodes: z
      .array(z.object({ id: legacyId, label: text }))
      .max(limits.vmsPerTopology, `A topology has at most ${limits.vmsPerTopology} VMs.`),
    edges: z
      .array(z.object({ id: legacyId.nullish(), from: legacyId, to: legacyId }))
      .max(limits.edgesPerTopology, `A topology has at most ${limits.edgesPerTopology} edges.`)
      .default([]),
  }),
  recursos: z
    .record(
      z.string(),
      z.object({ name: text, ram_gb: amount, vcpu: amount, disk_gb: amount, os: text, flavour: text }),
    )
    .default({}),
  subred: z.object({ public_access: z.array(legacyId).max(limits.vmsPerTopology).default([]) }).optional(),
});
type LegacyResource = z.infer<typeof legacySchema>['recursos'][string];

/** A whole number as JavaScript writes it. */
function isWhole(digits: string): boolean {
  return Number.isSafeInteger(Number(digits)) && String(Number(digits)) === digits;
}

/**
 * Ids become keys and keys ids again: 7 ↔ `7`, "web" ↔ `web`. A text that looks like a number, "7", gets an underscore in
 * front, `_7`, and a text that looks like that another one; so each id has one key and each key one id.
 */
function keyOf(id: LegacyId): string {
  if (typeof id === 'number') return String(id);
  return isWhole(id.replace(/^_+/, '')) ? `_${id}` : id;
}

function idOf(key: string): LegacyId {
  if (isWhole(key)) return Number(key);
  return key.startsWith('_') && isWhole(key.replace(/^_+/, '')) ? key.slice(1) : key;
}

/**
 * Reads the predecessor's document. What it lacks is filled in, and what cannot be kept is changed, each with a warning:
 * ids that cannot be keys, names that are no host names, unknown flavours (the nearest by size) and images (the first).
 * Positions are laid out. INVALID_DOCUMENT where it contradicts itself.
 */
export function readLegacy(value: unknown, catalogue: Catalogue, source?: Source): ReadDocument {
  const document = parseAs(legacySchema, value, source);
  const refusal = (path: readonly PropertyKey[], said: Said) => invalidDocument(path, said, undefined, source);
  const { flavours, images } = choosable(catalogue);
  const warnings: Problem[] = [];
  const { nodes, edges: links } = document.topologia;

  const keys = new Map<string, string>();
  const takenKeys = new Set<string>();
  nodes.forEach((node, index) => {
    // by its text: `recursos` cannot tell 7 from "7" either
    if (keys.has(String(node.id)))
      throw refusal(['topologia', 'nodes', index, 'id'], say('DOC_TWO_NODES', { id: node.id }));
    keys.set(String(node.id), claimKey(node.id, takenKeys, warnings));
  });
  const known = (id: LegacyId, ...path: PropertyKey[]): string => {
    const key = keys.get(String(id));
    if (key === undefined) throw refusal(path, say('DOC_NO_NODE', { id }));
    return key;
  };
  for (const id of Object.keys(document.recursos)) known(id, 'recursos', id);
  const online = new Set(
    (document.subred?.public_access ?? []).map((id, index) => known(id, 'subred', 'public_access', index)),
  );

  const places = layout(nodes.length);
  const takenNames = new Set<string>();
  const vms = nodes.map((node, index) => {
    const key = known(node.id, 'topologia', 'nodes', index);
    const resource = Object.hasOwn(document.recursos, String(node.id)) ? document.recursos[String(node.id)] : undefined;
    const wanted = resource?.name ?? node.label ?? String(node.id);
    const name = hostnameLike(wanted, takenNames);
    const warn = (code: string, field: string, sentence: VmWarning, params: Record<string, string | number>) =>
      warnings.push(problemOf(code, { code: sentence, params: { vm: name, ...params } }, { node: key, field }));
    const label = labelOf(node.label ?? wanted);
    if (name !== wanted)
      warn('NAME_CHANGED', 'name', label === wanted ? 'DOC_LABELLED' : 'DOC_NAME_CHANGED', { wanted });
    const flavour = flavourFor(flavours, resource, warn);
    const image = byName(images, resource?.os) ?? anyImage(images, flavour);
    if (byName(images, resource?.os) === null)
      warn('IMAGE_GUESSED', 'imageId', resource?.os == null ? 'DOC_IMAGE_MISSING' : 'DOC_IMAGE_UNKNOWN', {
        wanted: resource?.os ?? '',
        taken: image.name,
      });
    const place = { x: places[index]?.x ?? 0, y: places[index]?.y ?? 0 };
    const vm = newVm({ key, name, flavourId: flavour.id, imageId: image.id, ...place });
    return { ...vm, label: label === name ? '' : label, internet: online.has(key) };
  });

  const takenEdges = new Set<string>();
  const edgeIds = new Set<string>();
  const edges = links.map((link, index) => {
    const at = ['topologia', 'edges', index] as const;
    const source = known(link.from, ...at, 'from');
    const target = known(link.to, ...at, 'to');
    if (source === target) throw refusal([...at, 'to'], say('DOC_SELF_LOOP', { id: link.to }));
    if (link.id == null) return { key: unique(`e${index + 1}`, takenEdges, 64), source, target };
    if (edgeIds.has(keyOf(link.id))) throw refusal([...at, 'id'], say('DOC_TWO_EDGES', { id: link.id }));
    edgeIds.add(keyOf(link.id));
    return { key: claimKey(link.id, takenEdges, warnings), source, target };
  });
  return { name: null, description: '', topology: { vms, networks: [], edges }, warnings };
}

/** A key for an id, different from all of `taken`, which it joins. A warning when the id will not come back from it. */
function claimKey(id: LegacyId, taken: Set<string>, warnings: Problem[]): string {
  const exact = keyOf(id);
  if (keySchema.safeParse(exact).success && !taken.has(exact.toLowerCase())) {
    taken.add(exact.toLowerCase());
    return exact;
  }
  const plain = String(id)
    .replaceAll(/[^A-Za-z0-9-]+/g, '-')
    .replaceAll(/^-+|-+$/g, '');
  const key = unique(plain === '' ? 'n' : `n-${plain}`, taken, 64);
  warnings.push(
    problemOf('ID_CHANGED', { code: 'DOC_ID_CHANGED', params: { wanted: String(id), taken: key } }, { node: key }),
  );
  return key;
}

type VmWarning = Extract<SentenceCode, `DOC_${'NAME' | 'IMAGE' | 'FLAVOUR' | 'SIZE'}_${string}`> | 'DOC_LABELLED';
type Warn = (code: string, field: string, sentence: VmWarning, params: Record<string, string | number>) => void;

/** By name; else the one of the same size; else the nearest. */
function flavourFor(
  flavours: readonly [CatalogueFlavour, ...CatalogueFlavour[]],
  resource: LegacyResource | undefined,
  warn: Warn,
): CatalogueFlavour {
  const size: Size = {
    vcpus: resource?.vcpu ?? undefined,
    ramMb: resource?.ram_gb == null ? undefined : Math.round(resource.ram_gb * 1024),
    diskGb: resource?.disk_gb ?? undefined,
  };
  const named = byName(flavours, resource?.flavour);
  if (named !== null) {
    if (!fits(named, size)) warn('SIZE_CHANGED', 'flavourId', 'DOC_SIZE_CHANGED', { taken: named.name });
    return named;
  }
  const sized = size.vcpus !== undefined && size.ramMb !== undefined && size.diskGb !== undefined;
  const same = sized ? flavours.find((flavour) => fits(flavour, size)) : undefined;
  const flavour = same ?? nearest(flavours, size);
  const wanted = resource?.flavour ?? '';
  if (wanted !== '')
    warn('FLAVOUR_GUESSED', 'flavourId', 'DOC_FLAVOUR_UNKNOWN', {
      wanted,
      taken: flavour.name,
    });
  else if (same === undefined)
    warn('FLAVOUR_GUESSED', 'flavourId', 'DOC_FLAVOUR_SIZE', {
      wanted,
      taken: flavour.name,
    });
  return flavour;
}

/**
 * Writes the predecessor's document. What it reads without a warning it writes unchanged; forwards and positions have
 * no place in it. INVALID_DOCUMENT for a topology with networks, which it does not know.
 */
export function writeLegacy({ topology }: TemplateDocument, catalogue: Catalogue): unknown {
  if (topology.networks.length > 0) throw new AppError('INVALID_DOCUMENT', say('DOC_NO_NETWORKS'));
  const flavours = new Map(catalogue.flavours.map((flavour) => [flavour.id, flavour]));
  const images = new Map(catalogue.images.map((image) => [image.id, image.name]));
  const ids = idsOf(topology.vms);
  const edgeIds = idsOf(topology.edges);
  const id = (key: string): LegacyId => ids.get(key) ?? key;
  const resource = (vm: Topology['vms'][number]) => {
    const flavour = flavours.get(vm.flavourId);
    const { vcpus, ramMb, diskGb } = sizeOf(vm, flavour ?? { vcpus: 0, ramMb: 0, diskGb: 0 });
    return {
      name: vm.name,
      ram_gb: ramMb / 1024,
      vcpu: vcpus,
      disk_gb: diskGb,
      os: images.get(vm.imageId) ?? '',
      flavour: flavour?.name ?? '',
    };
  };
  return {
    topologia: {
      nodes: topology.vms.map((vm) => ({ id: id(vm.key), label: vm.label === '' ? vm.name : vm.label })),
      edges: topology.edges.map((edge) => ({
        id: edgeIds.get(edge.key) ?? edge.key,
        from: id(edge.source),
        to: id(edge.target),
      })),
    },
    recursos: Object.fromEntries(topology.vms.map((vm) => [String(id(vm.key)), resource(vm)])),
    subred: { public_access: topology.vms.filter((vm) => vm.internet).map((vm) => id(vm.key)) },
  };
}

/**
 * Ids of keys. Two keys whose ids would be the same text (`7` and `_7`) are kept apart by the key itself, and what reading
 * refuses as a key (`__proto__`) is none.
 */
function idsOf(items: readonly { key: string }[]): Map<string, LegacyId> {
  const ids = new Map<string, LegacyId>();
  const taken = new Set<string>(forbiddenKeys);
  for (const { key } of items) {
    let id = idOf(key);
    for (let spare = key; taken.has(String(id)); spare = `_${spare}`) id = spare;
    taken.add(String(id));
    ids.set(key, id);
  }
  return ids;
}

/** Whether the document is the predecessor's, by its first key. */
export function isLegacy(value: Record<string, unknown>): boolean {
  return Object.hasOwn(value, 'topologia');
}
