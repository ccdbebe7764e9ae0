import { and, asc, eq, isNull } from 'drizzle-orm';
import { availabilityZones } from '#drizzle/schema/catalogue';
import { slices } from '#drizzle/schema/slices';
import { writeBootId } from '#server/db/queries/homes';
import type { DomainContext } from '../context';
import { queueDeployment } from '../deployments/start';

/**
 * After the machine was restarted: has the slices of this home that say so brought back to what was asked of them. Call it
 * when they have been observed: what lacks VMs that should run is degraded then, and a deploy of it starts those, not
 * the ones that were stopped on purpose. May be done again after a crash half-way. What cannot be brought back is logged.
 */
export async function bringBackAfterReboot(ctx: DomainContext): Promise<void> {
  const { id: homeId, rebooted } = ctx.home;
  if (homeId === null || rebooted === null || rebooted === undefined) return;
  const rows = await ctx.db
    .select({ id: slices.id, ownerId: slices.ownerId })
    .from(slices)
    .innerJoin(availabilityZones, eq(availabilityZones.id, slices.zoneId))
    .where(
      and(
        eq(availabilityZones.homeId, homeId),
        eq(slices.status, 'degraded'),
        eq(slices.restartAfterReboot, true),
        isNull(slices.deletedAt),
      ),
    )
    // in the order in which they were made: what others lean on is mostly there first
    .orderBy(asc(slices.id));
  for (const slice of rows) {
    const actor = { kind: 'system', onBehalfOf: slice.ownerId, because: 'slices.set-restart' } as const;
    const idempotencyKey = `reboot:${rebooted}`;
    await queueDeployment(ctx, { actor, sliceId: slice.id, kind: 'deploy', idempotencyKey }).catch((error: unknown) =>
      ctx.log.warn('A slice could not be brought back after a reboot.', { sliceId: slice.id, error }),
    );
  }
  await writeBootId(ctx.db, homeId, rebooted);
}
