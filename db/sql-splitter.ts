/** One statement of a file, without its semicolon, and the line on which it begins (from 1). */
export interface Statement {
  sql: string;
  line: number;
}

export class SqlSyntaxError extends Error {
  override name = 'SqlSyntaxError';
  constructor(
    message: string,
    readonly line: number,
  ) {
    super(message);
  }
}

// what can begin something that hides a semicolon, or is one
const interesting = /['"`;#]|--(?=[\s\0]|$)|\/\*/g;
const endOf = { "'": /\\[^]|''|'/g, '"': /\\[^]|""|"/g, '`': /``|`/g, '#': /\n/g, '--': /\n/g, '/*': /\*\//g } as const;
type Opening = keyof typeof endOf;
const isOpening = (text: string): text is Opening => text in endOf;

/**
 * Splits SQL text that arrives in pieces into statements. Knows strings, quoted names and comments; comments that the server
 * executes (`/*!`) stay in their statement. Holds one statement at a time; one longer than `maxLength` characters is an error.
 */
export async function* splitSql(
  source: AsyncIterable<string> | Iterable<string>,
  maxLength = 64 << 20,
): AsyncGenerator<Statement> {
  let text = '';
  let line = 1;
  let scanned = 0;
  let inside: Opening | null = null;
  let openedAt = 0;

  const take = (end: number): Statement | null => {
    const raw = text.slice(0, end);
    const lead = /^(?:\s+|#[^\n]*(?:\n|$)|--(?=[\s\0]|$)[^\n]*(?:\n|$)|\/\*(?![!M])[^]*?\*\/)*/.exec(raw)?.[0] ?? '';
    const statement = { sql: raw.slice(lead.length).trimEnd(), line: line + countLines(lead) };
    line += countLines(raw);
    return statement.sql === '' ? null : statement;
  };

  const scan = function* (last: boolean): Generator<Statement> {
    for (;;) {
      // the last two characters may be the first half of something
      const limit = last ? text.length : text.length - 2;
      const pattern = inside === null ? interesting : endOf[inside];
      pattern.lastIndex = scanned;
      const match = pattern.exec(text);
      if (match === null || match.index >= limit) {
        scanned = Math.max(scanned, match === null ? Math.min(limit, text.length) : match.index);
        return;
      }
      scanned = pattern.lastIndex;
      const [found] = match;
      if (inside !== null) {
        const continues = found.length === 2 && found !== '*/';
        if (!continues) inside = null;
      } else if (isOpening(found)) {
        inside = found;
        openedAt = match.index;
      } else {
        const statement = take(match.index);
        text = text.slice(scanned);
        scanned = 0;
        if (statement !== null) yield statement;
      }
    }
  };

  for await (const piece of source) {
    text += piece;
    yield* scan(false);
    if (text.length > maxLength) throw new SqlSyntaxError('A statement is too long.', line);
  }
  yield* scan(true);
  if (inside !== null && inside !== '#' && inside !== '--') {
    throw new SqlSyntaxError(
      `What ${String(inside)} opens is never closed: the file is cut off or no SQL.`,
      line + countLines(text.slice(0, openedAt)),
    );
  }
  const rest = take(text.length);
  if (rest !== null) yield rest;
}

function countLines(text: string): number {
  let count = 0;
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) count++;
  return count;
}
