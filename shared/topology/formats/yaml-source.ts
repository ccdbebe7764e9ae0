import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  type Document,
  type Node as YamlNode,
  type ParsedNode,
} from 'yaml';
import { say } from '../../sentence';
import { forbiddenKeys, refuse } from './read-json';
import { invalidAt, pathText, type Path, type Place, type Source } from './source';

/** Characters of a YAML document: a parser of it takes about a second for a million. */
const maxLength = 1_000_000;
const maxDepth = 64;
/** Values that a document may unfold to, by aliases and merges too. The largest lab that fits here has a tenth of it. */
const maxValues = 200_000;

/** From the first character of something to behind its last. */
export interface Span {
  from: number;
  to: number;
}

export interface YamlDocument extends Source {
  value: unknown;
  /** What it was read from, with its comments. */
  tree: Document.Parsed<ParsedNode, true>;
  /** Where the key of the value at the path stands, or the value itself in a list; or of the nearest of what it is in. */
  spanOf(path: Path): Span;
}

/**
 * The plain value of a YAML document: maps, lists, texts, numbers, booleans. Tags make nothing but these; aliases and merges are
 * unfolded within a budget. INVALID_DOCUMENT with line and column for what is no YAML, has a key twice, or is too deep or too much.
 */
export function readYaml(text: string): YamlDocument {
  if (text.length > maxLength) refuse(say('DOC_TOO_LARGE', { kb: maxLength / 1000 }));
  const lines = new LineCounter();
  const place = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  let document: Document.Parsed<ParsedNode, true>;
  try {
    document = parseDocument(text, {
      lineCounter: lines,
      // comparing each key with all others is quadratic: it is done below
      uniqueKeys: false,
      // not silent, or a second document in the file would be passed over; nothing is logged without `toJS`
      logLevel: 'error',
      prettyErrors: false,
      keepSourceTokens: false,
    });
  } catch (cause) {
    if (cause instanceof RangeError) refuse(say('DOC_TOO_DEEP', { max: maxDepth }), cause);
    throw cause;
  }
  const [error] = document.errors;
  if (error !== undefined) {
    if (error.code === 'MULTIPLE_DOCS') refuse(say('DOC_SEVERAL_DOCUMENTS'), error);
    throw invalidAt(place(error.pos[0]), '', say('DOC_NOT_YAML', { reason: error.message }), error);
  }
  const unfold = new Unfolding(place);
  return {
    value: unfold.plain(document.contents, []),
    tree: document,
    placeOf: (path) => {
      const span = spanIn(document.contents, path);
      return span === null ? null : place(span.from);
    },
    spanOf: (path) => spanIn(document.contents, path) ?? { from: 0, to: 0 },
  };
}

/** Where the value at the path stands, by its key, or the nearest of what it is in. */
function spanIn(root: YamlNode | null, path: Path): Span | null {
  let node: unknown = root;
  let span = spanOfNode(root);
  for (const part of path) {
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(part));
      if (pair === undefined) break;
      span = spanOfNode(pair.key) ?? span;
      node = pair.value;
    } else if (isSeq(node) && typeof part === 'number') {
      node = node.items[part];
      span = spanOfNode(node) ?? span;
    } else break;
  }
  return span;
}

/** Where a node stands that was read, without what follows it; null of what was not. */
export function spanOfNode(node: unknown): Span | null {
  const range: unknown = typeof node === 'object' && node !== null && 'range' in node ? node.range : null;
  if (!Array.isArray(range)) return null;
  const [from, to]: unknown[] = range;
  return typeof from === 'number' && typeof to === 'number' ? { from, to } : null;
}

class Unfolding {
  private values = 0;
  /** The last node of each anchor so far: what an alias means. */
  private readonly anchors = new Map<string, YamlNode>();

  constructor(private readonly place: (offset: number) => Place) {}

  plain(node: unknown, path: Path): unknown {
    this.values += 1;
    if (this.values > maxValues) refuse(say('DOC_TOO_MUCH', { max: maxValues }));
    if (path.length > maxDepth) refuse(say('DOC_TOO_DEEP', { max: maxDepth }));
    if (isAlias(node)) {
      const target = this.anchors.get(node.source);
      if (target === undefined) throw this.at(node, path, say('DOC_NO_ANCHOR', { name: node.source }));
      return this.plain(target, path);
    }
    if (isScalar(node)) {
      if (node.anchor !== undefined) this.anchors.set(node.anchor, node);
      const { value } = node;
      if (typeof value === 'bigint') return Number(value);
      if (value === null || ['string', 'number', 'boolean'].includes(typeof value)) return value;
      return node.source ?? null;
    }
    if (isSeq(node)) {
      if (node.anchor !== undefined) this.anchors.set(node.anchor, node);
      return node.items.map((item, index) => this.plain(item, [...path, index]));
    }
    if (isMap(node)) {
      if (node.anchor !== undefined) this.anchors.set(node.anchor, node);
      return this.map(node.items, node, path);
    }
    return null;
  }

  private map(items: readonly { key: unknown; value: unknown }[], node: YamlNode, path: Path): Record<string, unknown> {
    const own = new Map<string, unknown>();
    const merged = new Map<string, unknown>();
    for (const pair of items) {
      const key = this.keyOf(pair.key, node, path);
      if (key === '<<') {
        const value = this.plain(pair.value, [...path, key]);
        for (const source of Array.isArray(value) ? value : [value])
          if (typeof source === 'object' && source !== null)
            for (const [name, inner] of Object.entries(source)) if (!merged.has(name)) merged.set(name, inner);
        continue;
      }
      if (own.has(key)) throw this.at(pair.key, path, say('DOC_KEY_TWICE', { key }));
      if (forbiddenKeys.has(key)) throw this.at(pair.key, path, say('DOC_FORBIDDEN_KEY', { key }));
      own.set(key, this.plain(pair.value, [...path, key]));
    }
    for (const [key, value] of merged) if (!own.has(key)) own.set(key, value);
    return Object.fromEntries(own);
  }

  /** Keys are texts here, also those that YAML reads as numbers or dates. */
  private keyOf(key: unknown, node: YamlNode, path: Path): string {
    if (isAlias(key)) return this.keyOf(this.anchors.get(key.source), node, path);
    if (!isScalar(key)) throw this.at(key ?? node, path, say('DOC_KEY_NOT_TEXT'));
    if (key.anchor !== undefined) this.anchors.set(key.anchor, key);
    return typeof key.value === 'string' ? key.value : (key.source ?? '');
  }

  private at(node: unknown, path: Path, said: ReturnType<typeof say>) {
    const span = spanOfNode(node);
    return invalidAt(span === null ? null : this.place(span.from), pathText(path), said);
  }
}
