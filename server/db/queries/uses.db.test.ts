import { expect, test } from 'vitest';
import { useDatabase } from '#db/testing/database';
import { flavours } from '#drizzle/schema/catalogue';
import { line } from '#server/testing/drawings';
import { createWorld } from '#server/testing/world';
import { limits } from '#shared/limits';
import { flavourRows } from './flavours';

const world = createWorld(useDatabase());

test('how many use a flavour is counted up to a limit, so that a million do not take seconds', async () => {
  const { db } = world.ctx;
  const user = world.callerOf(await world.person());
  const zoneId = await world.zone();
  const inUse = async () => {
    const rows = await flavourRows(db, { limit: 100, includeRetired: false });
    return Math.max(...rows.map((row) => row.inUse));
  };
  expect(await db.$count(flavours)).toBeGreaterThan(0);
  expect(await inUse()).toBe(0);
  const template = await user.templates.create({ name: 'some', topology: line(60) });
  expect(await inUse()).toBe(60);
  await user.slices.create({ name: 'a', templateId: template.id, zoneId });
  expect(await inUse()).toBe(limits.usesCounted);
  await user.slices.create({ name: 'b', templateId: template.id, zoneId });
  await user.templates.delete({ id: template.id });
  expect(await inUse()).toBe(limits.usesCounted);
  await user.templates.create({ name: 'more', topology: line(limits.usesCounted + 20) });
  expect(await inUse()).toBe(limits.usesCounted);
});
