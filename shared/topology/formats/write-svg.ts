import { allocateAddresses } from '../addresses';
import { annotationsOf, annotationSize } from '../annotations';
import type { Catalogue } from '../catalogue';
import type { TemplateDocument } from './document-types';
import { svgOf } from './write-svg-annotation';
import { escaped } from './write-xml';
import { namesIn, shownName } from './written';

const vmSize = { width: 180, height: 60 };
const networkSize = { width: 160, height: 40 };
const margin = 40;
const parallelGap = 18;

interface Point {
  x: number;
  y: number;
}

/** At most so many characters of a text that has to fit a box. */
const short = (text: string, length: number) => (text.length > length ? `${text.slice(0, length - 1)}…` : text);

/** The drawing as a picture of its own: no script, no fetched font or image; colours for light paper. */
export function writeSvg({ name, topology }: TemplateDocument, catalogue: Catalogue): string {
  const { flavour, image } = namesIn(catalogue);
  const plan = allocateAddresses(topology);
  const points = new Map<string, Point>(
    [...topology.vms, ...topology.networks].map(({ key, x, y }) => [key, { x, y }]),
  );
  const beside = annotationsOf(topology);
  const boxes = [
    ...Array.from(points.values(), (point) => ({ ...point, ...vmSize })),
    ...beside.map((one) => ({ x: one.x, y: one.y, ...annotationSize(one) })),
    ...(points.size + beside.length === 0 ? [{ x: 0, y: 0, ...vmSize }] : []),
  ];
  const left = Math.min(...boxes.map((one) => one.x - one.width / 2)) - margin;
  const top = Math.min(...boxes.map((one) => one.y - one.height / 2)) - margin;
  const width = Math.max(...boxes.map((one) => one.x + one.width / 2)) + margin - left;
  const height = Math.max(...boxes.map((one) => one.y + one.height / 2)) + margin - top;

  const pairs = new Map<string, number>();
  const edges = topology.edges.flatMap((edge) => {
    const [from, to] = [points.get(edge.source), points.get(edge.target)];
    if (from === undefined || to === undefined) return [];
    const pair = [edge.source, edge.target].toSorted().join(' ');
    const before = pairs.get(pair) ?? 0;
    pairs.set(pair, before + 1);
    // parallel links bend away from each other
    const bend = Math.ceil(before / 2) * parallelGap * (before % 2 === 0 ? 1 : -1);
    const length = Math.hypot(to.x - from.x, to.y - from.y) || 1;
    const middle = {
      x: (from.x + to.x) / 2 - ((to.y - from.y) / length) * bend * 2,
      y: (from.y + to.y) / 2 + ((to.x - from.x) / length) * bend * 2,
    };
    const subnet = plan.edges.get(edge.key)?.subnet ?? '';
    const isLink = plan.edges.get(edge.key)?.targetAddress != null;
    const round = (value: number) => Number(value.toFixed(1));
    return [
      `<path d="M${from.x} ${from.y}Q${round(middle.x)} ${round(middle.y)} ${to.x} ${to.y}" fill="none" stroke="#868e96" stroke-width="1.5"/>`,
      ...(isLink
        ? [
            `<text x="${round((from.x + to.x) / 4 + middle.x / 2)}" y="${round((from.y + to.y) / 4 + middle.y / 2 - 4)}" font-size="10" fill="#495057" stroke="#ffffff" stroke-width="4" paint-order="stroke" text-anchor="middle">${escaped(subnet)}</text>`,
          ]
        : []),
    ];
  });
  const box = ({ x, y }: Point, size: { width: number; height: number }, radius: number, stroke: string) =>
    `<rect x="${x - size.width / 2}" y="${y - size.height / 2}" width="${size.width}" height="${size.height}" rx="${radius}" fill="#ffffff" stroke="${stroke}" stroke-width="1.5"/>`;
  const text = (x: number, y: number, size: number, fill: string, content: string, weight = 400) =>
    `<text x="${x}" y="${y}" font-size="${size}" font-weight="${weight}" fill="${fill}" text-anchor="middle">${escaped(content)}</text>`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="${left} ${top} ${width} ${height}" font-family="Inter, Helvetica, Arial, sans-serif">`,
    `<title>${escaped(name)}</title>`,
    `<rect x="${left}" y="${top}" width="${width}" height="${height}" fill="#ffffff"/>`,
    ...beside.filter(({ kind }) => kind === 'group' || kind === 'shape').map(svgOf),
    ...edges,
    ...topology.networks.map(
      (network) =>
        `<g>${box(network, networkSize, 20, '#0c8599')}${text(network.x, network.y - 1, 13, '#0b7285', short(network.name, 22), 600)}${text(network.x, network.y + 13, 10, '#495057', plan.networks.get(network.key) ?? '')}</g>`,
    ),
    ...topology.vms.map(
      (vm) =>
        `<g>${box(vm, vmSize, 8, '#495057')}${text(vm.x, vm.y - 3, 14, '#212529', short(shownName(vm), 22), 600)}${text(vm.x, vm.y + 16, 11, '#495057', short(`${flavour(vm)} · ${image(vm)}`, 30))}</g>`,
    ),
    ...beside.filter(({ kind }) => kind === 'note' || kind === 'label').map(svgOf),
    '</svg>',
    '',
  ].join('\n');
}
