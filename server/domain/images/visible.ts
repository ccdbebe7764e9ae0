import { can } from '#shared/auth';
import type { Problem } from '#shared/errors';
import type { Topology } from '#shared/topology/schema';
import type { Queryable } from '#server/db/client';
import { imagesHiddenFrom } from '#server/db/queries/images';
import type { Actor, SystemActor } from '../context';

/**
 * A problem for each VM that would get an image which the actor may not take: in the same words as of one that does not exist. What
 * `kept` has already it may keep, since what was once shared may be private by now.
 */
export async function hiddenImages(
  q: Queryable,
  { actor, topology, kept }: { actor: Actor | SystemActor; topology: Topology; kept?: Topology | undefined },
): Promise<Problem[]> {
  if (actor.kind === 'system' || can(actor.role, 'images:manage')) return [];
  const had = new Set(kept?.vms.map(({ imageId }) => imageId));
  const asked = [...new Set(topology.vms.map(({ imageId }) => imageId))].filter((id) => !had.has(id));
  const hidden = await imagesHiddenFrom(q, actor.userId, asked);
  return topology.vms
    .filter(({ imageId }) => hidden.has(imageId))
    .map(({ key, name }) => ({
      code: 'IMAGE_UNKNOWN',
      message: `${name} has an image that does not exist.`,
      node: key,
      field: 'imageId',
      params: { name },
    }));
}
