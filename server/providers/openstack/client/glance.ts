import { z } from 'zod';
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
});
export type GlanceImage = z.output<typeof image>;

export function glanceOf(caller: Caller) {
  return {
    images: (query: Query): Promise<GlanceImage[]> =>
      listAll(caller, { service: 'image', path: '/images', name: 'images', item: image, query }),
  };
}
export type Glance = ReturnType<typeof glanceOf>;
