import { z } from 'zod';
import type { Topology } from './schema';

/*
 * A drawing in small, for lists: where its VMs and networks stand, and what is linked. No picture is kept anywhere: it is drawn
 * from this where it is looked at. Pure.
 */

/** What a sketch is drawn on, in units of its own. */
export const sketchSize = { width: 320, height: 200 } as const;
/** Room at the sides, so that what is drawn around a place is not cut off. */
const margin = 20;
/** What stands closer than this is one mark; of many nodes, than the second. */
const cell = { few: 4, many: 10 } as const;
const few = 300;
/** Lines are left out beyond this many: they would be a grey area. */
const mostLinks = 1_000;

const place = (side: number) => z.number().int().min(0).max(side);
export const sketchSchema = z.object({
  nodes: z.array(z.tuple([place(sketchSize.width), place(sketchSize.height), z.enum(['vm', 'network'])])),
  /** By their numbers in `nodes`. */
  links: z.array(z.tuple([z.number().int().min(0), z.number().int().min(0)])),
});
export type Sketch = z.infer<typeof sketchSchema>;

interface SketchNode {
  key: string;
  kind: 'vm' | 'network';
  x: number;
  y: number;
}
export interface Sketchable {
  nodes: readonly SketchNode[];
  links: readonly { source: string; target: string }[];
}

/** The drawing as large as it fits, in its own proportions and in the middle. What would lie on each other is one mark, with the links of both. */
export function sketchOf({ nodes, links }: Sketchable): Sketch {
  const range = (values: readonly number[], side: number) => {
    const low = values.reduce((least, value) => Math.min(least, value), Infinity);
    const high = values.reduce((most, value) => Math.max(most, value), -Infinity);
    return { middle: low / 2 + high / 2, scale: high > low ? (side - 2 * margin) / (high - low) : Infinity };
  };
  const across = range(
    nodes.map(({ x }) => x),
    sketchSize.width,
  );
  const down = range(
    nodes.map(({ y }) => y),
    sketchSize.height,
  );
  const scale = Math.min(across.scale, down.scale);
  // all in one place
  const factor = Number.isFinite(scale) ? scale : 0;
  const step = nodes.length > few ? cell.many : cell.few;
  const onGrid = (value: number, middle: number, side: number) =>
    Math.round((side / 2 + (value - middle) * factor) / step) * step;

  const marks: Sketch['nodes'] = [];
  const markAt = new Map<string, number>();
  const markOf = new Map<string, number>();
  for (const node of nodes) {
    const [x, y] = [
      onGrid(node.x, across.middle, sketchSize.width),
      onGrid(node.y, down.middle, sketchSize.height),
    ] as const;
    const at = `${x} ${y} ${node.kind}`;
    const mark = markAt.get(at) ?? marks.push([x, y, node.kind]) - 1;
    markAt.set(at, mark);
    markOf.set(node.key, mark);
  }
  const drawn = new Map<string, Sketch['links'][number]>();
  for (const { source, target } of links) {
    const [from, to] = [markOf.get(source), markOf.get(target)];
    if (from === undefined || to === undefined || from === to || drawn.size >= mostLinks) continue;
    const [low, high] = from < to ? [from, to] : [to, from];
    drawn.set(`${low} ${high}`, [low, high]);
  }
  return { nodes: marks, links: [...drawn.values()] };
}

/** {@link sketchOf} of a whole drawing. */
export function sketchOfTopology({ vms, networks, edges }: Topology): Sketch {
  const nodes = (kind: SketchNode['kind'], parts: readonly Omit<SketchNode, 'kind'>[]) =>
    parts.map(({ key, x, y }) => ({ key, kind, x, y }));
  return sketchOf({ nodes: [...nodes('network', networks), ...nodes('vm', vms)], links: edges });
}
