import { z } from 'zod';
import { idInput } from '#shared/primitives';
import { zoneFiguresInput, zoneFiguresSchema } from '#shared/figures';
import {
  createZoneInput,
  homeSchema,
  moveZoneInput,
  releaseZoneInput,
  updateZoneInput,
  zoneSchema,
} from '#shared/zone';
import { leftoversSchema, removeLeftoversInput } from '#shared/zone-leftovers';
import { connectionTestSchema, testConnectionInput } from '#shared/zone-test';
import { zoneFigures } from '#server/domain/figures/read-figures';
import { listHomes, moveZone, releaseZone } from '#server/domain/homes/move-zone';
import { leftovers, removeLeftovers } from '#server/domain/zones/leftovers';
import { testConnection } from '#server/domain/zones/test-connection';
import { createZone, deleteZone, getZone, listZones, updateZone } from '#server/domain/zones/zones';
import { answer } from '../answers';
import { permittedProcedure, router, userProcedure } from '../trpc';

const manage = permittedProcedure('zones:manage', 'catalogue:manage');

export const zonesRouter = router({
  /** Zones are few: all of them, without pages. */
  list: userProcedure('catalogue:read')
    .output(answer(z.object({ items: z.array(zoneSchema) })))
    .query(({ ctx }) => listZones(ctx.domain, { actor: ctx.actor })),
  get: userProcedure('catalogue:read')
    .input(idInput)
    .output(answer(zoneSchema))
    .query(({ ctx, input }) => getZone(ctx.domain, { actor: ctx.actor, id: input.id })),
  /** What the VMs of a zone have used of their host in the last hour, together; which use most, for who sees everybody's slices. */
  figures: userProcedure('catalogue:read')
    .input(zoneFiguresInput)
    .output(answer(zoneFiguresSchema))
    .query(({ ctx, input }) => zoneFigures(ctx.domain, { actor: ctx.actor, query: input })),
  create: manage
    .input(createZoneInput)
    .output(answer(zoneSchema))
    .mutation(({ ctx, input }) => createZone(ctx.domain, { actor: ctx.actor, zone: input })),
  update: manage
    .input(updateZoneInput)
    .output(answer(zoneSchema))
    .mutation(({ ctx, input }) => updateZone(ctx.domain, { actor: ctx.actor, zone: input })),
  /** Asks the provider again. */
  refresh: manage
    .input(idInput)
    .output(answer(zoneSchema))
    .mutation(({ ctx, input }) => getZone(ctx.domain, { actor: ctx.actor, id: input.id, refresh: true })),
  /** Tries settings out that nobody has saved yet, or those of a zone: by this server, and without making anything. */
  testConnection: manage
    .input(testConnectionInput)
    .output(answer(connectionTestSchema))
    .mutation(({ ctx, input }) => testConnection(ctx.domain, input)),
  /** What is in a zone and belongs to no slice, and what others have in the same cloud. */
  leftovers: manage
    .input(idInput)
    .output(answer(leftoversSchema))
    .query(({ ctx, input }) => leftovers(ctx.domain, input)),
  /** Removes what is named of it; what is another zone's or installation's is refused. Answers what is left over then. */
  removeLeftovers: manage
    .input(removeLeftoversInput)
    .output(answer(leftoversSchema))
    .mutation(({ ctx, input }) => removeLeftovers(ctx.domain, { actor: ctx.actor, ...input })),
  /** The servers that zones can be at. */
  homes: manage.output(z.object({ items: z.array(homeSchema) })).query(({ ctx }) => listHomes(ctx.domain)),
  /** Gives it to another server. What its VMs are is not moved: it holds nothing, or its server is gone. */
  move: manage
    .input(moveZoneInput)
    .output(zoneSchema)
    .mutation(({ ctx, input }) => moveZone(ctx.domain, { actor: ctx.actor, ...input })),
  /** Takes it from its server and gives it to none, until it is moved to one. */
  release: manage
    .input(releaseZoneInput)
    .output(zoneSchema)
    .mutation(({ ctx, input }) => releaseZone(ctx.domain, { actor: ctx.actor, ...input })),
  /** Only a zone that never had a slice. */
  delete: manage
    .input(idInput)
    .output(answer(z.null()))
    .mutation(async ({ ctx, input }) => {
      await deleteZone(ctx.domain, { actor: ctx.actor, id: input.id });
      return null;
    }),
});
