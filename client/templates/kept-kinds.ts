import { z } from 'zod';

/** What was last chosen for a kind of machine, by names, so that it means the same when the catalogue changes. */
const schema = z.record(z.string(), z.object({ flavour: z.string(), image: z.string() }));
type Kept = z.infer<typeof schema>;

const storageKey = 'trama.import-kinds';
/** So many kinds are remembered, the last ones. */
const most = 300;

export function keptKinds(): Map<string, Kept[string]> {
  try {
    const parsed = schema.safeParse(JSON.parse(localStorage.getItem(storageKey) ?? '{}'));
    return new Map(parsed.success ? Object.entries(parsed.data) : []);
  } catch {
    return new Map();
  }
}

export function keepKinds(chosen: readonly { kind: string; flavour: string; image: string }[]): void {
  const kept = keptKinds();
  for (const { kind, flavour, image } of chosen) {
    kept.delete(kind);
    kept.set(kind, { flavour, image });
  }
  try {
    localStorage.setItem(storageKey, JSON.stringify(Object.fromEntries([...kept].slice(-most))));
  } catch {
    // a browser that keeps nothing asks again next time
  }
}
