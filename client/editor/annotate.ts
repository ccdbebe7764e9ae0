import { annotationSchema, annotationsOf, type Annotation } from '#shared/topology/annotations';
import type { Topology } from '#shared/topology/schema';
import { nodeSize } from './canvas/geometry';
import type { CanvasBox, CanvasPoint } from './canvas/types';
import { annotationNode } from './drawing';
import { countedName } from './names';

/** What can be drawn beside, each by an act of its own. */
export const annotationTools = ['note', 'label', 'rectangle', 'ellipse', 'line', 'group'] as const;
export type AnnotationTool = (typeof annotationTools)[number];

export function isAnnotationTool(kind: string): kind is AnnotationTool {
  return annotationTools.some((tool) => tool === kind);
}

/** px between a group's frame and what it is drawn around; above, its name has room. */
const air = { side: 30, above: 44 };

/** The box around all of these parts, whole grid steps; null when there is none. */
function around(topology: Topology, keys: ReadonlySet<string>): CanvasBox | null {
  const boxes = [
    ...topology.vms.map((vm) => ({ ...vm, ...nodeSize({ kind: 'vm' }) })),
    ...topology.networks.map((network) => ({ ...network, ...nodeSize({ kind: 'network' }) })),
    ...annotationsOf(topology).map((one) => ({ ...one, ...nodeSize(annotationNode(one)) })),
  ].filter(({ key }) => keys.has(key));
  if (boxes.length === 0) return null;
  const left = Math.min(...boxes.map(({ x, width }) => x - width / 2)) - air.side;
  const right = Math.max(...boxes.map(({ x, width }) => x + width / 2)) + air.side;
  const top = Math.min(...boxes.map(({ y, height }) => y - height / 2)) - air.above;
  const bottom = Math.max(...boxes.map(({ y, height }) => y + height / 2)) + air.side;
  return { x: (left + right) / 2, y: (top + bottom) / 2, width: right - left, height: bottom - top };
}

/** What the tool draws: of a group, the frame around what is chosen, if anything is; else it stands at `at`. */
export function drawnBy(
  tool: AnnotationTool,
  {
    key,
    at,
    text,
    topology,
    chosen,
  }: {
    key: string;
    at: CanvasPoint;
    /** What a label begins with. */
    text: string;
    topology: Topology;
    chosen: readonly string[];
  },
): Annotation {
  const start = { key, ...at };
  if (tool === 'note') return annotationSchema.parse({ kind: 'note', ...start });
  if (tool === 'label') return annotationSchema.parse({ kind: 'label', ...start, text });
  if (tool !== 'group') return annotationSchema.parse({ kind: 'shape', form: tool, ...start });
  const taken = annotationsOf(topology).flatMap((one) => (one.kind === 'group' ? [one.name.toLowerCase()] : []));
  const name = countedName('group', new Set(taken));
  return annotationSchema.parse({ kind: 'group', ...start, ...around(topology, new Set(chosen)), name });
}
