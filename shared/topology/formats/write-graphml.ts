import type { Catalogue } from '../catalogue';
import { addressingAttributes, addressingTexts } from './addressing-attributes';
import type { TemplateDocument } from './document-types';
import { escaped } from './write-xml';
import { namesIn, portList, shownName } from './written';

const attributeOf = (name: string) => `trama.${name}`;
const keys = {
  graph: { 'trama.name': 'string', 'trama.description': 'string' },
  node: {
    label: 'string',
    'trama.host': 'string',
    'trama.label': 'string',
    flavour: 'string',
    image: 'string',
    network: 'boolean',
    internet: 'boolean',
    forwards: 'string',
    x: 'double',
    y: 'double',
  },
  // of networks and edges
  all: Object.fromEntries(addressingAttributes.map((name) => [attributeOf(name), 'string'])),
} as const;

/** GraphML with our own attributes, by which it is read again as it was, but for addresses that are given; `label` is what other tools show. */
export function writeGraphml({ name, description, topology }: TemplateDocument, catalogue: Catalogue): string {
  const { flavour, image } = namesIn(catalogue);
  const data = (values: Readonly<Record<string, string | number>>) =>
    Object.entries(values)
      .filter(([, value]) => value !== '')
      .map(([key, value]) => `<data key="${key}">${escaped(String(value))}</data>`)
      .join('');
  const node = (key: string, values: Readonly<Record<string, string | number>>) =>
    `    <node id="${key}">${data(values)}</node>`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<graphml xmlns="http://graphml.graphdrawing.org/xmlns">',
    ...Object.entries(keys).flatMap(([of, attributes]) =>
      Object.entries(attributes).map(
        ([key, type]) => `  <key id="${key}" for="${of}" attr.name="${key}" attr.type="${type}"/>`,
      ),
    ),
    '  <graph edgedefault="undirected">',
    `    ${data({ 'trama.name': name, 'trama.description': description })}`,
    ...topology.vms.map((vm) =>
      node(vm.key, {
        label: shownName(vm),
        'trama.host': vm.name,
        'trama.label': vm.label,
        flavour: flavour(vm),
        image: image(vm),
        internet: vm.internet ? 'true' : '',
        forwards: portList(vm),
        x: vm.x,
        y: vm.y,
      }),
    ),
    ...topology.networks.map((network) =>
      node(network.key, {
        ...{ label: network.name, network: 'true', x: network.x, y: network.y },
        ...addressingTexts(network, attributeOf),
      }),
    ),
    ...topology.edges.map((edge) => {
      const chosen = data(addressingTexts(edge, attributeOf));
      const start = `    <edge id="${edge.key}" source="${edge.source}" target="${edge.target}"`;
      return chosen === '' ? `${start}/>` : `${start}>${chosen}</edge>`;
    }),
    '  </graph>',
    '</graphml>',
    '',
  ].join('\n');
}
