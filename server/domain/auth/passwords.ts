import { hash, verify } from '@node-rs/argon2';
import { Semaphore } from '#server/lib/semaphore';
import { randomToken } from '#server/lib/secrets';
import type { DomainContext } from '../context';

type Costs = DomainContext['settings']['argon2'];

/** One hash takes 19 MiB and some 12 ms of a core: more at once than this would only make all of them slow. */
const places = new Semaphore(2);

async function gate<Result>(task: () => Promise<Result>): Promise<Result> {
  const release = await places.acquire();
  try {
    return await task();
  } finally {
    release();
  }
}

/** argon2id's PHC string. */
export function hashPassword(costs: Costs, password: string): Promise<string> {
  return gate(() => hash(password, { memoryCost: costs.memoryCost, timeCost: costs.timeCost, parallelism: 1 }));
}

const decoys = new Map<string, Promise<string>>();

/** A hash of nobody's password, at the same costs. */
function decoy(costs: Costs): Promise<string> {
  const key = `${costs.memoryCost}:${costs.timeCost}`;
  const known = decoys.get(key);
  if (known !== undefined) return known;
  const made = hashPassword(costs, randomToken());
  decoys.set(key, made);
  return made;
}

/**
 * Whether `password` belongs to `stored`. Without a stored hash the answer is no, and takes as long: whoever asks does
 * not learn whether there is such a user.
 */
export async function verifyPassword(costs: Costs, stored: string | null, password: string): Promise<boolean> {
  // made by whoever comes first, known or not: otherwise the first unknown user would wait twice as long
  const spare = await decoy(costs);
  const matches = await gate(() => verify(stored ?? spare, password));
  return stored !== null && matches;
}
