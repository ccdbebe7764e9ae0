import type { Plan } from '#shared/deployment/schema';
import type { Resources } from '#shared/primitives';
import type { ZoneChoice, ZoneWish } from '#shared/slice';
import { imagesInZones } from '#server/db/queries/images';
import { zonesByName } from '#server/db/queries/zones';
import type { Actor, DomainContext } from '../context';
import { imagesOfTemplate, previewDeployment } from '../deployments/plan';
import { imagesOfSlice, previewClone } from '../slices/clone';
import { isOffered } from './zones';

type Verdict = ZoneChoice['zones'][number];

/**
 * Where a slice of the template, or a clone of the slice, would go: each zone's plan is made as for a deploy there, the owner's quota included,
 * and the best of those that can take it whole is chosen. Nothing is reserved. NOT_FOUND for what the actor does not see.
 */
export async function chooseZone(
  ctx: DomainContext,
  { actor, of }: { actor: Actor; of: ZoneWish },
): Promise<ZoneChoice> {
  const needed =
    'sliceId' in of
      ? await imagesOfSlice(ctx, { actor, id: of.sliceId })
      : await imagesOfTemplate(ctx, { actor, ...of });
  const planIn = (zoneId: number): Promise<Plan> =>
    'sliceId' in of
      ? previewClone(ctx, { actor, id: of.sliceId, zoneId })
      : previewDeployment(ctx, { actor, ...of, zoneId });
  const zones = (await zonesByName(ctx.db)).filter((zone) => isOffered(ctx, zone));
  const there = await imagesInZones(ctx.db, needed);
  const verdicts = await Promise.all(
    zones.map(async ({ id, name }): Promise<Verdict> => {
      const plan = await planIn(id);
      return {
        zone: { id, name },
        free: plan.free,
        fill: fillOf(plan),
        images: { there: there.get(id) ?? 0, needed: needed.length },
        problems: plan.problems,
      };
    }),
  );
  return { ...bestOf(verdicts), zones: verdicts };
}

/** How full the scarcest resource would be; null where the zone has not said what it has. */
function fillOf({ needs, free, capacity }: Pick<Plan, 'needs' | 'free' | 'capacity'>): number | null {
  if (free === null || capacity === null) return null;
  const keys: (keyof Resources)[] = ['vcpus', 'ramMb', 'diskGb'];
  return Math.max(
    0,
    ...keys.map((key) => (capacity[key] <= 0 ? 1 : (capacity[key] - free[key] + needs[key]) / capacity[key])),
  );
}

/**
 * Of the zones that can take it: the one with most of its images, since nothing has to be fetched there first; then the one in which most stays
 * free; then the first by name. Pure.
 */
export function bestOf(verdicts: readonly Verdict[]): Pick<ZoneChoice, 'zoneId' | 'because'> {
  const lacking = ({ images }: Verdict) => images.needed - images.there;
  const able = verdicts
    .filter(({ problems }) => problems.length === 0)
    .toSorted(
      (one, other) =>
        lacking(one) - lacking(other) ||
        (one.fill ?? 1) - (other.fill ?? 1) ||
        one.zone.name.localeCompare(other.zone.name, 'en') ||
        one.zone.id - other.zone.id,
    );
  const [best, next] = able;
  if (best === undefined) return { zoneId: null, because: null };
  const because = next === undefined ? 'only' : lacking(best) < lacking(next) ? 'images' : 'free';
  return { zoneId: best.zone.id, because };
}
