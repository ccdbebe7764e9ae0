import { AppError } from '#shared/errors';
import { operationOf, type DeploymentKind } from '#shared/deployment/operations';
import type { Quota } from '#shared/quota';
import type { Queryable } from '#server/db/client';
import { newestDeployment } from '#server/db/queries/deployments';
import type { SliceModel } from '#server/db/queries/slice-model';
import { allocatedOf, type ZoneRow } from '#server/db/queries/zones';
import { ProviderError } from '#server/lib/provider-error';
import type { Provider, SliceObservation, ZoneDescription } from '#server/providers/provider';
import type { DomainContext } from '../context';
import type { SliceRow } from '../slices/access';
import { capacityOf, freeOf } from '../zones/capacity';
import { planTopologyOf, type PlanInput, type PlanZone } from './plan-input';

/** What a zone's provider says; asked before any transaction, since it may take its time. */
export interface ZoneReport {
  provider: Provider | null;
  description: ZoneDescription | null;
  /** Why it could not be asked, as the end of a sentence. */
  unavailable: string | null;
}

/** Asks a zone's provider what it can do and has. Never fails: the report says why it could not be asked. */
export async function askZone(context: Pick<DomainContext, 'providers' | 'log'>, zone: ZoneRow): Promise<ZoneReport> {
  let provider: Provider | null = null;
  try {
    provider = await context.providers.forZone(zone);
    return { provider, description: await provider.describe(), unavailable: null };
  } catch (error) {
    context.log.warn('A zone cannot be asked.', { zoneId: zone.id, error });
    const told = error instanceof AppError || error instanceof ProviderError;
    return { provider, description: null, unavailable: told ? error.message : 'its provider does not answer.' };
  }
}

/** What is there of a slice; null, with the report's `unavailable` set, when the provider cannot say. */
export async function observeForPlan(
  context: Pick<DomainContext, 'log'>,
  report: ZoneReport,
  sliceId: number,
): Promise<{ observation: SliceObservation | null; report: ZoneReport }> {
  if (report.provider === null) return { observation: null, report };
  try {
    return { observation: await report.provider.observe({ id: sliceId }), report };
  } catch (error) {
    context.log.warn('A slice cannot be observed.', { sliceId, error });
    const why = error instanceof ProviderError ? error.message : 'its provider does not answer.';
    return { observation: null, report: { ...report, unavailable: report.unavailable ?? why } };
  }
}

/** The zone as the planner sees it, with what others have allocated at this moment. */
export async function planZoneOf(
  q: Queryable,
  zone: ZoneRow,
  report: ZoneReport,
  options: { exceptSliceId?: number } = {},
): Promise<PlanZone> {
  const capacity = capacityOf(zone, report.description?.physical ?? null);
  return {
    name: zone.name,
    enabled: zone.enabled,
    capacity,
    free: freeOf(capacity, await allocatedOf(q, zone.id, options)),
    capabilities: report.description?.capabilities ?? null,
    unavailable: report.unavailable,
  };
}

/** Changes whenever a deployment of the slice begins or ends: what was observed before is stale then. */
export async function deploymentMark(q: Queryable, sliceId: number): Promise<string> {
  const newest = await newestDeployment(q, sliceId);
  return newest === null ? 'none' : `${newest.id}:${newest.status}`;
}

/** The planner's input from rows. `vmId` is a VM of the slice or null. */
export function planInputOf(options: {
  kind: DeploymentKind;
  slice: Pick<SliceRow, 'id' | 'name' | 'status'>;
  busy: boolean;
  vmId: number | null;
  model: SliceModel;
  observation: SliceObservation | null;
  zone: PlanZone;
  quota: Quota | null;
}): PlanInput {
  const { kind, slice, busy, vmId, model, observation, zone, quota } = options;
  const target = vmId === null ? null : (model.vms.find((vm) => vm.id === vmId)?.key ?? null);
  if (vmId !== null && target === null)
    throw new AppError('NOT_FOUND', 'There is no such VM.', { params: { what: 'VM' } });
  return {
    kind,
    slice: { id: slice.id, name: slice.name, status: slice.status },
    busy,
    targetVm: target,
    topology: planTopologyOf(model),
    invalid: [],
    // what a deployment under way is changing is not known: everything may be there
    observation: busy && operationOf(kind).supersedes ? null : observation,
    zone,
    quota,
    isNew: false,
  };
}
