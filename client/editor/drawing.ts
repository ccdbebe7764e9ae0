import type { Problem } from '#shared/errors';
import type { Topology } from '#shared/topology/schema';
import type { CanvasEdge, CanvasNode } from './canvas/types';
import type { EditorCatalogue } from './use-catalogue';

/** What the canvas shows. */
export interface Drawing {
  nodes: CanvasNode[];
  edges: CanvasEdge[];
}

/** The topology as the canvas shows it. */
export function drawingOf(
  topology: Topology,
  catalogue: EditorCatalogue,
  problems: readonly Problem[],
  text: (problem: Problem) => string,
): Drawing {
  const flavours = new Map(catalogue.flavours.map((flavour) => [flavour.id, flavour.name]));
  const images = new Map(catalogue.images.map((image) => [image.id, image.name]));
  const atNode = new Map<string, string>();
  const atEdge = new Map<string, string>();
  for (const problem of problems) {
    // the first is enough here; the list has them all
    if (problem.node !== undefined && !atNode.has(problem.node)) atNode.set(problem.node, text(problem));
    if (problem.edge !== undefined && !atEdge.has(problem.edge)) atEdge.set(problem.edge, text(problem));
  }
  return {
    nodes: [
      ...topology.vms.map((vm): CanvasNode => ({
        key: vm.key,
        kind: 'vm',
        name: vm.name,
        x: vm.x,
        y: vm.y,
        detail: `${flavours.get(vm.flavourId) ?? '?'} · ${images.get(vm.imageId) ?? '?'}`,
        internet: vm.internet,
        forwards: vm.forwards.map((forward) => forward.guestPort),
        problem: atNode.get(vm.key),
      })),
      ...topology.networks.map((network): CanvasNode => ({
        key: network.key,
        kind: 'network',
        name: network.name,
        x: network.x,
        y: network.y,
        problem: atNode.get(network.key),
      })),
    ],
    edges: topology.edges.map((edge): CanvasEdge => ({ ...edge, problem: atEdge.get(edge.key) })),
  };
}
