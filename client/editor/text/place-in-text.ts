/** Where in a document somebody writes. */
export interface TextPlace {
  /** Keys from the outermost on; `*` is an item of a list. */
  path: readonly string[];
  /** A key of the map at the path, or the value at it. */
  kind: 'key' | 'value';
  /** What is written of it before the cursor, and where that begins. */
  word: string;
  from: number;
  /** The other keys of the map that this is in, with what stands behind them on their line. */
  beside: ReadonlyMap<string, string>;
}

/** A line as it is read here: one key, or a value of a list, behind any dashes. */
interface Shape {
  /** Where its dashes stand, and where what is behind them begins. */
  dashes: readonly number[];
  column: number;
  key: string | null;
  /** Behind the key and its colon; all of it where there is none. */
  value: string;
}

const keyLine = /^(?:"([^"]*)"|'([^']*)'|([\w.-]+))\s*:(?:\s+(.*)|)$/;

/** Null for a line without anything, or with a comment only. */
function shapeOf(line: string): Shape | null {
  const [, spaces = '', marks = '', body = ''] = /^(\s*)((?:-\s+|-$)*)(.*)$/.exec(line) ?? [];
  if ((body === '' && marks === '') || body.startsWith('#')) return null;
  const dashes = Array.from(marks.matchAll(/-/g), ({ index }) => spaces.length + index);
  const [, double, single, bare, value] = keyLine.exec(body) ?? [];
  const key = double ?? single ?? bare ?? null;
  return {
    dashes,
    column: spaces.length + marks.length,
    key,
    value: (key === null ? body : (value ?? '')).replace(/(^|\s+)#.*$/, '').trimEnd(),
  };
}

/**
 * Where the position is in a document that is written in lines, with brackets at most inside of one; null inside of a comment, of a text over
 * several lines, and of what cannot be told. The text need not be right, as it is not while one writes.
 */
export function placeAt(text: string, offset: number): TextPlace | null {
  const lines = text.split('\n');
  const before = text.slice(0, offset).split('\n');
  const number = before.length - 1;
  const line = before[number] ?? '';
  if (/(^|\s)#/.test(line)) return null;
  // what is being written is a key, however little there is of it
  const shape = shapeOf(line) ?? { dashes: [], column: line.length, key: null, value: '' };
  const around = climb(lines, number, shape);
  if (around === null) return null;
  const { path, beside } = around;
  const inBrackets = bracketsIn(shape.value);
  if (inBrackets !== null) {
    const outer = [...path, ...(shape.key === null ? [] : [shape.key]), ...inBrackets.path];
    const word = /\s$/.test(line) ? '' : inBrackets.word;
    return { ...inBrackets, path: outer, word, from: offset - word.length };
  }
  // a value is parted from its key by a space
  if (shape.key !== null && line.endsWith(':')) return null;
  const word = shape.value;
  const from = offset - line.length + (word === '' ? line.length : line.lastIndexOf(word));
  if (shape.key !== null) return { path: [...path, shape.key], kind: 'value', word, from, beside };
  // behind a dash stands a value, or the first key of a map: what the list is of says which
  return { path, kind: 'key', word, from, beside };
}

/** The way from the document to the map or the list in which the line stands, and what else is in that map. */
function climb(
  lines: readonly string[],
  number: number,
  { dashes, column }: Shape,
): { path: string[]; beside: Map<string, string> } | null {
  const path: string[] = [];
  const beside = new Map<string, string>();
  const [inner] = dashes.toReversed();
  for (let below = number + 1; below < lines.length; below += 1) {
    const shape = shapeOf(lines[below] ?? '');
    if (shape === null || shape.column > column) continue;
    if (shape.column < column || shape.dashes.length > 0) break;
    if (shape.key !== null) beside.set(shape.key, shape.value);
  }
  let at = column;
  // of a list: where its dashes stand
  let isList = false;
  let isOwn = inner === undefined;
  const enter = (found: readonly number[]) => {
    const [first] = found;
    if (first === undefined) return;
    path.unshift(...found.map(() => '*'));
    at = first;
    isList = true;
  };
  enter(dashes);
  for (let above = number - 1; above >= 0; above -= 1) {
    const shape = shapeOf(lines[above] ?? '');
    // deeper in what stands beside it, or an item before
    if (shape === null || shape.column > at) continue;
    if (!isList && shape.column === at) {
      if (isOwn && shape.key !== null) beside.set(shape.key, shape.value);
      if (shape.dashes.length === 0) continue;
      isOwn = false;
      enter(shape.dashes);
      continue;
    }
    if (shape.key === null || shape.value !== '') return null;
    path.unshift(shape.key);
    isOwn = false;
    isList = false;
    at = shape.column;
    enter(shape.dashes);
  }
  return at === 0 ? { path, beside } : null;
}

interface Bracket {
  isMap: boolean;
  /** Of a map: the key whose value comes next. */
  key: string | null;
  beside: Map<string, string>;
}

/** Where one is behind the last bracket that is open; null where none is. */
function bracketsIn(value: string): Omit<TextPlace, 'from'> | null {
  const open: Bracket[] = [];
  let word = '';
  for (const [piece] of value.matchAll(/"(?:[^"\\]|\\.)*"?|'[^']*'?|[{}[\],]|:(?=\s|$)|[^"'{}[\],:]+|:/g)) {
    const top = open.at(-1);
    if (piece === '{' || piece === '[') {
      open.push({ isMap: piece === '{', key: null, beside: new Map() });
      word = '';
    } else if (top === undefined) word = piece;
    else if (piece === '}' || piece === ']') {
      open.pop();
      word = '';
    } else if (piece === ',') {
      if (top.isMap && top.key !== null) top.beside.set(top.key, word.trim());
      top.key = null;
      word = '';
    } else if (piece === ':' && top.isMap && top.key === null) {
      top.key = word.trim().replaceAll(/["']/g, '');
      word = '';
    } else word += piece;
  }
  const top = open.at(-1);
  if (top === undefined) return null;
  const path = open.flatMap(({ isMap, key }) => (isMap ? (key === null ? [] : [key]) : ['*']));
  return {
    path,
    kind: top.isMap && top.key === null ? 'key' : 'value',
    word: word.trimStart(),
    beside: top.beside,
  };
}
