import type { z } from 'zod';
import type { ImageUpload, saveDiskInput } from '#shared/image-upload';
import { AppError, notFound } from '#shared/errors';
import { say } from '#shared/sentence';
import { imageKindOf } from '#server/db/queries/images';
import { zoneById } from '#server/db/queries/zones';
import type { Actor, DomainContext } from '../context';
import { placeOf, zoneAway } from '../homes/places';
import { assertNotDestroyed, loadSliceVm } from '../slices/access';
import { announceUpload } from './uploads';

/**
 * Has the disk of a VM, which may run, saved as an image of the actor's own, which its state tells: for who manages the slice. It counts in the quota as it
 * comes. INVALID_INPUT for a VM that has no disk of its own, INVALID_TRANSITION where it has none yet; UPLOAD_ELSEWHERE, which says at which server it is, ZONE_AWAY;
 * as an upload: NAME_TAKEN, QUOTA_EXCEEDED, TOO_MANY_UPLOADS, NO_ROOM.
 */
export async function saveDisk(
  ctx: DomainContext,
  { actor, save: { vmId, name, description } }: { actor: Actor; save: z.infer<typeof saveDiskInput> },
): Promise<ImageUpload> {
  const { slice, vm } = await loadSliceVm(ctx.db, { actor, vmId, need: 'manage' });
  assertNotDestroyed(slice);
  if ((await imageKindOf(ctx.db, vm.imageId)) !== 'disk')
    throw new AppError('INVALID_INPUT', say('VM_WITHOUT_DISK', { vm: vm.name }), { node: vm.key });
  if (vm.status === 'absent')
    throw new AppError('INVALID_TRANSITION', say('VM_DISK_NOT_THERE', { vm: vm.name }), { node: vm.key });
  const zone = await zoneById(ctx.db, slice.zoneId);
  if (zone === null) throw notFound('zone');
  const place = await placeOf(ctx, { zone });
  if (place.at === 'elsewhere')
    throw new AppError('UPLOAD_ELSEWHERE', say('SAVE_ELSEWHERE', { host: place.home.host }));
  if (place.at !== 'here') throw zoneAway(zone, place);
  const fileName = `${slice.name}/${vm.name}`;
  const made = await announceUpload(ctx, {
    actor,
    upload: { name, fileName, description, sliceId: slice.id, vmId, sizeBytes: null, state: 'saving' },
    audit: { action: 'image-uploads.save', details: { name, sliceId: slice.id, slice: slice.name, vm: vm.name } },
  });
  ctx.bus.offerUploads();
  return made;
}
