import type { Catalogue } from '../catalogue';
import type { TemplateDocument } from './document-types';
import { attributes } from './write-xml';
import { namesIn, portList, shownName } from './written';

const vmSize = { width: 180, height: 60 };
const networkSize = { width: 160, height: 40 };

/** A diagrams.net drawing of one page, uncompressed. Our own attributes stand at the shapes, so that it is read again as it was, addresses apart. */
export function writeDrawio({ name, description, topology }: TemplateDocument, catalogue: Catalogue): string {
  const { flavour, image } = namesIn(catalogue);
  const shape = (
    values: Readonly<Record<string, string | number>>,
    style: string,
    at: { x: number; y: number },
    size: { width: number; height: number },
  ) =>
    `        <object${attributes(values)}>\n          <mxCell style="${style}" vertex="1" parent="1">` +
    `<mxGeometry x="${at.x - size.width / 2}" y="${at.y - size.height / 2}" width="${size.width}" height="${size.height}" as="geometry"/></mxCell>\n        </object>`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<mxfile host="trama"${attributes({ 'trama-name': name, 'trama-description': description })}>`,
    `  <diagram id="topology"${attributes({ name })}>`,
    '    <mxGraphModel grid="1" gridSize="10" page="0">',
    '      <root>',
    '        <mxCell id="0"/>',
    '        <mxCell id="1" parent="0"/>',
    ...topology.vms.map((vm) =>
      shape(
        {
          id: `vm-${vm.key}`,
          label: shownName(vm),
          trama: 'vm',
          'trama-key': vm.key,
          'trama-host': vm.name,
          flavour: flavour(vm),
          image: image(vm),
          internet: vm.internet ? 'true' : '',
          forwards: portList(vm),
        },
        'rounded=1;whiteSpace=wrap;',
        vm,
        vmSize,
      ),
    ),
    ...topology.networks.map((network) =>
      shape(
        {
          id: `net-${network.key}`,
          label: network.name,
          trama: 'network',
          'trama-key': network.key,
          'trama-host': network.name,
        },
        'rounded=1;arcSize=50;whiteSpace=wrap;dashed=1;',
        network,
        networkSize,
      ),
    ),
    ...topology.edges.map((edge) => {
      const target = topology.networks.some(({ key }) => key === edge.target)
        ? `net-${edge.target}`
        : `vm-${edge.target}`;
      return (
        `        <object${attributes({ id: `edge-${edge.key}`, trama: 'edge', 'trama-key': edge.key })}>\n` +
        `          <mxCell style="endArrow=none;" edge="1" parent="1" source="vm-${edge.source}" target="${target}"><mxGeometry relative="1" as="geometry"/></mxCell>\n        </object>`
      );
    }),
    '      </root>',
    '    </mxGraphModel>',
    '  </diagram>',
    '</mxfile>',
    '',
  ].join('\n');
}
