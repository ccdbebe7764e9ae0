import { auditExportSchema, auditPage, exportAuditInput, listAuditInput, listOwnAuditInput } from '#shared/audit';
import { notYet } from '../not-yet';
import { permittedProcedure, router, userProcedure } from '../trpc';

export const auditRouter = router({
  list: permittedProcedure('audit:see-all', 'admin:read').input(listAuditInput).output(auditPage).query(notYet),
  /** What the caller did, or was done in their name. */
  mine: userProcedure('account:read').input(listOwnAuditInput).output(auditPage).query(notYet),
  export: permittedProcedure('audit:see-all', 'admin:read')
    .input(exportAuditInput)
    .output(auditExportSchema)
    .query(notYet),
});
