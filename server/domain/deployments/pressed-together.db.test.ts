import { eq } from 'drizzle-orm';
import mysql from 'mysql2/promise';
import { expect, test, vi } from 'vitest';
import { useDatabase } from '#db/testing/database';
import { deployments } from '#drizzle/schema/deployments';
import { newestEventId } from '#server/db/queries/slices';
import { line } from '#server/testing/drawings';
import { createWorld } from '#server/testing/world';
import { patienceMs } from './start';

interface ProcessRow extends mysql.RowDataPacket {
  Info: string | null;
}

/** Keeps what is put off for the workers' patience, instead of having it happen by the clock. */
function heldBack(): { begins: (() => void)[]; restore: () => void } {
  const begins: (() => void)[] = [];
  const really = globalThis.setTimeout;
  const spy = vi.spyOn(globalThis, 'setTimeout');
  spy.mockImplementation(((then: () => void, ms?: number, ...rest: unknown[]) => {
    if (ms !== patienceMs) return really(then, ms, ...rest);
    begins.push(then);
    return really(() => undefined, 0);
  }) as typeof setTimeout);
  return { begins, restore: () => spy.mockRestore() };
}

const database = useDatabase();
const world = createWorld(database);

test('deploys of one owner that were pressed together left no connection for anybody else, and waited for the work on the first', async () => {
  const owner = await world.person();
  const api = world.callerOf(owner);
  const zoneId = await world.zone({ limitVcpus: 1000, limitRamMb: 1_000_000, limitDiskGb: 10_000 });
  const template = await api.templates.create({ name: 'Line', topology: line(1) });
  const made = Array.from({ length: 14 }, (_, n) =>
    api.slices.create({ name: `s${n}`, templateId: template.id, zoneId }),
  );
  const ids = (await Promise.all(made)).map(({ id }) => id);
  const offered = vi.fn();
  const stopListening = world.ctx.bus.onWork(offered);
  const later = heldBack();
  const holder = await mysql.createConnection({ uri: database.url });
  // not innodb_trx: what it shows is kept for as long as it is read more often than each 100 ms
  const waiting = async () => {
    const [rows] = await holder.query<ProcessRow[]>('show full processlist');
    return rows.filter(({ Info }) => /from `users` .* for update$/.test(Info ?? '')).length;
  };
  try {
    await holder.query('begin');
    await holder.query('select id from users where id = ? for update', [owner.userId]);
    const pressed = Promise.all(ids.map((sliceId) => api.deployments.start({ sliceId, kind: 'deploy' })));
    await vi.waitFor(async () => expect(await waiting()).toBeGreaterThan(0), { timeout: 30_000 });
    // more than what the others ask before they wait, so that by the end all of them do
    for (let n = 0; n < 100; n += 1) await newestEventId(database.db);
    expect(await waiting()).toBe(1);
    expect(offered).not.toHaveBeenCalled();
    await holder.query('commit');
    await pressed;
    // work begins with the last that is accepted; those before it have it begun after a while, whatever else is pressed
    expect(offered).toHaveBeenCalledTimes(1);
    expect(later.begins).toHaveLength(ids.length - 1);
    later.begins[0]?.();
    expect(offered).toHaveBeenCalledTimes(2);
  } finally {
    later.restore();
    stopListening();
    await holder.end();
  }
  expect(await database.db.$count(deployments, eq(deployments.requestedBy, owner.userId))).toBe(ids.length);
});
