import { say, type Said } from '../../sentence';
import { nameOfId } from './graphml';
import { knownId, Lab, newId, type Spot } from './lab';
import { refuse } from './read-json';
import { invalidAt, placeInText, type Place } from './source';

const maxDepth = 32;
const maxValues = 200_000;

/** `key value` of a GML document; a list of such is in brackets. */
interface GmlPair {
  key: string;
  value: string | number | GmlPair[];
  offset: number;
}

export function isGml(text: string): boolean {
  return /^\s*(?:creator\s+"[^"]*"\s*|version\s+\S+\s+)*graph\s*\[/im.test(text.slice(0, 4000));
}

/**
 * Reads GML (Himsolt, 1997), with the keys that the Topology Zoo and yEd give: labels may be missing or repeated, nodes that say they are a
 * hyperedge are segments, geography is the layout. Parallel edges stay, directions do not matter.
 */
export function readGml(text: string): Lab {
  const lab = new Lab();
  const fail = (pair: GmlPair | null, where: string, said: Said): never => {
    throw invalidAt(pair === null ? null : placeInText(text, pair.offset), where, said);
  };
  const top = new GmlParser(text).document();
  const graph = top.find(({ key }) => key === 'graph');
  if (graph === undefined || !Array.isArray(graph.value))
    return fail(graph ?? null, '', say('DOC_WANT_ELEMENT', { name: 'graph' }));
  const graphData = scalars(graph.value);
  lab.name = graphData.get('network') ?? graphData.get('label') ?? graphData.get('name') ?? null;
  lab.description = graphData.get('note') ?? '';
  // all nodes first: an edge may stand before its ends
  const all = (key: string) => (Array.isArray(graph.value) ? graph.value : []).filter((pair) => pair.key === key);
  all('node').forEach((pair, index) => {
    const where = { fail: (said: Said) => fail(pair, `graph.node[${index}]`, said) };
    const inner = Array.isArray(pair.value) ? pair.value : where.fail(say('DOC_WANT_MAP'));
    const data = scalars(inner);
    const id = newId(lab, data.get('id') ?? where.fail(say('DOC_WANT_ATTRIBUTE', { name: 'id' })), where);
    const label = (data.get('label') ?? data.get('name') ?? '').trim();
    const name = label === '' || label === 'None' ? nameOfId(id) : label;
    const spot = spotOf(data, inner);
    if (['1', 'true'].includes(data.get('hyperedge') ?? '')) return lab.bridge(id, name, spot);
    lab.machine(id, { name, kind: data.get('kind') ?? data.get('type') ?? data.get('device') ?? '', spot });
    for (const key of data.keys()) if (!understood.has(key)) lab.report.leaveOut(key, name);
  });
  all('edge').forEach((pair, index) => {
    const where = { fail: (said: Said) => fail(pair, `graph.edge[${index}]`, said) };
    const data = scalars(Array.isArray(pair.value) ? pair.value : where.fail(say('DOC_WANT_MAP')));
    const end = (key: string) =>
      knownId(lab, data.get(key) ?? where.fail(say('DOC_WANT_ATTRIBUTE', { name: key })), where);
    const [source, target] = [end('source'), end('target')];
    lab.link(source, target);
    for (const key of data.keys())
      if (!['source', 'target', 'key', 'id'].includes(key))
        lab.report.leaveOut(key, `${lab.nameOf(source)}–${lab.nameOf(target)}`);
  });
  return lab;
}

const understood = new Set([
  ...['id', 'label', 'name', 'kind', 'type', 'device', 'hyperedge', 'internal'],
  ...['x', 'y', 'latitude', 'longitude', 'lat', 'lon'],
]);

/** The texts and numbers of a list, as texts, by their keys in lower case; the first of equals. */
function scalars(pairs: readonly GmlPair[]): Map<string, string> {
  const data = new Map<string, string>();
  for (const { key, value } of pairs) {
    const name = key.toLowerCase();
    if (!Array.isArray(value) && !data.has(name)) data.set(name, String(value));
  }
  return data;
}

function spotOf(data: ReadonlyMap<string, string>, pairs: readonly GmlPair[]): Spot | null {
  const graphics = pairs.find(({ key }) => key.toLowerCase() === 'graphics')?.value;
  const drawn = Array.isArray(graphics) ? scalars(graphics) : new Map<string, string>();
  const number = (...names: string[]) => {
    const text = names
      .map((name) => data.get(name) ?? drawn.get(name))
      .find((value) => value !== undefined && value !== '');
    return text === undefined || !Number.isFinite(Number(text)) ? null : Number(text);
  };
  const [x, y] = [number('x'), number('y')];
  if (x !== null && y !== null) return { x, y };
  const [latitude, longitude] = [number('latitude', 'lat'), number('longitude', 'lon')];
  return latitude !== null && longitude !== null && Math.abs(latitude) <= 90 && Math.abs(longitude) <= 360
    ? { latitude, longitude }
    : null;
}

const entities: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ' };

/** `&amp;` and `&#233;` in a text; others stay as they are. */
function unescaped(text: string): string {
  if (!text.includes('&')) return text;
  return text.replaceAll(
    /&(?:#(\d{1,7})|([a-z]{2,6}));/g,
    (whole, code: string | undefined, name: string | undefined) => {
      const point = Number(code);
      if (code !== undefined) return point > 0 && point <= 0x10ffff ? String.fromCodePoint(point) : whole;
      return entities[name ?? ''] ?? whole;
    },
  );
}

class GmlParser {
  private at = 0;
  private values = 0;

  constructor(private readonly text: string) {}

  document(): GmlPair[] {
    return this.pairs(0);
  }

  private place(): Place {
    return placeInText(this.text, this.at);
  }

  private fail(reason: string): never {
    throw invalidAt(this.place(), '', say('DOC_NOT_GML', { reason }));
  }

  /** Over spaces and comments. */
  private skip(): void {
    const gap = /(?:\s+|#[^\n]*)*/y;
    gap.lastIndex = this.at;
    gap.exec(this.text);
    this.at = gap.lastIndex;
  }

  private pairs(depth: number): GmlPair[] {
    if (depth > maxDepth) refuse(say('DOC_TOO_DEEP', { max: maxDepth }));
    const pairs: GmlPair[] = [];
    for (;;) {
      this.skip();
      if (this.at >= this.text.length) {
        if (depth > 0) this.fail('] is missing');
        return pairs;
      }
      if (this.text[this.at] === ']') {
        if (depth === 0) this.fail('a ] without [');
        this.at += 1;
        return pairs;
      }
      this.values += 1;
      if (this.values > maxValues) refuse(say('DOC_TOO_MUCH', { max: maxValues }));
      const offset = this.at;
      const key = this.token(/[A-Za-z_][\w.-]*/y) ?? this.fail('a key is expected');
      this.skip();
      pairs.push({ key, value: this.value(depth), offset });
    }
  }

  private value(depth: number): GmlPair['value'] {
    const character = this.text[this.at];
    if (character === '[') {
      this.at += 1;
      return this.pairs(depth + 1);
    }
    if (character === '"') {
      const end = this.text.indexOf('"', this.at + 1);
      if (end === -1) this.fail('" is missing');
      const content = this.text.slice(this.at + 1, end);
      this.at = end + 1;
      return unescaped(content).replaceAll(/\s*\n\s*/g, ' ');
    }
    const number = this.token(/[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?(?![\w.])/y);
    if (number !== null) return Number(number);
    return this.token(/[^\s[\]"#]+/y) ?? this.fail('a value is expected');
  }

  private token(pattern: RegExp): string | null {
    pattern.lastIndex = this.at;
    const [token] = pattern.exec(this.text) ?? [];
    if (token === undefined) return null;
    this.at += token.length;
    return token;
  }
}
