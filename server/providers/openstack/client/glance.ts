import { z } from 'zod';
import { nothing } from './answers';
import type { Query } from './addresses';
import type { Caller } from './caller';
import { listAll } from './lists';

/* https://docs.openstack.org/api-ref/image/v2 */

const image = z.object({
  id: z.string(),
  name: z.string().nullable(),
  status: z.string(),
  /** Bytes; null while nothing is in it. */
  size: z.number().nullable(),
  created_at: z.string().default(''),
  /** Of what is in it, by Glance. */
  os_hash_algo: z.string().nullish(),
  os_hash_value: z.string().nullish(),
  /** Of what was to be put in it, by whichever Trama has made it. */
  trama_sha512: z.string().nullish(),
});
export type GlanceImage = z.output<typeof image>;

export function glanceOf(caller: Caller) {
  return {
    images: (query: Query): Promise<GlanceImage[]> =>
      listAll(caller, { service: 'image', path: '/images', name: 'images', item: image, query }),
    /** A disk of the project (qcow2) with nothing in it. Of an id that is taken, or was, Glance makes no second one (409), so it may be repeated. */
    createImage: ({ id, name, sha512 }: { id: string; name: string; sha512: string }): Promise<GlanceImage> =>
      caller.call({
        service: 'image',
        method: 'POST',
        path: '/images',
        body: {
          ...{ id, name, disk_format: 'qcow2', container_format: 'bare', visibility: 'private' },
          trama_sha512: sha512,
        },
        answer: image,
        repeatable: true,
      }),
    /** Puts what is in a file into one that has nothing; 409 where something is in it, or on the way. */
    async uploadImage(id: string, file: { path: string; bytes: number }): Promise<void> {
      const path = `/images/${encodeURIComponent(id)}/file`;
      await caller.call({ service: 'image', method: 'PUT', path, file, answer: nothing });
    },
  };
}
export type Glance = ReturnType<typeof glanceOf>;
