import { AppError } from '../../errors';
import { limits } from '../../limits';
import { say, type Said } from '../../sentence';
import type { Path, Place, Source } from './source';
import { placeInText } from './source';

const maxDepth = 32;

/** INVALID_DOCUMENT for the file as a whole. */
export function refuse(said: Said, cause?: unknown): never {
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
  [/^\s*<(!doctype\s+html|html)\b/iu, say('DOC_IS_HTML')],
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
  const { line, column } = placeInText(text, position === undefined ? text.length : Number(position));
  return say('DOC_NOT_JSON_AT', { line, column });
}

/** Names that would reach an object's prototype where somebody copies keys carelessly. No document needs them. */
export const forbiddenKeys = new Set(['__proto__', 'constructor', 'prototype']);

/**
 * The text of a file that somebody dropped. INVALID_DOCUMENT, with a sentence that says what the file is instead, for what is none: an
 * image, an archive, a web page, bytes, another encoding.
 */
export function readText(file: string): string {
  const text = file.startsWith('\ufeff') ? file.slice(1) : file;
  // who reads without a server, as the command line, has no other bound
  if (text.length > limits.importLength) refuse(say('DOC_TOO_LARGE', { kb: limits.importLength / 1000 }));
  if (text.trim() === '') refuse(say('DOC_EMPTY'));
  const head = text.slice(0, 300);
  for (const [signature, sentence] of signatures) if (signature.test(head)) refuse(sentence);
  // what is no UTF-8 was read as that: names would be changed without a word
  if (text.includes('\ufffd')) refuse(say('DOC_NOT_UTF8'));
  return text;
}

export interface JsonDocument extends Source {
  value: Record<string, unknown>;
}

/** The JSON object in a text. INVALID_DOCUMENT for everything else: text, a list, nesting without end, keys like `__proto__`. */
export function readJsonObject(text: string): JsonDocument {
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
  return { value: asMap(value), placeOf: (path) => placeInJson(text, path) };
}

/** The document's outermost value, which is a map in all that is read. */
export function asMap(value: unknown): Record<string, unknown> {
  if (Array.isArray(value)) refuse(say('DOC_LIST'));
  if (typeof value !== 'object' || value === null) refuse(say('DOC_SINGLE_VALUE'));
  return Object.fromEntries(Object.entries(value));
}

/** Where the value at the path, or the nearest of what it is in, stands in a text that is JSON. */
function placeInJson(text: string, path: Path): Place {
  const skip = (at: number): number => {
    const next = /[^\s,:]/g;
    next.lastIndex = at;
    return next.exec(text)?.index ?? text.length;
  };
  const stringEnd = (at: number): number => {
    const end = /"(?:[^"\\]|\\.)*"/gs;
    end.lastIndex = at;
    return end.exec(text) === null ? text.length : end.lastIndex;
  };
  /** Behind the value that begins here. */
  const valueEnd = (from: number): number => {
    let depth = 0;
    for (let at = from; at < text.length; at += 1) {
      const character = text[at];
      if (character === '"') at = stringEnd(at) - 1;
      else if (character === '{' || character === '[') depth += 1;
      else if (character === '}' || character === ']') {
        if (depth === 0) return at;
        depth -= 1;
      } else if (depth > 0 || !/[\s,]/.test(character ?? '')) continue;
      if (depth === 0) return at + (/[\s,]/.test(character ?? '') ? 0 : 1);
    }
    return text.length;
  };
  let at = skip(0);
  for (const part of path) {
    const isMap = text[at] === '{';
    let next = skip(at + 1);
    let found: number | null = null;
    for (let index = 0; next < text.length && text[next] !== '}' && text[next] !== ']'; index += 1) {
      const start = next;
      if (isMap) {
        const end = stringEnd(next);
        next = skip(end);
        if (JSON.stringify(String(part)) === text.slice(start, end)) found = next;
      } else if (index === part) found = next;
      if (found !== null) break;
      next = skip(valueEnd(next));
    }
    if (found === null) break;
    at = found;
  }
  return placeInText(text, at);
}
