import { withoutPrefix } from '#shared/topology/prefix';
import type { Problem } from '#shared/errors';
import { annotationsOf, type Annotation } from '#shared/topology/annotations';
import { allocateAddresses } from '#shared/topology/addresses';
import { nicName } from '#shared/topology/nic-name';
import type { Topology } from '#shared/topology/schema';
import { forwardText } from '#shared/topology/forward';
import type { CanvasEdge, CanvasNode } from './canvas/types';
import { linkText } from './link-text';
import { suggestedIcon } from './suggested-icon';
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
  /** What it was begun with: addresses that parts had there they keep. */
  base?: Topology,
  /** What is wrong with what is written of it, and is not drawn. */
  unread: readonly Problem[] = [],
): Drawing {
  // what they will have once it is saved; a drawing with something wrong has no plan
  const plan = problems.length === 0 ? allocateAddresses(topology, base) : null;
  const flavours = new Map(catalogue.flavours.map((flavour) => [flavour.id, flavour.name]));
  const images = new Map(catalogue.images.map((image) => [image.id, image.name]));
  const atNode = new Map<string, string>();
  const atEdge = new Map<string, string>();
  for (const problem of [...problems, ...unread]) {
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
        detail: [
          flavours.get(vm.flavourId) ?? '?',
          images.get(vm.imageId) ?? '?',
          ...(vm.count === undefined ? [] : [`× ${vm.count}`]),
        ].join(' · '),
        icon: vm.icon ?? suggestedIcon(vm.name, images.get(vm.imageId) ?? ''),
        locked: vm.locked,
        internet: vm.internet,
        forwards: vm.forwards.map(forwardText),
        problem: atNode.get(vm.key),
      })),
      ...topology.networks.map((network): CanvasNode => ({
        key: network.key,
        kind: 'network',
        name: network.name,
        x: network.x,
        y: network.y,
        locked: network.locked,
        problem: atNode.get(network.key),
      })),
      ...annotationsOf(topology).map((one) => ({ ...annotationNode(one), problem: atNode.get(one.key) })),
    ],
    edges: topology.edges.map((edge): CanvasEdge => {
      const given = plan?.edges.get(edge.key);
      const { key, source, target } = edge;
      const sourceNic = given?.sourceNic ?? edge.sourceNic?.index;
      const targetNic = given?.targetNic ?? edge.targetNic?.index;
      return {
        ...{ key, source, target },
        sourceLabel: endText(sourceNic, given?.sourceAddress ?? edge.sourceNic?.addresses[0], edge.sourceInterface),
        targetLabel: endText(targetNic, given?.targetAddress ?? edge.targetNic?.addresses[0], edge.targetInterface),
        quality: linkText(edge),
        down: edge.down,
        problem: atEdge.get(key),
      };
    }),
  };
}

/** What is drawn beside, as the canvas shows it; it is called by all of its text. */
export function annotationNode(annotation: Annotation): CanvasNode {
  const { key, x, y, locked } = annotation;
  const name = annotation.kind === 'group' ? annotation.name : annotation.kind === 'shape' ? '' : annotation.text;
  return { key, kind: 'annotation', name, x, y, locked, annotation };
}

/** What stands at the end of a link: `eth0 10.0.0.1`, or its name if it has one. Undefined for the end at a network. */
function endText(
  nic: number | null | undefined,
  address: string | undefined | null,
  name: string | undefined,
): string | undefined {
  if (nic === undefined || nic === null) return name;
  const called = name ?? nicName(nic);
  return address === undefined || address === null ? called : `${called} ${withoutPrefix(address)}`;
}
