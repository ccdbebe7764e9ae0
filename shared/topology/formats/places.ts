import { apart, room } from '../apart';
import type { Carry, Point, Spot } from './lab';
import { layout } from './layout';

const farthest = 1_000_000;
/** As far apart as half of all neighbours should be. */
const neighbours = 260;

const inReach = (value: number) => Math.min(farthest, Math.max(-farthest, value));

/**
 * Where the nodes stand in our drawing. `exact` positions are ours and stay; others are spread until what stands closest does not
 * overlap, and what has none is put below. Degrees become a map with north at the top. `carry` is for what stands beside the nodes.
 */
export function placesOf(spots: readonly (Spot | null)[], exact: boolean): { places: Point[]; carry: Carry } {
  const known = spots.map((spot) => (spot === null ? null : onPlane(spot, spots)));
  const points = known.filter((point) => point !== null);
  const carry = exact || points.length === 0 ? asIs : scaleOf(points);
  if (points.length === 0) return { places: layout(spots.length), carry };
  const spread = exact ? points : apart(points.map(carry.point));
  const below = Math.max(...spread.map(({ y }) => y)) + 2 * room.height;
  const left = Math.min(...spread.map(({ x }) => x));
  const columns = Math.max(4, Math.ceil(Math.sqrt(spots.length)));
  let placed = 0;
  let added = 0;
  const places = known.map((point) => {
    if (point !== null) {
      const { x, y } = spread[placed++] ?? point;
      return { x: inReach(x), y: inReach(y) };
    }
    const at = added++;
    return {
      x: inReach(left + (at % columns) * room.width),
      y: inReach(below + Math.floor(at / columns) * room.height),
    };
  });
  return { places, carry };
}

const asIs: Carry = { point: (point) => point, factor: 1 };

function onPlane(spot: Spot, all: readonly (Spot | null)[]): Point {
  if ('x' in spot) return { x: spot.x, y: spot.y };
  const latitudes = all.flatMap((one) => (one !== null && 'latitude' in one ? [one.latitude] : []));
  const middle = (Math.min(...latitudes) + Math.max(...latitudes)) / 2;
  // degrees of longitude are shorter away from the equator
  const shrink = Math.max(0.2, Math.cos((middle * Math.PI) / 180));
  return { x: spot.longitude * shrink, y: -spot.latitude };
}

/** Larger by as much as lets half of the nodes have their nearest neighbour far enough away; around the middle. */
function scaleOf(points: readonly Point[]): Carry {
  const nearest = points
    .map((point) => Math.min(...points.map((other) => Math.hypot(point.x - other.x, point.y - other.y) || Infinity)))
    .filter(Number.isFinite)
    .toSorted((a, b) => a - b);
  const median = nearest[Math.floor(nearest.length / 2)] ?? 0;
  const middle = (values: number[]) => (Math.min(...values) + Math.max(...values)) / 2;
  const centre = { x: middle(points.map(({ x }) => x)), y: middle(points.map(({ y }) => y)) };
  const widest = Math.max(...points.map(({ x, y }) => Math.max(Math.abs(x - centre.x), Math.abs(y - centre.y))), 1e-9);
  const factor = median === 0 ? 1 : Math.min(Math.max(neighbours / median, 1), (farthest / widest) * 0.9);
  return {
    point: ({ x, y }) => ({ x: Math.round((x - centre.x) * factor), y: Math.round((y - centre.y) * factor) }),
    factor,
  };
}
