import { CircleMinus, CirclePlus, Move, Pencil } from 'lucide-react';
import type { ComparedFate, ComparedPart } from '#shared/topology/compare';
import type { StatusLook } from '../../slices/status-badges';
import type { CanvasStatus } from '../canvas/types';
import type { Drawing } from '../drawing';

/** Each by colour and by a sign of its own: no two of them differ by colour alone. */
export const comparedLooks: Record<ComparedFate, StatusLook> = {
  added: { tone: 'success', icon: CirclePlus },
  removed: { tone: 'danger', icon: CircleMinus },
  changed: { tone: 'warning', icon: Pencil },
  moved: { tone: 'info', icon: Move },
};

/** The later of two drawings with what differs marked, and what was removed where it was before. */
export function comparedDrawing(
  before: Drawing,
  after: Drawing,
  parts: readonly ComparedPart[],
  word: (fate: ComparedFate) => string,
): Drawing {
  const id = (kind: 'node' | 'edge', key: string) => `${kind}:${key}`;
  const fates = new Map(
    parts
      .filter(({ part }) => part !== 'parameter' && part !== 'order')
      .map(({ part, key, fate }) => [id(part === 'edge' ? 'edge' : 'node', key), fate]),
  );
  const statusOf = (kind: 'node' | 'edge', key: string): CanvasStatus | undefined => {
    const fate = fates.get(id(kind, key));
    return fate === undefined ? undefined : { ...comparedLooks[fate], label: word(fate) };
  };
  const gone = (kind: 'node' | 'edge') => (one: { key: string }) => fates.get(id(kind, one.key)) === 'removed';
  const marked =
    <Part extends { key: string }>(kind: 'node' | 'edge') =>
    (one: Part) => ({ ...one, status: statusOf(kind, one.key) });
  return {
    nodes: [...before.nodes.filter(gone('node')), ...after.nodes].map(marked('node')),
    edges: [...before.edges.filter(gone('edge')), ...after.edges].map(marked('edge')),
  };
}
