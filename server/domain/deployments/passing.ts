import { deploymentKinds, operationOf } from '#shared/deployment/operations';
import { toAppError } from '../errors';

/** Refusals that pass by themselves. */
const passing: readonly string[] = [
  'SLICE_BUSY',
  'ZONE_AWAY',
  'ZONE_UNAVAILABLE',
  'DATABASE_BUSY',
  'DATABASE_UNAVAILABLE',
  'DATABASE_FULL',
];

/** Whether it may be begun a little later: something else is under way, a server or the database is away, or nobody knows what it was. */
export function isPassing(error: unknown): boolean {
  const app = toAppError(error);
  if (app === null) return true;
  const { code, params, problems } = app;
  if (code === 'INVALID_TRANSITION')
    return deploymentKinds.some((kind) => kind !== 'destroy' && operationOf(kind).during === params?.['status']);
  if (code === 'PLAN_NOT_RUNNABLE') return problems?.some((problem) => passing.includes(problem.code)) ?? false;
  return passing.includes(code);
}
