import { z } from 'zod';
import { can } from '#shared/auth';
import { deploymentKinds } from '#shared/deployment/operations';
import { AppError } from '#shared/errors';
import { idSchema } from '#shared/primitives';
import { objectName } from '#server/db/queries/audit';
import { deploymentById } from '#server/db/queries/deployments';
import { tokenById } from '#server/db/queries/tokens';
import { zoneById } from '#server/db/queries/zones';
import type { AuditRecord } from '../audit';
import type { Actor, DomainContext } from '../context';
import { loadSlice, loadSliceVm } from '../slices/access';
import { loadTemplate } from '../templates/access';
import { isOffered } from '../zones/zones';

/** Which object an input names, by the noun of its procedure: `id` is one of these, others say what they are. */
const nouns: Record<string, string> = {
  templates: 'template',
  slices: 'slice',
  deployments: 'deployment',
  flavours: 'flavour',
  images: 'image',
  imageUploads: 'image_upload',
  zones: 'zone',
  users: 'user',
  tokens: 'api_token',
  auth: 'api_token',
};
const named = z.union([
  z.object({ id: idSchema }),
  z.object({ sliceId: idSchema, kind: z.enum(deploymentKinds), vmId: idSchema.nullish() }),
  z.object({ sliceId: idSchema }),
  z.object({ vmId: idSchema }),
  z.object({ userId: idSchema }),
]);

type RefusedObject = Pick<AuditRecord, 'objectType' | 'objectId' | 'objectName' | 'details'>;
interface Refused {
  actor: Actor;
  procedure: string;
  input: unknown;
}

/** What a refused call was for: its kind and id, and its name where the actor may see it. Of the input nothing else but the operation. */
export async function refusedObject(ctx: DomainContext, { actor, procedure, input }: Refused): Promise<RefusedObject> {
  const parsed = named.safeParse(input);
  if (!parsed.success) return {};
  const { data } = parsed;
  if ('kind' in data) return operationOf(ctx, actor, data);
  if ('sliceId' in data) return visible(ctx, actor, 'slice', data.sliceId);
  if ('vmId' in data) return visible(ctx, actor, 'slice_vm', data.vmId);
  if ('userId' in data) return visible(ctx, actor, 'user', data.userId);
  const objectType = nouns[procedure.split('.', 1)[0] ?? ''];
  if (objectType === undefined) return {};
  const deployment = objectType === 'deployment' ? await deploymentById(ctx.db, data.id) : null;
  if (deployment === null) return visible(ctx, actor, objectType, data.id);
  const { sliceId, kind, sliceVmId } = deployment;
  const whole = await operationOf(ctx, actor, { sliceId, kind, vmId: sliceVmId });
  // of a slice that they may not see, not even which one it is
  return whole.objectName === null ? { objectType, objectId: data.id, objectName: null } : whole;
}

async function operationOf(
  ctx: DomainContext,
  actor: Actor,
  { sliceId, kind, vmId = null }: { sliceId: number; kind: string; vmId?: number | null | undefined },
): Promise<RefusedObject> {
  const slice = await visible(ctx, actor, 'slice', sliceId);
  const vm = vmId === null ? null : (await visible(ctx, actor, 'slice_vm', vmId)).objectName;
  return { ...slice, details: { kind, vmId, ...(vm === null ? {} : { vm }) } };
}

async function visible(ctx: DomainContext, actor: Actor, objectType: string, objectId: number): Promise<RefusedObject> {
  return { objectType, objectId, objectName: await visibleName(ctx, actor, objectType, objectId) };
}

/** What the object is called, for who may see it by their role and what is shared with them, whatever their token is for. */
async function visibleName(ctx: DomainContext, holder: Actor, type: string, id: number): Promise<string | null> {
  const actor: Actor = { ...holder, scopes: null };
  try {
    switch (type) {
      case 'slice':
        return (await loadSlice(ctx.db, { actor, id })).name;
      case 'slice_vm':
        return (await loadSliceVm(ctx.db, { actor, vmId: id })).vm.name;
      case 'template':
        return (await loadTemplate(ctx.db, { actor, id })).name;
      case 'user':
        return id === actor.userId || can(actor.role, 'users:manage') ? await objectName(ctx.db, type, id) : null;
      case 'api_token':
        return (await tokenById(ctx.db, id))?.userId === actor.userId ? await objectName(ctx.db, type, id) : null;
      case 'zone': {
        const zone = await zoneById(ctx.db, id);
        return zone !== null && isOffered(ctx, zone) ? zone.name : null;
      }
      case 'flavour':
      case 'image':
        return await objectName(ctx.db, type, id);
      default:
        return null;
    }
  } catch (error) {
    if (error instanceof AppError && error.code === 'NOT_FOUND') return null;
    throw error;
  }
}
