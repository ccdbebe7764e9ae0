import { useStore, ViewportPortal } from '@xyflow/react';
import { MousePointer2 } from 'lucide-react';
import type { Present } from '#shared/presence';
import { nodeSize } from '../canvas/geometry';
import type { CanvasEdge, CanvasNode } from '../canvas/types';
import { colourOf } from './person';
import classes from './together.module.css';

export interface CursorsProps {
  others: readonly Present[];
  nodes: readonly CanvasNode[];
  edges: readonly CanvasEdge[];
}

/** Where the others point, and what they have chosen, over the drawing. Who is there the bar says; this is to be seen only. */
export function Cursors({ others, nodes, edges }: CursorsProps) {
  const zoom = useStore((state) => state.transform[2]);
  const byKey = new Map(nodes.map((node) => [node.key, node]));
  const ends = new Map(edges.map((edge) => [edge.key, edge]));
  return (
    <ViewportPortal>
      <div aria-hidden className={classes.cursors}>
        {others.flatMap(({ page, user, pointed }) =>
          pointed.chosen.map((key) => {
            const box = boxOf(byKey.get(key)) ?? between(byKey, ends.get(key));
            if (box === null) return null;
            const { x, y, width, height } = box;
            return (
              <div
                key={`${page} ${key}`}
                className={classes.chosen}
                data-chosen-by={user.name}
                style={{
                  ...{ left: x - width / 2, top: y - height / 2, width, height, borderColor: colourOf(user) },
                  borderWidth: 2 / zoom,
                }}
              />
            );
          }),
        )}
        {others.map(({ page, user, pointed: { cursor } }) =>
          cursor === null ? null : (
            <div
              key={page}
              className={classes.cursor}
              data-cursor-of={user.name}
              style={{ transform: `translate(${cursor.x}px, ${cursor.y}px) scale(${1 / zoom})`, color: colourOf(user) }}
            >
              <MousePointer2 size={18} fill="currentColor" />
              <span className={classes.name} style={{ backgroundColor: colourOf(user) }}>
                {user.name}
              </span>
            </div>
          ),
        )}
      </div>
    </ViewportPortal>
  );
}

const margin = 6;
interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

function boxOf(node: CanvasNode | undefined): Box | null {
  if (node === undefined) return null;
  const { width, height } = nodeSize(node);
  return { x: node.x, y: node.y, width: width + 2 * margin, height: height + 2 * margin };
}

/** In the middle of a link. */
function between(nodes: ReadonlyMap<string, CanvasNode>, edge: CanvasEdge | undefined): Box | null {
  const [from, to] = edge === undefined ? [] : [nodes.get(edge.source), nodes.get(edge.target)];
  if (from === undefined || to === undefined) return null;
  return { x: (from.x + to.x) / 2, y: (from.y + to.y) / 2, width: 4 * margin, height: 4 * margin };
}
