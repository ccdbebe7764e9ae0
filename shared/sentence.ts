import { fill } from './fill';
import { sentences } from './sentences';

export type SentenceCode = keyof typeof sentences;
type Slots<Text> = Text extends `${string}{{${infer Name}}}${infer Rest}` ? Name | Slots<Rest> : never;
/** What a sentence is told with. */
export type SentenceParams<Code extends SentenceCode> = Record<Slots<(typeof sentences)[Code]>, string | number>;

/** A sentence as data, to be said in the reader's language. `code` is one of {@link sentences}, or one of a newer version. */
export interface Sentence {
  code: string;
  params?: Record<string, string | number> | undefined;
}

/** What the server has to tell a person: English, and as data. `message` is what the sentences say, and no more. */
export interface Said {
  readonly message: string;
  readonly sentences: readonly Sentence[];
}

const isKnown = (code: string): code is SentenceCode => Object.hasOwn(sentences, code);

/** What the sentences say in English; of a code that is not known here only the code. */
export function inEnglish(told: readonly Sentence[]): string {
  return told.map(({ code, params }) => (isKnown(code) ? fill(sentences[code], params) : code)).join(' ');
}

/** Sentences one after another. */
export function told(list: readonly Sentence[]): Said {
  return { message: inEnglish(list), sentences: list };
}

/** One sentence, with what it is told with. */
export function say<Code extends SentenceCode>(
  code: Code,
  ...[params]: [Slots<(typeof sentences)[Code]>] extends [never] ? [] : [SentenceParams<Code>]
): Said {
  return told([params === undefined ? { code } : { code, params }]);
}

/** What only exists as text, word for word. */
export function plain(text: string): Said {
  return say('TEXT', { text });
}

/** Several things said, one after another. */
export function together(...said: readonly Said[]): Said {
  return told(said.flatMap((one) => one.sentences));
}

/** The same in at most `max` characters of English: what is longest of that which it is told with is cut short. */
export function within(max: number, said: Said): Said {
  let { sentences: list } = said;
  for (let excess = said.message.length - max; excess > 0; excess = inEnglish(list).length - max) {
    const longest = longestParam(list);
    if (longest === null) return told(list.slice(0, 1));
    const { index, name, text } = longest;
    const cut = `${text.slice(0, Math.max(0, text.length - excess - 1))}…`;
    list = list.map((one, place) => (place === index ? { ...one, params: { ...one.params, [name]: cut } } : one));
  }
  return told(list);
}

function longestParam(list: readonly Sentence[]): { index: number; name: string; text: string } | null {
  const all = list.flatMap(({ params = {} }, index) =>
    Object.entries(params).flatMap(([name, text]) =>
      typeof text === 'string' && text.length > 1 ? [{ index, name, text }] : [],
    ),
  );
  return all.reduce<(typeof all)[number] | null>(
    (best, one) => (best === null || one.text.length > best.text.length ? one : best),
    null,
  );
}

/** For a row, an event or an answer: the text under the name `error`, and the same by its sentences. */
export function asError(said: Said | null): { error: string | null; sentences: Sentence[] | null } {
  return said === null ? { error: null, sentences: null } : { error: said.message, sentences: [...said.sentences] };
}

/** The same under the name `reason`. */
export function asReason(said: Said): { reason: string; sentences: Sentence[] } {
  return { reason: said.message, sentences: [...said.sentences] };
}

/** The same under the name `value`. */
export function asValue(said: Said): { value: string; sentences: Sentence[] } {
  return { value: said.message, sentences: [...said.sentences] };
}

/** What {@link asError} or {@link asReason} has kept; a text of an older version as it is. */
export function saidOf(text: string, list: readonly Sentence[] | null | undefined): Said {
  return list == null ? plain(text) : { message: text, sentences: list };
}
