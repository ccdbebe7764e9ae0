import { verify } from '@node-rs/argon2';
import { expect, it } from 'vitest';
import { useDatabase } from '#db/testing/database';
import { users } from '#drizzle/schema/users';
import { userByEmail } from '#server/db/queries/users';
import { outcomeOf } from '#server/testing/outcomes';
import { createWorld, password } from '#server/testing/world';
import { hashPassword } from './passwords';

/**
 * Whether there is an account cannot be told by the time that signing in takes. The one test that measures time: what is
 * compared is tried in turns, so that whatever slows the machine slows both; the statistic is of ranks, so that a pause
 * counts as one late answer however long it is; and the same measure must find a server that takes the short way, in the
 * same minute on the same machine.
 */
const database = useDatabase();
const world = createWorld(database);
const { ctx } = world;
// cheaper than in production, and still more than the noise of a busy machine: some eight milliseconds of a core
ctx.settings.argon2 = { memoryCost: 12_288, timeCost: 4 };
const tries = 500;

/**
 * The chance that a time of `a` is longer than one of `b` (Mann–Whitney's U over all pairs; 0.5: nothing can be told).
 * https://en.wikipedia.org/wiki/Mann–Whitney_U_test#Area-under-curve_(AUC)_statistic_for_ROC_curves
 */
function chanceLonger(a: readonly number[], b: readonly number[]): number {
  const wins = a.map((x) => b.reduce((sum, y) => sum + (x > y ? 1 : x === y ? 0.5 : 0), 0));
  return wins.reduce((sum, each) => sum + each, 0) / (a.length * b.length);
}
function median(times: readonly number[]): number {
  return times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] ?? 0;
}

/** Milliseconds of each, tried in turns; who comes first changes from turn to turn. */
async function inTurns(turns: number, one: (turn: number) => Promise<void>, other: (turn: number) => Promise<void>) {
  const times: [number[], number[]] = [[], []];
  for (let turn = 0; turn < turns; turn += 1)
    for (const which of turn % 2 === 0 ? ([0, 1] as const) : ([1, 0] as const)) {
      const started = performance.now();
      await (which === 0 ? one(turn) : other(turn));
      times[which].push(performance.now() - started);
    }
  return times;
}

it('signing in takes as long for an unknown account as for a wrong password', { timeout: 900_000 }, async () => {
  const passwordHash = await hashPassword(ctx.settings.argon2, password);
  const people = await Promise.all(Array.from({ length: 10 }, () => world.person()));
  const emails = people.map(({ email }) => email);
  // their passwords at the costs of this test
  await ctx.db.update(users).set({ passwordHash });

  const attempt = async (email: string) => {
    // the pauses between attempts are the subject of another test
    world.pass(4_000_000);
    expect(await outcomeOf(world.callerOf(null).auth.login({ email, password: 'wrong password' }))).toBe(
      'INVALID_CREDENTIALS',
    );
  };
  const known = (turn: number) => attempt(emails[turn % emails.length] ?? '');
  const unknown = (turn: number) => attempt(`nobody${turn % emails.length}@example.org`);

  /** Signing in as one writes it at first: who is not known is told at once. */
  const naive = async (email: string) => {
    const user = await userByEmail(ctx.db, email);
    if (user?.passwordHash != null) await verify(user.passwordHash, 'wrong password');
  };

  // what is made once is made: connections, the decoy, compiled code
  await inTurns(20, known, unknown);
  const [naiveKnown, naiveUnknown] = await inTurns(
    100,
    (turn) => naive(emails[turn % emails.length] ?? ''),
    (turn) => naive(`nobody${turn}@example.org`),
  );
  const naiveChance = chanceLonger(naiveKnown, naiveUnknown);

  const rounds: { chance: number; difference: number }[] = [];
  // a round that a busy machine spoiled is not repeated for ever
  for (let round = 0; round < 3; round += 1) {
    const [ofKnown, ofUnknown] = await inTurns(tries, known, unknown);
    const chance = chanceLonger(ofKnown, ofUnknown);
    const difference = (median(ofKnown) - median(ofUnknown)) / median(ofUnknown);
    rounds.push({ chance, difference });
    process.stdout.write(
      `\nTiming of sign-in, ${2 * tries} tries in turns: median ${median(ofKnown).toFixed(2)} ms for a known account, ` +
        `${median(ofUnknown).toFixed(2)} ms for an unknown one (${(100 * difference).toFixed(1)} %); ` +
        `chance that known is longer ${chance.toFixed(3)}; of a naive server ${naiveChance.toFixed(3)}\n`,
    );
    if (isEven({ chance, difference })) break;
  }
  // the measure sees what there is to see; 0.9 on a machine with seven times more work than cores
  expect(naiveChance).toBeGreaterThan(0.7);
  expect(rounds.some(isEven), JSON.stringify(rounds)).toBe(true);
});

/** A naive server is at a chance of 1 and a difference of several times the median. */
function isEven({ chance, difference }: { chance: number; difference: number }): boolean {
  return Math.abs(chance - 0.5) < 0.06 && Math.abs(difference) < 0.1;
}
