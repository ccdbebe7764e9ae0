import type { Resources } from '#shared/primitives';

/** One who waits for room in a zone. */
export interface Waiting {
  /** In the order of coming. */
  id: number;
  ownerId: number;
  needs: Resources;
  /** How many that came later have been let in before it. */
  passed: number;
}

/** Who has been passed so often is overdue: the zone's room is kept for them, and nobody who came later passes any more. */
export const passedAtMost = 8;

export interface Room {
  /** Of the zone, when nothing is in it. */
  capacity: Resources;
  free: Resources;
  /** What the accounts that wait hold of it. */
  heldBy: ReadonlyMap<number, Resources>;
}

const resources = ['vcpus', 'ramMb', 'diskGb'] as const satisfies readonly (keyof Resources)[];
const nothing: Resources = { vcpus: 0, ramMb: 0, diskGb: 0 };

/** Whether something has room in something. */
export function fits(needs: Resources, room: Resources): boolean {
  return resources.every((resource) => needs[resource] <= room[resource]);
}

/** How much somebody has of a zone: their part of the resource of which they have the most. */
function share(held: Resources, capacity: Resources): number {
  return Math.max(
    ...resources.map((resource) => {
      if (held[resource] === 0) return 0;
      return capacity[resource] === 0 ? 1 : held[resource] / capacity[resource];
    }),
  );
}

const plus = (a: Resources, b: Resources): Resources => ({
  vcpus: a.vcpus + b.vcpus,
  ramMb: a.ramMb + b.ramMb,
  diskGb: a.diskGb + b.diskGb,
});

/**
 * The line, first place first. Overdue ones come first, as they came. Then always one of whoever has least of the zone, with what
 * is before it in line counted as theirs; of one account, and of those who have the same, as they came. Pure.
 */
export function lineOrder<Wait extends Waiting>(waits: readonly Wait[], { capacity, heldBy }: Room): Wait[] {
  const came = waits.toSorted((a, b) => a.id - b.id);
  const order = came.filter((wait) => wait.passed >= passedAtMost);
  const held = new Map(heldBy);
  const take = (wait: Wait) => held.set(wait.ownerId, plus(held.get(wait.ownerId) ?? nothing, wait.needs));
  order.forEach(take);
  const waiting = new Map<number, Wait[]>();
  for (const wait of came)
    if (wait.passed < passedAtMost) waiting.set(wait.ownerId, [...(waiting.get(wait.ownerId) ?? []), wait]);
  while (waiting.size > 0) {
    let next: { wait: Wait; share: number } | null = null;
    for (const [ownerId, [wait]] of waiting) {
      if (wait === undefined) continue;
      const theirs = share(held.get(ownerId) ?? nothing, capacity);
      if (next === null || theirs < next.share || (theirs === next.share && wait.id < next.wait.id))
        next = { wait, share: theirs };
    }
    if (next === null) break;
    const { wait } = next;
    order.push(wait);
    take(wait);
    const rest = waiting.get(wait.ownerId)?.slice(1) ?? [];
    if (rest.length === 0) waiting.delete(wait.ownerId);
    else waiting.set(wait.ownerId, rest);
  }
  return order;
}

/**
 * Who is let in next: the first in line that has room, but nobody behind an overdue one that has none, so that what
 * becomes free adds up for it. Null: nobody. Pure.
 */
export function nextInLine<Wait extends Waiting>(waits: readonly Wait[], room: Room): Wait | null {
  for (const wait of lineOrder(waits, room)) {
    if (fits(wait.needs, room.free)) return wait;
    if (wait.passed >= passedAtMost) return null;
  }
  return null;
}
