import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fits, lineOrder, nextInLine, passedAtMost, type Waiting } from './order';

const size = (amount: number) => ({ vcpus: amount, ramMb: amount * 1024, diskGb: amount });
const wait = (id: number, ownerId: number, needs: number, passed = 0): Waiting => ({
  ...{ id, ownerId, passed },
  needs: size(needs),
});
const none = new Map<number, ReturnType<typeof size>>();
const ids = (waits: readonly Waiting[]) => waits.map(({ id }) => id);

test('the account with least of the zone comes first, whoever came first', () => {
  const waits = [wait(1, 10, 2), wait(2, 10, 2), wait(3, 20, 2)];
  const room = { capacity: size(10), free: size(4), heldBy: new Map([[10, size(4)]]) };
  expect(ids(lineOrder(waits, room))).toEqual([3, 1, 2]);
});

test('accounts that have the same take turns, and what waits of one counts for it', () => {
  const waits = [wait(1, 10, 1), wait(2, 10, 1), wait(3, 10, 1), wait(4, 20, 1), wait(5, 20, 1)];
  const room = { capacity: size(10), free: size(0), heldBy: none };
  expect(ids(lineOrder(waits, room))).toEqual([1, 4, 2, 5, 3]);
});

test('what has no room is passed by what has, until it is overdue', () => {
  const room = { capacity: size(10), free: size(2), heldBy: none };
  expect(nextInLine([wait(1, 10, 8, passedAtMost - 1), wait(2, 20, 1)], room)?.id).toBe(2);
  expect(nextInLine([wait(1, 10, 8, passedAtMost), wait(2, 20, 1)], room)).toBeNull();
  expect(nextInLine([wait(1, 10, 8, passedAtMost), wait(2, 20, 1)], { ...room, free: size(9) })?.id).toBe(1);
});

test('a zone that has nothing of a resource is no reason to divide by it', () => {
  const room = { capacity: size(0), free: size(0), heldBy: new Map([[10, size(1)]]) };
  expect(ids(lineOrder([wait(1, 10, 0), wait(2, 20, 0)], room))).toEqual([2, 1]);
});

/** What happens in a zone: somebody comes, or what was let in ends. */
const happening = fc.oneof(
  fc.record({ what: fc.constant('comes' as const), ownerId: fc.integer({ min: 1, max: 4 }), needs: fc.nat(10) }),
  fc.record({ what: fc.constant('ends' as const), which: fc.nat(30) }),
);

/** A zone as the server keeps it: who comes is let in if nothing keeps the room, else waits; what becomes free goes to the line. */
function zone() {
  const capacity = size(10);
  let waits: Waiting[] = [];
  const inside: Waiting[] = [];
  const passedBy = new Map<number, number[]>();
  let id = 0;
  const held = (only?: number) =>
    inside
      .filter(({ ownerId }) => only === undefined || ownerId === only)
      .reduce((sum, one) => sum + one.needs.vcpus, 0);
  const room = () => ({
    capacity,
    free: size(10 - held()),
    heldBy: new Map(waits.map(({ ownerId }) => [ownerId, size(held(ownerId))])),
  });
  const letIn = (one: Waiting) => {
    inside.push(one);
    waits = waits.flatMap((other) => {
      if (other.id === one.id) return [];
      if (other.id > one.id) return [other];
      passedBy.set(other.id, [...(passedBy.get(other.id) ?? []), one.id]);
      return [{ ...other, passed: other.passed + 1 }];
    });
  };
  const admit = () => {
    for (let next = nextInLine(waits, room()); next !== null; next = nextInLine(waits, room())) {
      // whoever is let in has room, always
      expect(fits(next.needs, room().free)).toBe(true);
      letIn(next);
    }
  };
  return {
    comes(ownerId: number, needs: number) {
      const one = wait(++id, ownerId, needs);
      const isKept = waits.some(({ passed }) => passed >= passedAtMost);
      if (!isKept && fits(one.needs, room().free)) letIn(one);
      else waits = [...waits, one];
    },
    ends(which: number) {
      if (inside.length > 0) inside.splice(which % inside.length, 1);
      admit();
    },
    waits: () => waits,
    inside: () => inside,
    passedBy,
  };
}

test('nobody is passed more often than is allowed, however large, and whatever others do', () => {
  fc.assert(
    fc.property(fc.array(happening, { maxLength: 200 }), (happenings) => {
      const there = zone();
      for (const one of happenings) {
        if (one.what === 'comes') there.comes(one.ownerId, one.needs);
        else there.ends(one.which);
        for (const { passed } of there.waits()) expect(passed).toBeLessThanOrEqual(passedAtMost);
      }
      for (const later of there.passedBy.values()) expect(later.length).toBeLessThanOrEqual(passedAtMost);
    }),
  );
});

test('a big one is let in while small ones keep coming, as long as what is inside ends', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 4, maxLength: 12 }), fc.nat(), (small, seed) => {
      const there = zone();
      for (const needs of small) there.comes(2, needs);
      there.comes(1, 10);
      const big = there.waits().at(-1);
      if (big?.needs.vcpus !== 10) return;
      // each time something ends, somebody else is there at once
      let rounds = 0;
      for (; there.waits().some(({ id }) => id === big.id); rounds++) {
        there.comes(3 + (rounds % 2), 1 + ((seed + rounds) % 3));
        there.ends(seed + rounds);
        // those before it, those that may pass it, and what is inside then
        if (rounds > small.length + passedAtMost + 20) expect.fail('It starves.');
      }
    }),
  );
});
