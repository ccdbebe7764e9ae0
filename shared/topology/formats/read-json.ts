import { AppError } from '../../errors';

const maxDepth = 32;

function refuse(message: string, cause?: unknown): never {
  throw new AppError('INVALID_DOCUMENT', message, { cause });
}

/** First characters of files that people drop by mistake, read as text in UTF-8 (� for what is not) or byte by byte. */
const signatures: readonly (readonly [RegExp, string])[] = [
  [/^.PNG/su, 'This is an image (PNG), not a topology.'],
  [/^GIF8/u, 'This is an image (GIF), not a topology.'],
  [/^(\u00ff\u00d8\u00ff|\ufffd{3,4})/u, 'This is an image or another binary file, not a topology.'],
  [
    /^(\u00ff\u00fe|\u00fe\u00ff|\ufffd{2})(\u0000|[^\u0000]\u0000)/u,
    'The file is UTF-16: save it as UTF-8 and import it again.',
  ],
  [/^PK\u0003\u0004/u, 'This is a ZIP archive: unpack it and import the document in it.'],
  [/^\u001f[\u008b\ufffd]/u, 'This is a compressed file: unpack it and import the document in it.'],
  [/^%PDF/u, 'This is a PDF, not a topology.'],
  [/^\s*</u, 'This is a web page or an XML file, not a topology in JSON.'],
  // eslint-disable-next-line no-control-regex -- control characters are what gives a binary file away
  [/^[^"]*[\u0000-\u0008\u000e-\u001f\ufffd]/u, 'This is a binary file, not a topology in JSON.'],
];

/** How deep brackets are nested, without parsing: a parser may recurse, this cannot. */
function depthOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  let quoted = false;
  for (let index = 0; index < text.length; index += 1) {
    const character = text[index];
    if (quoted) {
      if (character === '\\') index += 1;
      else if (character === '"') quoted = false;
    } else if (character === '"') quoted = true;
    else if (character === '{' || character === '[') {
      depth += 1;
      deepest = Math.max(deepest, depth);
    } else if (character === '}' || character === ']') depth -= 1;
  }
  return deepest;
}

/**
 * `: line 3, column 14 is not as it should be`, as far as the parser tells: `at position 41`, or, at its end, nothing but that
 * the text ended.
 */
function placeOf(cause: unknown, text: string): string {
  const message = cause instanceof Error ? cause.message : '';
  const position = /at position (\d+)/.exec(message)?.[1];
  if (position === undefined && !/unexpected end|unterminated/i.test(message)) return '';
  const before = text.slice(0, position === undefined ? text.length : Number(position)).split('\n');
  return `: there is an error at line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}`;
}

/** Names that would reach an object's prototype where somebody copies keys carelessly. No document needs them. */
export const forbiddenKeys = new Set(['__proto__', 'constructor', 'prototype']);

/**
 * The JSON object in a file that somebody dropped. INVALID_DOCUMENT, with a sentence that says what the file is instead,
 * for everything else: an image, an archive, a web page, text, a list, nesting without end, keys like `__proto__`.
 */
export function readJsonObject(file: string): Record<string, unknown> {
  const text = file.startsWith('\ufeff') ? file.slice(1) : file;
  if (text.trim() === '') refuse('The file is empty.');
  const head = text.slice(0, 300);
  for (const [signature, sentence] of signatures) if (signature.test(head)) refuse(sentence);
  // what is no UTF-8 was read as that: names would be changed without a word
  if (text.includes('\ufffd')) refuse('The file is not UTF-8: save it as UTF-8 and import it again.');
  if (depthOf(text) > maxDepth) refuse(`The file is nested deeper than ${maxDepth} levels: this is not a topology.`);
  let forbidden: string | undefined;
  let value: unknown;
  try {
    value = JSON.parse(text, (key, inner: unknown) => {
      if (forbiddenKeys.has(key)) forbidden = key;
      return inner;
    });
  } catch (cause) {
    refuse(`This file is not JSON${placeOf(cause, text)}.`, cause);
  }
  if (forbidden !== undefined) refuse(`The file holds a key that is not allowed: ${forbidden}.`);
  if (Array.isArray(value)) refuse('The file holds a list; a topology is an object.');
  if (typeof value !== 'object' || value === null) refuse('The file holds a single value; a topology is an object.');
  return Object.fromEntries(Object.entries(value));
}
