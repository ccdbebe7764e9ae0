import { afterAll, describe, expect, it } from 'vitest';
import { useDatabase } from '#db/testing/database';
import { scopes } from '#shared/scopes';
import { actorOf, callers, grants, type CallerKind } from '#server/testing/access-callers';
import { matrix, outcomeFor, type Outcome, type Row } from '#server/testing/access-matrix';
import { procedures } from '#server/testing/procedures';
import { makeScene, type Scene } from '#server/testing/scene';
import { outcomeOf } from '#server/testing/outcomes';
import { createWorld } from '#server/testing/world';

const database = useDatabase();
const world = createWorld(database);
const { ctx } = world;

/** The procedure that a row is about. */
const nameOf = (title: string) => title.split(' ', 1)[0] ?? '';
const rows = Object.entries(matrix).map(([title, row]) => ({ title, name: nameOf(title), row }));

/** What a caller has to get: the row's word for the person, unless what the call comes with is no good or not for this. */
function expected(row: Row, { person, scopes: with_, ending }: CallerKind): Outcome {
  const nobody = outcomeFor(row.outcomes, null);
  if (row.access === 'public' || person === null || ending !== undefined) return nobody;
  const own = outcomeFor(row.outcomes, person);
  if (with_ === 'session') return own;
  const granted = with_.flatMap((scope) => grants[scope]);
  if (row.scope === 'session' || row.scope === null || !granted.includes(row.scope)) return 'FORBIDDEN';
  const { needs } = row;
  const lacks =
    needs !== undefined &&
    (needs.of ?? person) === person &&
    (needs.scope === 'session' || !granted.includes(needs.scope));
  return lacks && !stopped.includes(own) ? needs.otherwise : own;
}

/** Outcomes of who does not get through, whatever it is that is asked for. */
const stopped: Outcome[] = ['UNAUTHENTICATED', 'FORBIDDEN', 'NOT_FOUND'];

let cells = 0;
afterAll(() => {
  process.stdout.write(
    `\nAuthorisation matrix: ${procedures.length} procedures in ${rows.length} rows × ${callers.length} callers, ${cells} cells\n`,
  );
});

describe('who may call what', () => {
  it('is written down here for every procedure, and for nothing else', () => {
    expect([...new Set(rows.map(({ name }) => name))].toSorted()).toEqual(
      procedures.map(({ name }) => name).toSorted(),
    );
  });

  it('speaks of every scope', () => {
    expect(Object.keys(grants).toSorted()).toEqual([...scopes].toSorted());
  });

  it.each(rows)('$title', { timeout: 60_000 }, async ({ name, row }) => {
    const procedure = procedures.find((one) => one.name === name);
    expect(procedure?.meta).toEqual({ access: row.access, scope: row.scope });
    const wanted: Record<string, Outcome> = {};
    const seen: Record<string, Outcome> = {};
    let untouched: Scene | undefined;
    for (const caller of callers) {
      wanted[caller.name] = expected(row, caller);
      // who is disabled is so for all that follow; a call that is refused, or only reads, leaves everything as it was
      const scene = (untouched ??= await makeScene(ctx));
      if (procedure?.kind === 'mutation' && wanted[caller.name] === 'OK') untouched = undefined;
      const actor = await actorOf(ctx, scene, caller);
      const api = world.callerOf(actor, { signal: AbortSignal.abort() });
      seen[caller.name] = await outcomeOf(row.call(api, scene, caller.person));
      cells += 1;
    }
    expect(seen).toEqual(wanted);
  });
});
