/** So long the lists of images and flavours are good, which seldom change. */
const rememberedMs = 10_000;

export interface Remembered<Answer> {
  of(key: string): Promise<Answer>;
  /** What was remembered is not so any more. */
  forget(): void;
}

/** What many VMs ask for at once is asked once in a while. */
export function remembered<Answer>(ask: (key: string) => Promise<Answer>): Remembered<Answer> {
  const known = new Map<string, { answer: Promise<Answer>; at: number }>();
  return {
    of(key) {
      const last = known.get(key);
      if (last !== undefined && Date.now() - last.at < rememberedMs) return last.answer;
      const answer = ask(key);
      known.set(key, { answer, at: Date.now() });
      answer.catch(() => known.delete(key));
      return answer;
    },
    forget: () => known.clear(),
  };
}
