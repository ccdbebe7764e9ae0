import { z } from 'zod';
import { AppError, type Problem } from '../../errors';
import { limits } from '../../limits';
import { inEnglish, plain, say, type Said } from '../../sentence';
import { annotationsOf, withAnnotations } from '../annotations';
import type { Catalogue } from '../catalogue';
import { withParameters } from '../parameters/parameters';
import type { Topology } from '../schema';
import { validateTopology, type TopologyProblemCode } from '../validate';
import type { TemplateDocument } from './document-types';
import { byName } from './guess';
import { placesOf } from './places';
import { asMap } from './read-json';
import type { Path } from './source';
import { tramaDocumentSchema } from './trama';
import { readYaml, spanOfNode, type Span, type YamlDocument } from './yaml-source';

/*
 * Our own document as the text beside a drawing, which is read while it is written: all that is wrong is told, each with where it stands and
 * whose it is, and nothing is guessed. What the text leaves to the drawing, as places, is kept from it.
 */

export interface TextProblem extends Span {
  problem: Problem;
}

export const partKinds = ['vm', 'network', 'edge', 'annotation'] as const;
export type PartKind = (typeof partKinds)[number];
/** The list of the document in which parts of a kind stand. */
export const sectionOf = {
  vm: 'vms',
  network: 'networks',
  edge: 'edges',
  annotation: 'annotations',
} as const satisfies Record<PartKind, string>;

/** Where a part stands in the text: from the beginning of its first line to the end of its last one. */
export interface PartSpan extends Span {
  kind: PartKind;
  key: string;
}

export type TextReading = { document: TemplateDocument; spans: PartSpan[] } | { problems: TextProblem[] };

export interface ReadTextOptions {
  /** What was drawn when the text was written: it says which of two images of one name is meant, and where parts are that have no place. */
  base: TemplateDocument;
  catalogue: Catalogue;
  /** Name and description are not the text's to change, as of a slice. */
  fixedDetails?: boolean;
}

/** A name may be missing until the template is saved, and a text is kept as it is typed. */
const textSchema = tramaDocumentSchema.extend({
  name: z.string().max(limits.nameLength, `At most ${limits.nameLength} characters.`),
  description: z.string().max(limits.descriptionLength, `At most ${limits.descriptionLength} characters.`).default(''),
});
type ReadText = z.infer<typeof textSchema>;

/** Of what the text says and no drawing can be made of: its sentences say what. */
const textInvalid = 'TEXT_INVALID';

/** What no drawing can hold, so that the text has to be mended first. All else that is wrong, the drawing shows. */
const undrawable: readonly TopologyProblemCode[] = [
  'DUPLICATE_KEY',
  'EDGE_DANGLING',
  'EDGE_SELF_LOOP',
  'EDGE_SOURCE_NOT_VM',
];

/** What the text says, or everything that is wrong with it. Pure. */
export function readOwnText(text: string, options: ReadTextOptions): TextReading {
  let source: YamlDocument;
  let value: Record<string, unknown>;
  try {
    source = readYaml(text);
    value = asMap(source.value);
  } catch (error) {
    if (error instanceof AppError) return { problems: [unreadable(text, error)] };
    throw error;
  }
  const owner = ownerIn(value);
  const told: Tell = (path, { message, sentences }) => ({
    problem: { code: textInvalid, message, ...owner(path), sentences: [...sentences] },
    ...lineOf(text, source.spanOf(path)),
  });
  const parsed = textSchema.safeParse(value);
  if (!parsed.success) return { problems: parsed.error.issues.flatMap((issue) => issueProblems(issue, value, told)) };

  const { base, catalogue } = options;
  const { topology, problems } = topologyOf(parsed.data, base.topology, catalogue, told);
  const { name, description } = parsed.data;
  if (options.fixedDetails === true) {
    if (name !== base.name) problems.push(told(['name'], say('DOC_FIXED')));
    if (description !== base.description) problems.push(told(['description'], say('DOC_FIXED')));
  }
  for (const problem of validateTopology(topology))
    if (undrawable.includes(problem.code)) {
      const path = pathOfProblem(topology, problem);
      problems.push({ problem, ...lineOf(text, source.spanOf(path)) });
    }
  if (problems.length > 0) return { problems };
  return { document: { name, description, topology }, spans: spansOf(text, source) };
}

/** What keeps all of it from being read stands where its sentence says. */
function unreadable(text: string, error: AppError): TextProblem {
  const all = error.said.sentences;
  const [first, ...rest] = all;
  const { line, column } = first?.params ?? {};
  if (typeof line !== 'number' || typeof column !== 'number')
    return { problem: { code: textInvalid, message: error.message, sentences: [...all] }, from: 0, to: 0 };
  let start = 0;
  for (let before = 1; before < line && start >= 0; before += 1) start = text.indexOf('\n', start) + 1;
  const from = Math.min(text.length, start + column - 1);
  const problem = { code: textInvalid, message: inEnglish(rest), sentences: rest };
  return { problem, ...lineOf(text, { from, to: text.length }) };
}

type Tell = (path: Path, said: Said) => TextProblem;

function issueProblems(issue: z.core.$ZodIssue, value: unknown, told: Tell): TextProblem[] {
  const path = issue.path.map((part) => (typeof part === 'symbol' ? String(part) : part));
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => told([...path, key], say('DOC_KEY_UNKNOWN', { key })));
  const last = path.at(-1);
  if (issue.code === 'invalid_type' && typeof last === 'string' && valueAt(value, path) === undefined)
    return [told(path.slice(0, -1), say('DOC_KEY_MISSING', { key: last }))];
  return [told(path, plain(issue.message))];
}

function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (inner, part) => (typeof inner === 'object' && inner !== null ? Reflect.get(inner, part) : undefined),
    value,
  );
}

/** Whose a place in the document is: the node's or the edge's, as far as it has a key, and which field of it. */
function ownerIn(value: Record<string, unknown>): (path: Path) => Pick<Problem, 'node' | 'edge' | 'field'> {
  return ([section, index, field]) => {
    const kind = partKinds.find((one) => sectionOf[one] === section);
    const key =
      kind === undefined || typeof index !== 'number' ? undefined : valueAt(value, [sectionOf[kind], index, 'key']);
    if (typeof key !== 'string') return {};
    const owner = kind === 'edge' ? { edge: key } : { node: key };
    return field === undefined ? owner : { ...owner, field: String(field) };
  };
}

/** Where in the document the drawing has something that is wrong: the last of two that are there twice. */
function pathOfProblem(topology: Topology, { node, edge, field }: Problem): Path {
  for (const kind of partKinds.toReversed()) {
    const key = kind === 'edge' ? edge : node;
    const parts: readonly { key: string }[] =
      kind === 'annotation' ? annotationsOf(topology) : topology[sectionOf[kind]];
    const index = key === undefined ? -1 : parts.findLastIndex((one) => one.key.toLowerCase() === key.toLowerCase());
    if (index >= 0) return [sectionOf[kind], index, ...(field === undefined ? [] : [field])];
  }
  return [];
}

function topologyOf(
  read: ReadText,
  base: Topology,
  catalogue: Catalogue,
  told: Tell,
): { topology: Topology; problems: TextProblem[] } {
  const problems: TextProblem[] = [];
  const drawn = new Map([...base.networks, ...base.vms].map((node) => [node.key, node]));
  const old = new Map(base.vms.map((vm) => [vm.key, vm]));
  const spots = [...read.vms, ...read.networks].map(({ key, x, y }) => {
    const was = drawn.get(key);
    const spot = { x: x ?? was?.x, y: y ?? was?.y };
    return spot.x === undefined || spot.y === undefined ? null : { x: spot.x, y: spot.y };
  });
  const { places } = placesOf(spots, true);
  const place = (index: number) => places[index] ?? { x: 0, y: 0 };
  const flavours = namer(catalogue.flavours);
  const images = namer(catalogue.images);
  const vms = read.vms.map(({ flavour, image, ...vm }, index) => {
    const flavourId = flavours(flavour, old.get(vm.key)?.flavourId);
    const imageId = images(image, old.get(vm.key)?.imageId);
    if (flavourId === null) problems.push(told(['vms', index, 'flavour'], say('DOC_NO_FLAVOUR', { wanted: flavour })));
    if (imageId === null) problems.push(told(['vms', index, 'image'], say('DOC_NO_IMAGE', { wanted: image })));
    return { ...vm, flavourId: flavourId ?? 0, imageId: imageId ?? 0, ...place(index) };
  });
  const networks = read.networks.map((network, index) => ({ ...network, ...place(read.vms.length + index) }));
  const drawing = withAnnotations({ vms, networks, edges: read.edges }, read.annotations);
  return { topology: withParameters(drawing, read.parameters), problems };
}

/** The id of what is called so: of several the one that was there before, else one that is not retired. */
function namer(items: readonly { id: number; name: string; retiredAt: string | null }[]) {
  const living = items.filter(({ retiredAt }) => retiredAt === null);
  return (name: string, before: number | undefined): number | null => {
    const was = items.filter(({ id }) => id === before);
    return (byName(was, name) ?? byName(living, name) ?? byName(items, name))?.id ?? null;
  };
}

/** Where each part stands that has a key. */
export function spansOf(text: string, { tree, value }: YamlDocument): PartSpan[] {
  return partKinds.flatMap((kind) => {
    const section: unknown = tree.get(sectionOf[kind]);
    const items: unknown = typeof section === 'object' && section !== null ? Reflect.get(section, 'items') : [];
    if (!Array.isArray(items)) return [];
    return items.flatMap((item: unknown, index): PartSpan[] => {
      const key = valueAt(value, [sectionOf[kind], index, 'key']);
      const span = spanOfNode(item);
      if (typeof key !== 'string' || span === null) return [];
      const from = span.from === 0 ? 0 : text.lastIndexOf('\n', span.from - 1) + 1;
      let { to } = span;
      while (to > from && /\s/.test(text[to - 1] ?? '')) to -= 1;
      return [{ kind, key, from, to }];
    });
  });
}

/** A span, or what of it stands on its first line: a whole part underlined says less than its beginning. */
function lineOf(text: string, { from, to }: Span): Span {
  const end = text.indexOf('\n', from);
  return { from, to: end < 0 ? Math.max(from, to) : Math.max(from, Math.min(to, end)) };
}
