import type { z } from 'zod';
import type { fetchUploadInput, ImageUpload } from '#shared/image-upload';
import type { Actor, DomainContext } from '../context';
import { fileNameOf, withoutQuery } from './file-url';
import { announceUpload } from './uploads';

/**
 * Has the server fetch a file that is to become an image of the actor's own, which its state tells. It counts in the quota from when its size is known.
 * As an upload: NAME_TAKEN, QUOTA_EXCEEDED, TOO_MANY_UPLOADS, NO_ROOM.
 */
export async function fetchUpload(
  ctx: DomainContext,
  { actor, upload: { name, url, sha256 } }: { actor: Actor; upload: z.infer<typeof fetchUploadInput> },
): Promise<ImageUpload> {
  const fileName = fileNameOf(url);
  const made = await announceUpload(ctx, {
    actor,
    upload: { name, fileName, url, sha256, sizeBytes: null, state: 'fetching' },
    audit: { action: 'image-uploads.fetch', details: { name, fileName, url: withoutQuery(url) } },
  });
  ctx.bus.offerUploads();
  return made;
}
