import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { linkDeeds } from './deeds';
import {
  afterSteps,
  inOrder,
  originOf,
  putBack,
  secondsOf,
  stateOf,
  withState,
  type LinkState,
  type LinkStates,
  type LinkStep,
  type TouchedLinks,
} from './run';

const edges = ['a', 'b', 'constructor'] as const;
const link = fc.option(fc.record({ delayMs: fc.integer({ min: 1, max: 3 }) }), { nil: null });
const state: fc.Arbitrary<LinkState> = fc.record({ down: fc.boolean(), link });
const states = fc.tuple(state, state, state).map(([a, b, c]): LinkStates => ({ a, b, constructor: c }));
const step: fc.Arbitrary<LinkStep> = fc
  .record({
    at: fc.integer({ min: 1, max: 9 }),
    edge: fc.constantFrom(...edges),
    deed: fc.constantFrom(...linkDeeds),
    link: link.map((one) => one ?? {}),
  })
  .map(({ link: given, ...one }) => (one.deed === 'bend' ? { ...one, link: given } : one));
/** What is due at each look. */
const looks = fc.array(fc.array(step, { maxLength: 6 }), { maxLength: 6 });

const none: TouchedLinks = {};
const after = (now: LinkStates, wanted: LinkStates): LinkStates => ({ ...now, ...wanted });
function run(first: LinkStates, due: readonly (readonly LinkStep[])[]) {
  let [now, touched] = [first, none];
  for (const steps of due) {
    const next = afterSteps(now, touched, steps);
    now = after(now, next.wanted);
    touched = next.touched;
  }
  return { now, touched };
}

describe('a run of link changes', () => {
  it('puts back whatever it has changed', () => {
    fc.assert(
      fc.property(states, looks, (first, due) => {
        const { now, touched } = run(first, due);
        expect(after(now, putBack(now, touched))).toEqual(first);
      }),
    );
  });

  it('makes of steps that are due together what it makes of them one by one', () => {
    fc.assert(
      fc.property(states, fc.array(step, { maxLength: 8 }), (first, steps) => {
        const together = run(first, [steps]);
        const apart = run(
          first,
          steps.map((one) => [one]),
        );
        expect(together.now).toEqual(apart.now);
      }),
    );
  });

  it('leaves what somebody else has made of a link meanwhile, and puts back the rest', () => {
    fc.assert(
      fc.property(states, looks, fc.constantFrom(...edges), state, (first, due, edge, theirs) => {
        const { now, touched } = run(first, due);
        const mine = now[edge] ?? stateOf({});
        const ended = after({ ...now, [edge]: theirs }, putBack({ ...now, [edge]: theirs }, touched));
        const start = first[edge] ?? stateOf({});
        // what they made of it as the run has it, nobody can tell from the run's
        const isTheirs = (field: keyof LinkState) => JSON.stringify(theirs[field]) !== JSON.stringify(mine[field]);
        expect(ended[edge]).toEqual({
          down: isTheirs('down') ? theirs.down : start.down,
          link: isTheirs('link') ? theirs.link : start.link,
        });
        for (const other of edges.filter((one) => one !== edge)) expect(ended[other]).toEqual(first[other]);
      }),
    );
  });

  it('says of each step what became of it: the last of those that are due together counts, and none of a link that is gone', () => {
    const { fates, wanted } = afterSteps({ a: { down: false, link: null } }, none, [
      { at: 1, edge: 'a', deed: 'down' },
      { at: 2, edge: 'a', deed: 'bend', link: { delayMs: 5 } },
      { at: 2, edge: 'toString', deed: 'down' },
      { at: 3, edge: 'a', deed: 'up' },
    ]);
    expect(fates).toEqual(['left', 'done', 'gone', 'done']);
    expect(wanted).toEqual({ a: { down: false, link: { delayMs: 5 } } });
  });

  it('goes back to what a link was before the run', () => {
    const first = { a: { down: false, link: { delayMs: 1 } } };
    const { now } = run(first, [
      [{ at: 1, edge: 'a', deed: 'bend', link: {} }],
      [{ at: 2, edge: 'a', deed: 'down' }],
      [{ at: 3, edge: 'a', deed: 'restore' }],
    ]);
    expect(now).toEqual(first);
    expect(originOf(first.a, undefined)).toBe(first.a);
  });

  it('of a link that was removed puts nothing back', () => {
    const { touched } = run({ a: { down: false, link: null } }, [[{ at: 1, edge: 'a', deed: 'down' }]]);
    expect(putBack({}, touched)).toEqual({});
  });
});

describe('steps', () => {
  it('are in the order in which they are due, of one moment as they were given', () => {
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const sorted = inOrder(steps);
        expect([...sorted].toSorted((a, b) => a.at - b.at || steps.indexOf(a) - steps.indexOf(b))).toEqual(sorted);
      }),
    );
  });

  it('last a minute longer than the last of them where they are put back', () => {
    expect(secondsOf([{ at: 30 }, { at: 10 }], true)).toBe(90);
    expect(secondsOf([{ at: 30 }], false)).toBe(30);
    expect(secondsOf([{ at: 86_400 }], true)).toBe(86_400);
  });
});

it('an edge is the same before and after its state', () => {
  fc.assert(
    fc.property(state, (one) => {
      expect(stateOf(withState({}, one))).toEqual(one);
    }),
  );
  expect(stateOf({ link: {} })).toEqual({ down: false, link: null });
});
