import { auditExportSchema, auditPage, exportAuditInput, listAuditInput, listOwnAuditInput } from '#shared/audit';
import { exportAudit } from '#server/domain/audit/export';
import { listAudit, listOwnAudit } from '#server/domain/audit/read-audit';
import { answer } from '../answers';
import { permittedProcedure, router, userProcedure } from '../trpc';

export const auditRouter = router({
  list: permittedProcedure('audit:see-all', 'admin:read')
    .input(listAuditInput)
    .output(answer(auditPage))
    .query(({ ctx, input }) => listAudit(ctx.domain, { query: input })),
  /** What the caller did, or was done in their name. */
  mine: userProcedure('account:read')
    .input(listOwnAuditInput)
    .output(answer(auditPage))
    .query(({ ctx, input }) => listOwnAudit(ctx.domain, { actor: ctx.actor, query: input })),
  export: permittedProcedure('audit:see-all', 'admin:read')
    .input(exportAuditInput)
    .output(answer(auditExportSchema))
    .query(({ ctx, input }) => exportAudit(ctx.domain, { query: input })),
});
