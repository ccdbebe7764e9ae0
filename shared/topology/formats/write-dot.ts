import type { Catalogue } from '../catalogue';
import type { TemplateDocument } from './document-types';
import { namesIn, shownName } from './written';

const quoted = (text: string) => `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`;

/** Graphviz DOT, to be laid out by it: `pos` is for `neato -n`, in points, up being up. */
export function writeDot({ name, topology }: TemplateDocument, catalogue: Catalogue): string {
  const { flavour, image } = namesIn(catalogue);
  const pos = ({ x, y }: { x: number; y: number }) => quoted(`${x},${-y}`);
  return [
    `graph ${quoted(name)} {`,
    '  node [shape=box, style=rounded, fontname="Helvetica"];',
    ...topology.vms.map(
      (vm) =>
        `  ${quoted(vm.key)} [label=${quoted(`${shownName(vm)}\n${flavour(vm)} · ${image(vm)}`)}, pos=${pos(vm)}];`,
    ),
    ...topology.networks.map(
      (network) => `  ${quoted(network.key)} [label=${quoted(network.name)}, shape=ellipse, pos=${pos(network)}];`,
    ),
    ...topology.edges.map((edge) => `  ${quoted(edge.source)} -- ${quoted(edge.target)};`),
    '}',
    '',
  ].join('\n');
}
