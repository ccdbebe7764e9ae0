import { isMap, isScalar, isSeq, Scalar, stringify, type Document, type Pair, type YAMLMap } from 'yaml';
import type { Catalogue } from '../catalogue';
import { alike } from '../properties';
import type { TemplateDocument } from './document-types';
import { partKinds, sectionOf, spansOf, type PartSpan } from './own-text';
import { writeTrama, type WrittenPart } from './trama';
import { writeDocument } from './write-document';
import { readYaml, spanOfNode, type Span, type YamlDocument } from './yaml-source';

/*
 * A drawing has changed, and the text beside it follows: only what differs is written anew, so that comments, order and the
 * writer's own way of writing stay. Each text that is made is read again, and counts only if it says what it should.
 */

type Section = (typeof sectionOf)[keyof typeof sectionOf];

export interface OwnText {
  text: string;
  /** Where its parts stand. */
  spans: PartSpan[];
}

/** What differs of a part: its new value by field; undefined: it has its default from now on, and is not written. */
type FieldChanges = ReadonlyMap<string, unknown>;
interface SectionChange {
  section: Section;
  /** The parts that there are from now on, in their order. */
  after: readonly WrittenPart[];
  /** By key, of parts that stay. */
  changed: ReadonlyMap<string, FieldChanges>;
}
interface Changes {
  details: FieldChanges;
  sections: readonly SectionChange[];
}

/**
 * `text`, which says `before`, as it says `after`. Comments stay but those of parts that have gone; where it is written in a way
 * that cannot be changed in part, as by anchors, all of it is written anew. Pure.
 */
export function rewriteOwnText(
  text: string,
  before: TemplateDocument,
  after: TemplateDocument,
  catalogue: Catalogue,
): OwnText {
  const source = readYaml(text);
  const changes = changesOf(before, after, catalogue);
  if (changes.details.size === 0 && changes.sections.length === 0) return { text, spans: spansOf(text, source) };
  const wanted = patched(source.value, changes);
  // the second way changes the nodes that the first one reads
  for (const way of [scalarsInPlace, nodesRewritten]) {
    const made = way(text, source, changes);
    if (made === null) continue;
    const again = readYaml(made);
    if (alike(again.value, wanted)) return { text: made, spans: spansOf(made, again) };
  }
  return writeOwnText(after, catalogue);
}

/** The text of a drawing that has none yet. */
export function writeOwnText(document: TemplateDocument, catalogue: Catalogue): OwnText {
  const text = writeDocument('trama-yaml', document, catalogue);
  return { text, spans: spansOf(text, readYaml(text)) };
}

function changesOf(before: TemplateDocument, after: TemplateDocument, catalogue: Catalogue): Changes {
  const [was, is] = [writeTrama(before, catalogue), writeTrama(after, catalogue)];
  const details = new Map<string, unknown>();
  if (was.name !== is.name) details.set('name', is.name);
  if (was.description !== is.description) details.set('description', is.description);
  // few, and nothing points at one: they are exchanged as a whole
  if (!alike(was.parameters, is.parameters)) details.set('parameters', is.parameters);
  const sections = partKinds.flatMap((kind): SectionChange[] => {
    const section = sectionOf[kind];
    const [old, now] = [was[section] ?? [], is[section] ?? []];
    const known = new Map(old.map((part) => [part['key'], part]));
    const changed = new Map<string, FieldChanges>();
    for (const part of now) {
      const fields = fieldChanges(known.get(part['key']), part);
      if (fields.size > 0) changed.set(String(part['key']), fields);
    }
    const sameParts = old.length === now.length && old.every((part, index) => part['key'] === now[index]?.['key']);
    return sameParts && changed.size === 0 ? [] : [{ section, after: now, changed }];
  });
  return { details, sections };
}

function fieldChanges(before: WrittenPart | undefined, after: WrittenPart): FieldChanges {
  const changes = new Map<string, unknown>();
  if (before === undefined) return changes;
  for (const field of new Set([...Object.keys(before), ...Object.keys(after)]))
    if (!alike(before[field], after[field])) changes.set(field, after[field]);
  return changes;
}

/** The plain value of the document with the changes: what a text that was changed has to say. */
function patched(value: unknown, { details, sections }: Changes): unknown {
  const next = new Map(Object.entries(recordOf(value)));
  for (const [field, detail] of details)
    if (detail === undefined) next.delete(field);
    else next.set(field, detail);
  for (const { section, after, changed } of sections) {
    const old = next.get(section);
    const known = new Map(
      (Array.isArray(old) ? old : []).map((part: unknown): [unknown, Record<string, unknown>] => {
        const record = recordOf(part);
        return [record['key'], record];
      }),
    );
    const parts = after.map((part) => {
      const was = known.get(part['key']);
      if (was === undefined) return part;
      const fields = new Map(Object.entries(was));
      for (const [field, set] of changed.get(String(part['key'])) ?? [])
        if (set === undefined) fields.delete(field);
        else fields.set(field, set);
      return Object.fromEntries(fields);
    });
    next.set(section, parts);
  }
  return Object.fromEntries(next);
}

function recordOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value)) : {};
}

/** The nodes of a section's parts, by key; null where it is no plain list of maps. */
function nodesOf(tree: Document.Parsed, section: Section): Map<string, YAMLMap> | null {
  const list: unknown = tree.get(section);
  if (!isSeq(list)) return null;
  const nodes = new Map<string, YAMLMap>();
  for (const item of list.items) {
    if (!isMap(item)) return null;
    nodes.set(String(item.get('key')), item);
  }
  return nodes;
}

/** Where all that changes are single values on one line, only these are exchanged; else null. */
function scalarsInPlace(text: string, { tree }: YamlDocument, { details, sections }: Changes): string | null {
  const edits: (Span & { insert: string })[] = [];
  const exchange = (map: unknown, field: string, value: unknown): boolean => {
    if (!isMap(map)) return false;
    const node: unknown = map.get(field, true);
    const span = spanOfNode(node);
    if (!isScalar(node) || span === null || node.anchor !== undefined) return false;
    const old = text.slice(span.from, span.to);
    const insert = scalarText(value, node);
    if (insert === null || old === '' || old.includes('\n') || /^[|>]/.test(old)) return false;
    edits.push({ ...span, insert });
    return true;
  };
  for (const [field, value] of details) if (!exchange(tree.contents, field, value)) return null;
  for (const { section, after, changed } of sections) {
    const nodes = nodesOf(tree, section);
    const inOrder = nodes !== null && [...nodes.keys()].join(' ') === after.map(({ key }) => String(key)).join(' ');
    if (!inOrder) return null;
    for (const [key, fields] of changed)
      for (const [field, value] of fields) if (!exchange(nodes.get(key), field, value)) return null;
  }
  let at = 0;
  let made = '';
  for (const { from, to, insert } of edits.toSorted((a, b) => a.from - b.from)) {
    made += text.slice(at, from) + insert;
    at = to;
  }
  return made + text.slice(at);
}

/** A value as it stands on a line, in the quotes that the one before it had; null for what is none. */
function scalarText(value: unknown, before: Scalar): string | null {
  if (typeof value === 'number' || typeof value === 'boolean') return JSON.stringify(value);
  if (typeof value !== 'string' || value.includes('\n')) return null;
  const written = stringify(value, { lineWidth: 0 }).trimEnd();
  // inside of braces a comma would end it
  const isPlain = before.type === Scalar.PLAIN && !/[,[\]{}#]/.test(written) && !written.includes('\n');
  return isPlain ? written : JSON.stringify(value);
}

/** Changes the nodes of the document and writes them all: comments stay, the way of writing mostly does. */
function nodesRewritten(text: string, { tree }: YamlDocument, { details, sections }: Changes): string | null {
  const root: unknown = tree.contents;
  if (!isMap(root)) return null;
  for (const [field, value] of details) setField(tree, root, field, value, []);
  for (const { section, after, changed } of sections) {
    const known = tree.has(section) ? nodesOf(tree, section) : new Map<string, YAMLMap>();
    if (known === null) return null;
    const items = after.map((part) => {
      const key = String(part['key']);
      const node = known.get(key);
      if (node === undefined) return tree.createNode(part);
      for (const [field, value] of changed.get(key) ?? []) setField(tree, node, field, value, Object.keys(part));
      return node;
    });
    const list: unknown = tree.get(section);
    if (isSeq(list)) {
      // an empty list is written in brackets, which none of its own would be
      if (list.items.length === 0) list.flow = false;
      list.items = items;
    } else tree.set(section, tree.createNode(items));
  }
  return tree.toString({ lineWidth: 0, ...indentationOf(text, tree) });
}

/** `order`: of all fields, so that a new one stands where one looks for it. */
function setField(tree: Document.Parsed, map: YAMLMap, field: string, value: unknown, order: readonly string[]): void {
  if (value === undefined) {
    map.delete(field);
    return;
  }
  const old: unknown = map.get(field, true);
  if (isScalar(old) && (typeof value !== 'object' || value === null)) old.value = value;
  else if (map.has(field)) map.set(field, tree.createNode(value));
  else {
    const later = new Set(order.slice(order.indexOf(field) + 1));
    const at = map.items.findIndex(({ key }) => isScalar(key) && later.has(String(key.value)));
    const pair: Pair = tree.createPair(field, value);
    map.items.splice(at < 0 ? map.items.length : at, 0, pair);
  }
}

/** How lists are indented, as the first that has something is. */
function indentationOf(text: string, tree: Document.Parsed): { indent: number; indentSeq: boolean } {
  for (const kind of partKinds) {
    const list: unknown = tree.get(sectionOf[kind]);
    const span = isSeq(list) && list.flow !== true && list.items.length > 0 ? spanOfNode(list) : null;
    if (span === null) continue;
    const indent = span.from - (text.lastIndexOf('\n', Math.max(0, span.from - 1)) + 1);
    return indent === 0 ? { indent: 2, indentSeq: false } : { indent, indentSeq: true };
  }
  return { indent: 2, indentSeq: true };
}
