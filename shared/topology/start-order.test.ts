import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cyclesOf, inStartOrder } from './start-order';

/** VMs `0`, `1`…, of which each waits for some others; `unknown` is none of them. */
const waiting = (count: number, key: (index: number, other: number) => string) =>
  fc
    .array(fc.array(fc.nat(count * 2), { maxLength: 4 }), { minLength: 1, maxLength: count })
    .map((made) => made.map((others, index) => ({ key: String(index), startAfter: others.map((o) => key(index, o)) })));
/** Only for those with a lower number. */
const acyclic = waiting(20, (index, other) => (index === 0 ? 'unknown' : String(other % index)));
const any = waiting(8, (_, other) => String(other % 9));

describe('the start order', () => {
  test('has each VM once, behind all that it waits for, however they are given', () => {
    fc.assert(
      fc.property(
        acyclic.chain((vms) => fc.shuffledSubarray(vms, { minLength: vms.length })),
        (vms) => {
          const ordered = inStartOrder(vms);
          expect(new Set(ordered)).toEqual(new Set(vms));
          expect(ordered).toHaveLength(vms.length);
          const place = new Map(ordered.map(({ key }, index) => [key, index]));
          for (const [index, { startAfter }] of ordered.entries())
            for (const key of startAfter) expect(place.get(key) ?? -1).toBeLessThan(index);
        },
      ),
    );
  });

  test('is that of the drawing where nothing waits, and an order even of what waits for itself', () => {
    const vms = ['b', 'a', 'c'].map((key) => ({ key, startAfter: [] as string[] }));
    expect(inStartOrder(vms)).toEqual(vms);
    const circle = [
      { key: 'a', startAfter: ['b'] },
      { key: 'b', startAfter: ['a'] },
    ];
    expect(inStartOrder(circle).map(({ key }) => key)).toEqual(['b', 'a']);
    const chain = Array.from({ length: 50_000 }, (_, n) => ({ key: String(n), startAfter: [String(n + 1)] }));
    expect(inStartOrder(chain)[0]?.key).toBe('49999');
  });
});

describe('what waits for itself', () => {
  test('is found with a way from it to itself, and nothing else is', () => {
    fc.assert(
      fc.property(any, (vms) => {
        const after = new Map(vms.map((vm) => [vm.key, vm.startAfter.filter((key) => vms.some((o) => o.key === key))]));
        const reach = (from: string) => {
          const seen = new Set<string>();
          const queue = [from];
          for (const key of queue)
            for (const next of after.get(key) ?? [])
              if (!seen.has(next)) {
                seen.add(next);
                queue.push(next);
              }
          return seen;
        };
        const cycles = cyclesOf(vms);
        expect([...cycles.keys()].toSorted()).toEqual(
          vms.flatMap(({ key }) => (reach(key).has(key) ? [key] : [])).toSorted(),
        );
        for (const [key, way] of cycles) {
          expect([way[0], way.at(-1)]).toEqual([key, key]);
          for (const [index, step] of way.slice(1).entries()) expect(after.get(way[index] ?? '')).toContain(step);
        }
      }),
    );
  });
  test('is none of those that only wait for it', () => {
    const vms = [
      { key: 'a', startAfter: ['b'] },
      { key: 'b', startAfter: ['c'] },
      { key: 'c', startAfter: ['b'] },
      { key: 'd', startAfter: [] },
    ];
    expect([...cyclesOf(vms)]).toEqual([
      ['b', ['b', 'c', 'b']],
      ['c', ['c', 'b', 'c']],
    ]);
  });
});
