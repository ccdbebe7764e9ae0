import {
  quotaOfUserInput,
  quotaOfUserSchema,
  quotaSchema,
  roleQuotasSchema,
  setRoleQuotaInput,
  setUserQuotaInput,
} from '#shared/quota';
import { notYet } from '../not-yet';
import { permittedProcedure, router, userProcedure } from '../trpc';

export const quotasRouter = router({
  /** What the caller may have and has. */
  mine: userProcedure('account:read').output(quotaSchema).query(notYet),
  ofUser: permittedProcedure('quotas:manage', 'admin:read')
    .input(quotaOfUserInput)
    .output(quotaOfUserSchema)
    .query(notYet),
  ofRoles: permittedProcedure('quotas:manage', 'admin:read').output(roleQuotasSchema).query(notYet),
  setOfUser: permittedProcedure('quotas:manage', 'admin:manage')
    .input(setUserQuotaInput)
    .output(quotaOfUserSchema)
    .mutation(notYet),
  setOfRole: permittedProcedure('quotas:manage', 'admin:manage')
    .input(setRoleQuotaInput)
    .output(roleQuotasSchema)
    .mutation(notYet),
});
