import { CircleMinus, CirclePlus, Move, RefreshCcwDot, RotateCw, Zap } from 'lucide-react';
import type { TFunction } from 'i18next';
import type { Slice } from '#shared/slice';
import type { PartChange, PartFate } from '#shared/topology/diff';
import type { CanvasEdge, CanvasNode, CanvasStatus } from '../../editor/canvas/types';
import type { Drawing } from '../../editor/drawing';
import { edgeLooks, partWord, vmLooks, type StatusLook } from '../status-badges';

type ChangeT = TFunction<readonly ['change', 'editor', 'common']>;

/** How far-reaching a change is, as the colour of a status: what loses something warns. */
export const fateLooks: Record<PartFate, StatusLook> = {
  none: { tone: 'neutral', icon: Move },
  add: { tone: 'success', icon: CirclePlus },
  live: { tone: 'info', icon: Zap },
  restart: { tone: 'warning', icon: RotateCw },
  recreate: { tone: 'danger', icon: RefreshCcwDot },
  remove: { tone: 'danger', icon: CircleMinus },
};

/**
 * The drawing with what becomes of each part in the place of its status; what stays as it is shows how it is now, and what is removed
 * is still there, as a ghost. Every node has a status, so that none changes its size while one draws.
 */
export function changedDrawing(
  drawing: Drawing,
  options: { slice: Slice; beforeDrawing: Drawing; changes: readonly PartChange[]; t: ChangeT },
): Drawing {
  const { slice, beforeDrawing, changes, t } = options;
  const fates = new Map(
    changes.map((change) => [`${change.part === 'edge' ? 'edge' : 'node'}:${change.key}`, change.fate]),
  );
  const marked = (fate: PartFate): CanvasStatus => ({ ...fateLooks[fate], label: t(`change:fate.${fate}`) });
  const vms = new Map(slice.vmList.map(({ key, status }) => [key, status]));
  const networks = new Map(slice.networks.map(({ key, status }) => [key, status]));
  const edges = new Map(slice.edges.map(({ key, status }) => [key, status]));

  function nodeStatus(node: CanvasNode): CanvasStatus {
    const fate = fates.get(`node:${node.key}`);
    if (fate !== undefined && fate !== 'none') return marked(fate);
    if (node.kind === 'vm') {
      const status = vms.get(node.key) ?? 'absent';
      return { ...vmLooks[status], label: t(`common:status.vm.${partWord(status, slice.status)}`) };
    }
    const status = networks.get(node.key) ?? 'absent';
    return { ...edgeLooks[status], label: t(`common:status.edge.${partWord(status, slice.status)}`) };
  }
  function edgeStatus(edge: CanvasEdge): CanvasStatus {
    const fate = fates.get(`edge:${edge.key}`);
    if (fate !== undefined && fate !== 'none') return marked(fate);
    const status = edges.get(edge.key) ?? 'absent';
    return {
      ...edgeLooks[status],
      // a link of VMs that do not run is down, and nothing is wrong with it
      ...(status === 'down' ? { tone: 'neutral' as const } : {}),
      label: t(`common:status.edge.${partWord(status, slice.status)}`),
    };
  }

  const removed = new Set(
    changes
      .filter(({ fate }) => fate === 'remove')
      .map(({ part, key }) => `${part === 'edge' ? 'edge' : 'node'}:${key}`),
  );
  const ghost = { ghost: true, status: marked('remove') };
  return {
    nodes: [
      ...beforeDrawing.nodes.filter(({ key }) => removed.has(`node:${key}`)).map((node) => ({ ...node, ...ghost })),
      // nothing becomes of what is only drawn
      ...drawing.nodes.map((node) => (node.kind === 'annotation' ? node : { ...node, status: nodeStatus(node) })),
    ],
    edges: [
      ...beforeDrawing.edges.filter(({ key }) => removed.has(`edge:${key}`)).map((edge) => ({ ...edge, ...ghost })),
      ...drawing.edges.map((edge) => ({ ...edge, status: edgeStatus(edge) })),
    ],
  };
}
