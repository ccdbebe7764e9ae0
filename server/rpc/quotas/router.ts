import { sliceInternetSchema } from '#shared/internet';
import { idInput } from '#shared/primitives';
import {
  quotaOfUserInput,
  quotaOfUserSchema,
  quotaSchema,
  roleQuotasSchema,
  setRoleQuotaInput,
  setUserQuotaInput,
} from '#shared/quota';
import { ownQuota, quotaOfUser, quotasOfRoles, setRoleQuota, setUserQuota } from '#server/domain/quotas/quotas';
import { resetInternet } from '#server/domain/internet/limits';
import { answer } from '../answers';
import { permittedProcedure, router, userProcedure } from '../trpc';

export const quotasRouter = router({
  /** What the caller may have and has. */
  mine: userProcedure('account:read')
    .output(answer(quotaSchema))
    .query(({ ctx }) => ownQuota(ctx.domain, { actor: ctx.actor })),
  ofUser: permittedProcedure('quotas:manage', 'admin:read')
    .input(quotaOfUserInput)
    .output(answer(quotaOfUserSchema))
    .query(({ ctx, input }) => quotaOfUser(ctx.domain, input)),
  ofRoles: permittedProcedure('quotas:manage', 'admin:read')
    .output(answer(roleQuotasSchema))
    .query(({ ctx }) => quotasOfRoles(ctx.domain)),
  setOfUser: permittedProcedure('quotas:manage', 'admin:manage')
    .input(setUserQuotaInput)
    .output(answer(quotaOfUserSchema))
    .mutation(({ ctx, input }) => setUserQuota(ctx.domain, { actor: ctx.actor, ...input })),
  setOfRole: permittedProcedure('quotas:manage', 'admin:manage')
    .input(setRoleQuotaInput)
    .output(answer(roleQuotasSchema))
    .mutation(({ ctx, input }) => setRoleQuota(ctx.domain, { actor: ctx.actor, ...input })),
  /** Has what a slice has had of the internet in this month begin at nothing. */
  resetInternet: permittedProcedure('quotas:manage', 'admin:manage')
    .input(idInput)
    .output(answer(sliceInternetSchema))
    .mutation(({ ctx, input }) => resetInternet(ctx.domain, { actor: ctx.actor, id: input.id })),
});
