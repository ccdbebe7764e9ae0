import {
  extendLeaseInput,
  leaseLimitInput,
  leaseLimitSchema,
  leaseLimitsSchema,
  leaseOfSliceSchema,
  setLeaseInput,
  setLeaseLimitInput,
} from '#shared/lease';
import { idInput } from '#shared/primitives';
import { extendLease, getLease, setLease } from '#server/domain/leases/lease';
import { leaseLimitInZone, listLeaseLimits, setLeaseLimit } from '#server/domain/leases/limits';
import { answer } from '../answers';
import { permittedProcedure, router, userProcedure } from '../trpc';

export const leasesRouter = router({
  /** Of the slice with this id, and what may be chosen for it. */
  get: userProcedure('slices:read')
    .input(idInput)
    .output(answer(leaseOfSliceSchema))
    .query(({ ctx, input }) => getLease(ctx.domain, { actor: ctx.actor, id: input.id })),
  set: userProcedure('slices:manage')
    .input(setLeaseInput)
    .output(answer(leaseOfSliceSchema))
    .mutation(({ ctx, input }) => setLease(ctx.domain, { actor: ctx.actor, lease: input })),
  extend: userProcedure('slices:manage')
    .input(extendLeaseInput)
    .output(answer(leaseOfSliceSchema))
    .mutation(({ ctx, input }) => extendLease(ctx.domain, { actor: ctx.actor, lease: input })),
  /** What may be chosen for a slice that is made in this zone. */
  limit: userProcedure('slices:read')
    .input(leaseLimitInput)
    .output(answer(leaseLimitSchema))
    .query(({ ctx, input }) => leaseLimitInZone(ctx.domain, { actor: ctx.actor, ...input })),
  /** Of all zones and roles. */
  limits: permittedProcedure('zones:manage', 'catalogue:read')
    .output(answer(leaseLimitsSchema))
    .query(({ ctx }) => listLeaseLimits(ctx.domain)),
  /** Slices that are there are held to it soon after. */
  setLimit: permittedProcedure('zones:manage', 'catalogue:manage')
    .input(setLeaseLimitInput)
    .output(answer(leaseLimitsSchema))
    .mutation(({ ctx, input }) => setLeaseLimit(ctx.domain, { actor: ctx.actor, ...input })),
});
