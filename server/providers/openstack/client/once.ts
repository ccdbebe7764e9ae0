import { hasStatus, mayBeDone } from './cloud-error';

/** How long it is looked for what may have been made: lists lag behind. */
const looksMs = [0, 500, 1_000, 2_000];
const triesAtMost = 3;

export interface Once<Thing> {
  /** What a look has found just now, where nobody else can have made it since. */
  known?: Thing[] | undefined;
  /** All that there is of it: none, one, or more where a request that was taken for lost came late. */
  find(): Promise<Thing[]>;
  create(): Promise<Thing>;
  /** Takes away what is there besides the first. */
  remove(surplus: Thing): Promise<void>;
  pause(ms: number): Promise<void>;
}

/**
 * What is told by its name, and made at most once: looked for before it is made, and again before it is made once more where a request, or its
 * answer, was lost. Of two that are there all the same, since a lost request can come late, the first stays.
 */
export async function madeOnce<Thing>({ known, find, create, remove, pause }: Once<Thing>): Promise<Thing> {
  const one = async (found?: Thing[]) => {
    const [first, ...surplus] = found ?? (await find());
    for (const each of surplus) await remove(each);
    return first;
  };
  const there = await one(known);
  if (there !== undefined) return there;
  for (let tries = 1; ; tries += 1) {
    try {
      return await create();
    } catch (error) {
      // a 409 may be of what an earlier try has made
      if (!mayBeDone(error) && !hasStatus(error, 409)) throw error;
      for (const ms of looksMs) {
        if (ms > 0) await pause(ms);
        const found = await one();
        if (found !== undefined) return found;
      }
      if (!mayBeDone(error) || tries >= triesAtMost) throw error;
    }
  }
}
