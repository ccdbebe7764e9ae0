import {
  quotaOfUserInput,
  quotaOfUserSchema,
  quotaSchema,
  roleQuotasSchema,
  setRoleQuotaInput,
  setUserQuotaInput,
} from '#shared/quota';
import { ownQuota, quotaOfUser, quotasOfRoles, setRoleQuota, setUserQuota } from '#server/domain/quotas/quotas';
import { permittedProcedure, router, userProcedure } from '../trpc';

export const quotasRouter = router({
  /** What the caller may have and has. */
  mine: userProcedure('account:read')
    .output(quotaSchema)
    .query(({ ctx }) => ownQuota(ctx.domain, { actor: ctx.actor })),
  ofUser: permittedProcedure('quotas:manage', 'admin:read')
    .input(quotaOfUserInput)
    .output(quotaOfUserSchema)
    .query(({ ctx, input }) => quotaOfUser(ctx.domain, input)),
  ofRoles: permittedProcedure('quotas:manage', 'admin:read')
    .output(roleQuotasSchema)
    .query(({ ctx }) => quotasOfRoles(ctx.domain)),
  setOfUser: permittedProcedure('quotas:manage', 'admin:manage')
    .input(setUserQuotaInput)
    .output(quotaOfUserSchema)
    .mutation(({ ctx, input }) => setUserQuota(ctx.domain, { actor: ctx.actor, ...input })),
  setOfRole: permittedProcedure('quotas:manage', 'admin:manage')
    .input(setRoleQuotaInput)
    .output(roleQuotasSchema)
    .mutation(({ ctx, input }) => setRoleQuota(ctx.domain, { actor: ctx.actor, ...input })),
});
