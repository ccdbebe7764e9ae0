import { limits } from './limits';
import { unaccented } from './slug';

/**
 * Raised when {@link wordsIn} finds others in the same text: what was kept before is made anew, by and by. From 1 on; 0 says that nothing has been
 * kept yet.
 */
export const wordsVersion = 1;

/** Its words, as they are kept and looked for: runs of letters and digits, without accents, in lower case, cut to `limits.wordLength`. Each once. */
export function wordsIn(text: string, most = Infinity): string[] {
  const words = new Set<string>();
  for (const [word] of unaccented(text)
    .toLowerCase()
    .matchAll(/[\p{L}\p{N}]+/gu)) {
    if (words.size >= most) break;
    // by characters, so that none is cut in half
    words.add(Array.from(word).slice(0, limits.wordLength).join(''));
  }
  return [...words];
}
