import {
  annotationParts,
  annotationsOf,
  annotationInks,
  annotationSize,
  labelFontSizes,
  type Annotation,
} from '../annotations';
import type { Catalogue } from '../catalogue';
import { withoutDefaults } from '../properties';
import { addressingTexts } from './addressing-attributes';
import type { TemplateDocument } from './document-types';
import { attributes } from './write-xml';
import { namesIn, portList, shownName } from './written';

const vmSize = { width: 180, height: 60 };
const networkSize = { width: 160, height: 40 };
const attributeOf = (name: string) => `trama-${name}`;

/** What it says is the shape's label, how it looks stands in `trama-drawn`, so that it is read again as it was. */
function ownAttributes(annotation: Annotation): Record<string, string> {
  const { key } = annotation;
  const looks = Object.entries(withoutDefaults(annotationParts[annotation.kind], annotation)).filter(
    ([name]) => !['key', 'x', 'y', 'text', 'name', 'width', 'height'].includes(name),
  );
  const label = annotation.kind === 'shape' ? '' : annotation.kind === 'group' ? annotation.name : annotation.text;
  return {
    ...{ id: `drawn-${key}`, label, trama: 'annotation', 'trama-key': key },
    'trama-drawn': JSON.stringify(Object.fromEntries(looks)),
  };
}

/** A line without ends at shapes, which goes from corner to corner. */
function lineOf(line: Extract<Annotation, { kind: 'shape' }>): string {
  const [across, down] = [line.width / 2, (line.rises ? -line.height : line.height) / 2];
  const point = (x: number, y: number, as: string) => `<mxPoint x="${x}" y="${y}" as="${as}"/>`;
  return (
    `        <object${attributes(ownAttributes(line))}>\n          <mxCell style="endArrow=none;strokeWidth=2;strokeColor=${annotationInks[line.colour].light};" edge="1" parent="1">` +
    `<mxGeometry relative="1" as="geometry">${point(line.x - across, line.y - down, 'sourcePoint')}${point(line.x + across, line.y + down, 'targetPoint')}</mxGeometry></mxCell>\n        </object>`
  );
}

/** As another program draws it. */
function styleOf(annotation: Annotation): string {
  const { light, dark } = annotationInks[annotation.colour];
  const left = 'align=left;verticalAlign=top;spacing=8;';
  switch (annotation.kind) {
    case 'note':
      return `whiteSpace=wrap;${left}fillColor=${dark};strokeColor=${light};`;
    case 'label':
      return `text;fontStyle=1;fontColor=${light};fontSize=${labelFontSizes[annotation.size]};`;
    case 'group':
      return `rounded=1;arcSize=4;dashed=1;fontStyle=1;${left}fillColor=none;strokeColor=${light};fontColor=${light};`;
    case 'shape': {
      const fill = annotation.filled ? `fillColor=${dark};` : 'fillColor=none;';
      const form = annotation.form === 'ellipse' ? 'ellipse;' : '';
      return `${form}${fill}strokeColor=${light};`;
    }
  }
}

/** A diagrams.net drawing of one page, uncompressed. Our own attributes stand at the shapes, so that it is read again as it was, but for addresses that are given. */
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
    // the lowest first
    ...annotationsOf(topology).map((one) =>
      one.kind === 'shape' && one.form === 'line'
        ? lineOf(one)
        : shape(ownAttributes(one), styleOf(one), one, annotationSize(one)),
    ),
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
          ...addressingTexts(network, attributeOf),
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
        `        <object${attributes({ id: `edge-${edge.key}`, trama: 'edge', 'trama-key': edge.key, ...addressingTexts(edge, attributeOf) })}>\n` +
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
