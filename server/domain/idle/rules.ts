import { eq } from 'drizzle-orm';
import type { z } from 'zod';
import { roles } from '#drizzle/schema/users';
import { notFound } from '#shared/errors';
import type { IdleOfSlice, idleRulesSchema, setIdleInput, setIdleRuleInput } from '#shared/idle';
import { canBeIdle } from '#shared/slice-status';
import { forgetIdle, idleRows, idleRulesFor, idleRulesOfAll, writeIdleRule } from '#server/db/queries/idle';
import { touchSlice } from '#server/db/queries/slices';
import { zonesByName } from '#server/db/queries/zones';
import { iso } from '#server/db/rows';
import { inTransaction } from '#server/db/transaction';
import { appendEvents } from '#server/events/append';
import { recordAudit } from '../audit';
import type { Actor, DomainContext } from '../context';
import { assertNotDestroyed, loadSlice } from '../slices/access';
import { isOffered, loadZone } from '../zones/zones';

/** What is done about the slice when nothing happens in it, and since when that is so. NOT_FOUND. */
export async function getIdle(ctx: DomainContext, { actor, id }: { actor: Actor; id: number }): Promise<IdleOfSlice> {
  const slice = await loadSlice(ctx.db, { actor, id });
  const seen = (await idleRows(ctx.db, [id])).get(id);
  const rules = await idleRulesFor(ctx.db, slice);
  const isWatched = canBeIdle(slice.status) && Object.values(rules).some((rule) => rule !== null);
  return { ...rules, since: isWatched ? iso(seen?.idleSince ?? null) : null };
}

/** Sets the slice's own rule; those of its zone and its owner's role hold besides. INVALID_TRANSITION for what is destroyed. */
export async function setIdle(
  ctx: DomainContext,
  { actor, id, rule }: z.infer<typeof setIdleInput> & { actor: Actor },
): Promise<IdleOfSlice> {
  await inTransaction(ctx.db, async (tx) => {
    const slice = await loadSlice(tx, { actor, id, lock: true, need: 'manage' });
    assertNotDestroyed(slice);
    await writeIdleRule(tx, { sliceId: id }, rule);
    await forgetIdle(tx, id);
    await touchSlice(tx, id);
    await appendEvents(tx, id, [{ type: 'slice.changed', what: 'idle' }]);
    await recordAudit(tx, actor, {
      action: 'idle.set',
      objectType: 'slice',
      objectId: id,
      details: { name: slice.name, rule },
    });
  });
  ctx.bus.notify(id);
  return getIdle(ctx, { actor, id });
}

/** The rules of all zones and roles that have one. */
export async function listIdleRules(ctx: DomainContext): Promise<z.infer<typeof idleRulesSchema>> {
  const rows = await idleRulesOfAll(ctx.db);
  const zones = (await zonesByName(ctx.db)).filter((zone) => isOffered(ctx, zone));
  const ruleOf = ({ minutes, action }: (typeof rows)[number]['rule']) => ({ minutes, action });
  return {
    zones: zones.flatMap(({ id, name }) => {
      const found = rows.find(({ rule }) => rule.zoneId === id);
      return found === undefined ? [] : [{ zone: { id, name }, rule: ruleOf(found.rule) }];
    }),
    roles: rows.flatMap(({ role, rule }) => (role === null ? [] : [{ role, rule: ruleOf(rule) }])),
  };
}

/** Sets the rule of a zone or a role, for all slices that it holds for. NOT_FOUND. */
export async function setIdleRule(
  ctx: DomainContext,
  { actor, of, rule }: z.infer<typeof setIdleRuleInput> & { actor: Actor },
): Promise<z.infer<typeof idleRulesSchema>> {
  await inTransaction(ctx.db, async (tx) => {
    if ('zoneId' in of) {
      const { id, name } = await loadZone(ctx, tx, of.zoneId);
      await writeIdleRule(tx, { zoneId: id }, rule);
      await recordAudit(tx, actor, {
        action: 'idle.set-rule',
        objectType: 'zone',
        objectId: id,
        details: { name, rule },
      });
      return;
    }
    const [role] = await tx.select({ id: roles.id }).from(roles).where(eq(roles.name, of.role));
    if (role === undefined) throw notFound('role');
    await writeIdleRule(tx, { roleId: role.id }, rule);
    await recordAudit(tx, actor, {
      ...{ action: 'idle.set-rule', objectType: 'role', objectId: role.id, objectName: of.role },
      details: { name: of.role, rule },
    });
  });
  return listIdleRules(ctx);
}
