import { AppError } from '../../errors';
import { say, type Said } from '../../sentence';

const maxDepth = 32;

function refuse(said: Said, cause?: unknown): never {
  throw new AppError('INVALID_DOCUMENT', said, { cause });
}

/** First characters of files that people drop by mistake, read as text in UTF-8 (� for what is not) or byte by byte. */
const signatures: readonly (readonly [RegExp, Said])[] = [
  [/^.PNG/su, say('DOC_IS_IMAGE')],
  [/^GIF8/u, say('DOC_IS_IMAGE')],
  [/^(\u00ff\u00d8\u00ff|\ufffd{3,4})/u, say('DOC_IS_BINARY')],
  [/^(\u00ff\u00fe|\u00fe\u00ff|\ufffd{2})(\u0000|[^\u0000]\u0000)/u, say('DOC_IS_UTF16')],
  [/^PK\u0003\u0004/u, say('DOC_IS_ZIP')],
  [/^\u001f[\u008b\ufffd]/u, say('DOC_IS_COMPRESSED')],
  [/^%PDF/u, say('DOC_IS_PDF')],
  [/^\s*</u, say('DOC_IS_XML')],
  // eslint-disable-next-line no-control-regex -- control characters are what gives a binary file away
  [/^[^"]*[\u0000-\u0008\u000e-\u001f\ufffd]/u, say('DOC_IS_BINARY')],
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

/** That it is no JSON, and where not, as far as the parser tells: `at position 41`, or, at its end, nothing but that the text ended. */
function notJson(cause: unknown, text: string): Said {
  const message = cause instanceof Error ? cause.message : '';
  const position = /at position (\d+)/.exec(message)?.[1];
  if (position === undefined && !/unexpected end|unterminated/i.test(message)) return say('DOC_NOT_JSON');
  const before = text.slice(0, position === undefined ? text.length : Number(position)).split('\n');
  return say('DOC_NOT_JSON_AT', { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 });
}

/** Names that would reach an object's prototype where somebody copies keys carelessly. No document needs them. */
export const forbiddenKeys = new Set(['__proto__', 'constructor', 'prototype']);

/**
 * The JSON object in a file that somebody dropped. INVALID_DOCUMENT, with a sentence that says what the file is instead,
 * for everything else: an image, an archive, a web page, text, a list, nesting without end, keys like `__proto__`.
 */
export function readJsonObject(file: string): Record<string, unknown> {
  const text = file.startsWith('\ufeff') ? file.slice(1) : file;
  if (text.trim() === '') refuse(say('DOC_EMPTY'));
  const head = text.slice(0, 300);
  for (const [signature, sentence] of signatures) if (signature.test(head)) refuse(sentence);
  // what is no UTF-8 was read as that: names would be changed without a word
  if (text.includes('\ufffd')) refuse(say('DOC_NOT_UTF8'));
  if (depthOf(text) > maxDepth) refuse(say('DOC_TOO_DEEP', { max: maxDepth }));
  let forbidden: string | undefined;
  let value: unknown;
  try {
    value = JSON.parse(text, (key, inner: unknown) => {
      if (forbiddenKeys.has(key)) forbidden = key;
      return inner;
    });
  } catch (cause) {
    refuse(notJson(cause, text), cause);
  }
  if (forbidden !== undefined) refuse(say('DOC_FORBIDDEN_KEY', { key: forbidden }));
  if (Array.isArray(value)) refuse(say('DOC_LIST'));
  if (typeof value !== 'object' || value === null) refuse(say('DOC_SINGLE_VALUE'));
  return Object.fromEntries(Object.entries(value));
}
