import { AppError } from '../../errors';
import { say, together, type Said } from '../../sentence';

/** Where a value stands in its document: `topology`, `links`, 3. */
export type Path = readonly (string | number)[];

/** A place in a file, counted from 1. */
export interface Place {
  line: number;
  column: number;
}

/** What knows where the values of a document stand in its file; null where it cannot tell. */
export interface Source {
  placeOf(path: Path): Place | null;
}

/** `vms[3].name` of a path. */
export function pathText(path: readonly PropertyKey[]): string {
  return path
    .map((part, index) => (typeof part === 'number' ? `[${part}]` : `${index === 0 ? '' : '.'}${String(part)}`))
    .join('');
}

/** INVALID_DOCUMENT, saying what is wrong at which line and column, and where in the document. */
export function invalidAt(place: Place | null, where: string, said: Said, cause?: unknown): AppError {
  const front =
    place === null
      ? where === ''
        ? []
        : [say('DOC_PLACE', { place: where })]
      : where === ''
        ? [say('DOC_LINE', { line: place.line, column: place.column })]
        : [say('DOC_LINE_PLACE', { line: place.line, column: place.column, place: where })];
  return new AppError('INVALID_DOCUMENT', together(...front, said), { cause });
}

/** Line and column of a position in a text. */
export function placeInText(text: string, position: number): Place {
  const before = text.slice(0, position);
  const lastBreak = before.lastIndexOf('\n');
  let line = 1;
  for (let at = before.indexOf('\n'); at !== -1; at = before.indexOf('\n', at + 1)) line += 1;
  return { line, column: position - lastBreak };
}

/**
 * A value of a document of another tool, with where it stands. Foreign documents are read by walking them with it: what is asked
 * for and is of another kind is refused with its line, its column and its path; what nobody asks for is passed over.
 */
export class Cursor {
  constructor(
    private readonly source: Source,
    readonly value: unknown,
    readonly path: Path = [],
  ) {}

  /** Refuses the document for what stands here. */
  fail(said: Said): never {
    throw invalidAt(this.source.placeOf(this.path), pathText(this.path), said);
  }

  get isMap(): boolean {
    return typeof this.value === 'object' && this.value !== null && !Array.isArray(this.value);
  }

  get isList(): boolean {
    return Array.isArray(this.value);
  }

  /** Nothing stands here: the key is missing, or is null. */
  get isEmpty(): boolean {
    return this.value === undefined || this.value === null;
  }

  /** What the map has under the key; empty where it has nothing, or is no map. */
  get(...keys: readonly string[]): Cursor {
    let { value } = this;
    for (const key of keys) value = isRecord(value) && Object.hasOwn(value, key) ? value[key] : undefined;
    return new Cursor(this.source, value, [...this.path, ...keys]);
  }

  /** The map's entries; none where nothing stands here. Anything but a map is refused. */
  entries(): [string, Cursor][] {
    if (this.isEmpty) return [];
    if (!isRecord(this.value)) return this.fail(say('DOC_WANT_MAP'));
    return Object.entries(this.value).map(([key, value]) => [key, new Cursor(this.source, value, [...this.path, key])]);
  }

  keys(): string[] {
    return isRecord(this.value) ? Object.keys(this.value) : [];
  }

  /** The list's items; none where nothing stands here. Anything but a list is refused. */
  items(): Cursor[] {
    if (this.isEmpty) return [];
    if (!Array.isArray(this.value)) return this.fail(say('DOC_WANT_LIST'));
    return this.value.map((value: unknown, index) => new Cursor(this.source, value, [...this.path, index]));
  }

  /** The text, also of a number or a boolean; null where nothing stands here. Maps and lists are refused. */
  text(): string | null {
    if (this.isEmpty) return null;
    if (typeof this.value === 'string') return this.value;
    if (typeof this.value === 'number' || typeof this.value === 'boolean') return String(this.value);
    return this.fail(say('DOC_WANT_TEXT'));
  }

  /** The text; refused where nothing stands here, or an empty one. */
  needText(): string {
    const text = this.text();
    return text === null || text === '' ? this.fail(say('DOC_WANT_TEXT')) : text;
  }

  /** The text, or null for whatever is not one: of what would be nice to have. */
  softText(): string | null {
    return typeof this.value === 'object' ? null : this.text();
  }

  /** The number, also of a text that is one; null for whatever is not. */
  softNumber(): number | null {
    const { value } = this;
    const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
    return typeof number === 'number' && Number.isFinite(number) ? number : null;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
