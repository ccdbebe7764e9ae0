import {
  forceCollide,
  forceLink,
  forceManyBody,
  forceSimulation,
  forceX,
  forceY,
  type SimulationLinkDatum,
  type SimulationNodeDatum,
} from 'd3-force';
import type { GraphEdge, Places } from './graph';

interface Body extends SimulationNodeDatum {
  key: string;
}

/**
 * As springs and charges would settle. It begins on a spiral, not where the nodes are, and its chance has a seed of its own: the
 * same graph comes out the same.
 */
export function forceDirected(keys: readonly string[], edges: readonly GraphEdge[]): Places {
  const bodies = keys.map((key): Body => ({ key }));
  const links: SimulationLinkDatum<Body>[] = edges
    .filter(({ source, target }) => source !== target)
    .map(({ source, target }) => ({ source, target }));
  const ticks = keys.length > 300 ? 150 : 300;
  forceSimulation(bodies)
    .force(
      'link',
      forceLink<Body, SimulationLinkDatum<Body>>(links)
        .id(({ key }) => key)
        .distance(260),
    )
    .force('charge', forceManyBody().strength(-2200).distanceMax(3000))
    .force('room', forceCollide(125))
    .force('x', forceX(0).strength(0.03))
    .force('y', forceY(0).strength(0.04))
    .alphaDecay(1 - 0.001 ** (1 / ticks))
    .stop()
    .tick(ticks);
  return new Map(bodies.map(({ key, x, y }) => [key, { x: x ?? 0, y: y ?? 0 }]));
}
