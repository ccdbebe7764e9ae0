import { Graph, layout } from '@dagrejs/dagre';
import { rootsOf, spanningForest, type GraphEdge, type Neighbours, type Places } from './graph';

/** Above this the best ranking takes too long. */
const carefulNodes = 200;

/** In layers below what stands at the top, crossing each other as little as may be (dagre's). */
export function layered(keys: readonly string[], edges: readonly GraphEdge[], neighbours: Neighbours): Places {
  const { depth } = spanningForest(rootsOf(keys, edges, neighbours), neighbours);
  const graph = new Graph();
  graph.setGraph({
    rankdir: 'TB',
    nodesep: 70,
    ranksep: 120,
    ranker: keys.length > carefulNodes ? 'tight-tree' : 'network-simplex',
  });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const key of keys) graph.setNode(key, { width: 180, height: 80 });
  for (const { source, target } of edges) {
    if (source === target) continue;
    // downwards; links inside of one layer as they were drawn
    const turned = (depth.get(source) ?? 0) > (depth.get(target) ?? 0);
    graph.setEdge(turned ? target : source, turned ? source : target);
  }
  layout(graph);
  return new Map(
    keys.map((key) => {
      const { x, y } = graph.node(key);
      return [key, { x: x ?? 0, y: y ?? 0 }];
    }),
  );
}
