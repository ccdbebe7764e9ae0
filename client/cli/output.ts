import type { Writable } from 'node:stream';
import { styleText } from 'node:util';

export type Stream = Writable & { isTTY?: boolean | undefined; columns?: number | undefined };
type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow';

export interface Column<Row> {
  title: string;
  value: (row: Row) => string | number | null;
  /** Numbers are easier to compare so. */
  right?: boolean;
  /** Cut first where the terminal is too narrow. */
  flexible?: boolean;
  style?: (row: Row) => Style | null;
}

/**
 * What a terminal would obey instead of showing: control characters, and what turns the direction of text. Each becomes
 * the replacement character.
 */
export function clean(text: string): string {
  return text.replaceAll(/[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g, '\ufffd');
}

const segmenter = new Intl.Segmenter();
const wide =
  /\p{Emoji_Presentation}|[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/u;
const widthOf = (grapheme: string) => (wide.test(grapheme) ? 2 : 1);

/** Columns that a text takes. */
export function width(text: string): number {
  let total = 0;
  for (const { segment } of segmenter.segment(text)) total += widthOf(segment);
  return total;
}

/** The text, with an ellipsis for what is beyond `columns`. */
export function cut(text: string, columns: number): string {
  if (width(text) <= columns) return text;
  let kept = '';
  let used = 1;
  for (const { segment } of segmenter.segment(text)) {
    used += widthOf(segment);
    if (used > columns) break;
    kept += segment;
  }
  return `${kept}…`;
}

/** The lines of a table, aligned. `columns`: what is there; null for no limit. */
export function tableLines<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  options: { columns: number | null; style: (style: Style, text: string) => string },
): string[] {
  const cells = rows.map((row) => columns.map((column) => clean(String(column.value(row) ?? '–'))));
  const widths = columns.map(({ title }, index) =>
    Math.max(width(title), ...cells.map((row) => width(row[index] ?? ''))),
  );
  const gap = 2;
  const needed = widths.reduce((sum, one) => sum + one + gap, -gap);
  let over = options.columns === null ? 0 : needed - options.columns;
  // what may be cut first, each down to a few characters
  const order = columns
    .map((_column, index) => index)
    .toSorted((a, b) => Number(columns[b]?.flexible) - Number(columns[a]?.flexible));
  for (const index of order) {
    const whole = widths[index] ?? 0;
    const less = Math.max(0, Math.min(over, whole - 6));
    widths[index] = whole - less;
    over -= less;
  }
  const line = (texts: readonly string[], styleOf: (index: number) => Style | null) =>
    texts
      .map((text, index) => {
        const shown = cut(text, widths[index] ?? 0);
        const room = ' '.repeat(Math.max(0, (widths[index] ?? 0) - width(shown)));
        const name = styleOf(index);
        const styled = name === null ? shown : options.style(name, shown);
        return columns[index]?.right === true ? room + styled : styled + room;
      })
      .join(' '.repeat(gap))
      .trimEnd();
  return [
    line(
      columns.map(({ title }) => title),
      () => 'bold',
    ),
    ...cells.map((texts, number) => {
      const row = rows[number];
      return line(texts, (index) => (row === undefined ? null : (columns[index]?.style?.(row) ?? null)));
    }),
  ];
}

/** Data to stdout: as JSON for programs or as text for people. Messages to stderr. */
export class Output {
  constructor(
    readonly stdout: Stream,
    private readonly stderr: Stream,
    private readonly env: Record<string, string | undefined>,
    /** Whether a program reads. */
    public json: boolean,
  ) {}

  /** Whether progress may be drawn in place. */
  get live(): boolean {
    return this.stderr.isTTY === true && this.env['TERM'] !== 'dumb';
  }

  /** A list: `{ items, … }` for programs, a table for people, or a sentence when it is empty. */
  list<Row>(
    page: { items: readonly Row[]; nextCursor?: string | null },
    columns: readonly Column<Row>[],
    empty: string,
  ): void {
    if (this.json) return this.value(page);
    if (page.items.length === 0) return this.message(empty);
    const shown = this.stdout.isTTY === true ? (this.stdout.columns ?? null) : null;
    const style = (name: Style, text: string) => this.style(name, text);
    for (const line of tableLines(page.items, columns, { columns: shown, style })) this.raw(`${line}\n`);
    if (page.nextCursor != null) this.message('There is more: --all shows everything, --limit more of it.');
  }

  /** One thing: itself for programs, lines of `name  value` for people. */
  record(value: unknown, lines: readonly (readonly [string, string | number | null])[]): void {
    if (this.json) return this.value(value);
    const room = Math.max(...lines.map(([name]) => width(name)));
    for (const [name, text] of lines)
      this.raw(`${this.style('dim', name)}${' '.repeat(room - width(name))}  ${clean(String(text ?? '–'))}\n`);
  }

  /** JSON, indented; what a terminal would obey is escaped. */
  value(value: unknown): void {
    const text = JSON.stringify(value ?? null, null, 2);
    this.raw(`${escapeRest(text)}\n`);
  }

  /** One line of JSON of a stream. */
  line(value: unknown): void {
    this.raw(`${escapeRest(JSON.stringify(value))}\n`);
  }

  /** A line of text for people, to stdout. */
  text(line: string): void {
    this.raw(`${clean(line)}\n`);
  }

  /** Data as it is, to stdout. */
  raw(text: string): void {
    this.stdout.write(text);
  }

  /** For people, beside the data. */
  message(line: string): void {
    this.stderr.write(`${clean(line)}\n`);
  }

  /** The line that is drawn in place; empty: none. Only where {@link live}. */
  status(line: string): void {
    // a terminal that nobody has told its size says 0
    this.stderr.write(`\r\u001b[K${cut(clean(line), (this.stderr.columns || 80) - 1)}`);
  }

  style(name: Style, text: string): string {
    const colours = this.stdout.isTTY === true && (this.env['NO_COLOR'] ?? '') === '' && this.env['TERM'] !== 'dumb';
    return colours ? styleText(name, text) : text;
  }
}

/** JSON escapes C0 only. */
function escapeRest(json: string): string {
  return json.replaceAll(
    /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
