import { lineSchema } from '../../primitives';
import { say } from '../../sentence';
import { annotationSchema, annotationSize } from '../annotations';
import { keySchema } from '../place';
import { inflateText } from './archive';
import { addressingFrom } from './addressing-attributes';
import { colourLike, labelSizeOf, lineBetween, linesOfHtml, noteText, paintOf } from './drawings';
import { Lab, type Point } from './lab';
import { portsOf } from './written';
import { readXml, type Element } from './xml-source';

const maxNesting = 32;
/** Characters of a page, unpacked. */
const maxPage = 4_000_000;

export function isDrawio(root: Element): boolean {
  return root.name === 'mxfile' || root.name === 'mxGraphModel';
}

/** A shape or a line of the drawing, with what an `object` around it says. */
interface Cell {
  id: string;
  at: Element;
  cell: Element;
  /** What the attributes of the cell and of the object around it say. */
  told: (name: string) => string;
  style: ReadonlyMap<string, string>;
}

/**
 * Reads a diagrams.net (draw.io) drawing, also a compressed one (https://www.drawio.com/doc/faq/diagram-source-edit): shapes that are linked are machines, clouds are
 * segments, or the outside if they are called so; lines between two shapes are links. Texts and frames are drawn beside; lines without ends have
 * no place here. Of several pages the first that has a line is read.
 */
export function readDrawio(root: Element): Lab {
  const lab = new Lab();
  const pages = root.name === 'mxfile' ? root.all('diagram') : [root];
  if (pages.length === 0) return root.fail(say('DOC_WANT_ELEMENT', { name: 'diagram' }));
  const drawn = pages.map((page) => ({ page, cells: cellsOf(modelOf(page)) }));
  const chosen = drawn.find(({ cells }) => cells.some(isEdge)) ?? drawn[0];
  for (const one of drawn) if (one !== chosen) lab.report.leaveOut('pages', one.page.attribute('name') ?? 'page');
  const { cells, page } = chosen ?? { cells: [], page: root };
  lab.name = root.attribute('trama-name') ?? (root.name === 'mxfile' ? page.attribute('name') : null);
  if (/^Page-\d+$/.test(lab.name ?? '')) lab.name = null;
  lab.description = root.attribute('trama-description') ?? '';
  lab.exact = root.attribute('trama-name') !== null;
  readCells(lab, cells);
  return lab;
}

function modelOf(page: Element): Element {
  if (page.name === 'mxGraphModel') return page;
  const plain = page.first('mxGraphModel');
  if (plain !== null) return plain;
  const packed = page.text.trim();
  if (packed === '') return page;
  const text = inflateText(packed, maxPage);
  return text === null ? page.fail(say('DOC_NOT_PACKED')) : readXml(text);
}

function cellsOf(model: Element): Cell[] {
  return (model.first('root')?.children ?? []).flatMap((at, index): Cell[] => {
    const cell = at.name === 'mxCell' ? at : at.first('mxCell');
    if (cell === null) return [];
    return [
      {
        id: at.attribute('id') ?? cell.attribute('id') ?? `cell ${index}`,
        at,
        cell,
        told: (name) => at.attribute(name) ?? cell.attribute(name) ?? '',
        style: styleOf(cell.attribute('style') ?? ''),
      },
    ];
  });
}

/** `ellipse;shape=cloud;html=1` as a map; what has no value has itself. */
function styleOf(text: string): Map<string, string> {
  return new Map(
    text.split(';').flatMap((part): [string, string][] => {
      const [name = '', ...value] = part.split('=');
      return name === '' ? [] : [[name.trim(), value.length === 0 ? name.trim() : value.join('=')]];
    }),
  );
}

const isEdge = ({ cell }: Cell) => cell.attribute('edge') === '1';
const isVertex = ({ cell }: Cell) => cell.attribute('vertex') === '1';

function readCells(lab: Lab, cells: readonly Cell[]): void {
  const byId = new Map(cells.map((cell) => [cell.id, cell]));
  const parentOf = (cell: Cell) => byId.get(cell.cell.attribute('parent') ?? '');
  const isLabel = (cell: Cell) => {
    const parent = parentOf(cell);
    return cell.style.has('edgeLabel') || (parent !== undefined && isEdge(parent));
  };
  const linked = new Set<string>();
  const holders = new Set<string>();
  for (const cell of cells) {
    const parent = parentOf(cell);
    if (parent !== undefined && isVertex(cell)) holders.add(parent.id);
    if (isEdge(cell)) for (const end of ['source', 'target']) linked.add(cell.cell.attribute(end) ?? '');
  }
  for (const cell of cells) {
    if (cell.told('trama') === 'annotation') {
      readOwnDrawing(lab, cell, spotOf(cell, parentOf));
      continue;
    }
    if (!isVertex(cell) || isLabel(cell)) continue;
    const [name = '', ...more] = linesOf(cell);
    const isDecoration =
      ['text', 'group', 'swimlane', 'line'].some((word) => cell.style.has(word)) || holders.has(cell.id);
    const spot = spotOf(cell, parentOf);
    if (!linked.has(cell.id) && (isDecoration || (name === '' && cell.told('trama') === '')))
      readDecoration(lab, cell, { isFrame: holders.has(cell.id), name, more, spot });
    else readVertex(lab, cell, name, spot);
    if (more.length > 0 && linked.has(cell.id)) lab.report.leaveOut('texts', more.join(' '));
  }
  for (const cell of cells.filter((one) => isEdge(one) && one.told('trama') !== 'annotation')) {
    const [source, target] = [cell.cell.attribute('source') ?? '', cell.cell.attribute('target') ?? ''];
    if (lab.has(idOf(byId, source)) && lab.has(idOf(byId, target)))
      lab.link(
        ...([idOf(byId, source), idOf(byId, target)] as const),
        cell.told('trama') === '' ? null : cell.told('trama-key'),
        ['', ''],
        addressingOf(cell),
      );
    else {
      const ends = source === '' && target === '' ? pointsOf(cell) : null;
      const line = ends === null ? null : lineBetween(...ends, colourLike(cell.style.get('strokeColor')));
      if (line === null) lab.report.leaveOut('lines', linesOf(cell)[0] ?? cell.id);
      else lab.drawings.push({ what: 'lines', ...line });
    }
  }
}

/** A text, a frame around other shapes, or a shape that says nothing and that no line leads to. */
function readDecoration(
  lab: Lab,
  cell: Cell,
  { isFrame, name, more, spot }: { isFrame: boolean; name: string; more: readonly string[]; spot: Point | null },
): void {
  const what = isFrame ? 'frames' : 'texts';
  const size = sizeOf(cell);
  const label = name === '' ? cell.id : `“${name}”`;
  if (spot === null || cell.style.has('line')) return lab.report.leaveOut(what, label);
  const corner = { x: spot.x - size.width / 2, y: spot.y - size.height / 2 };
  const paint = paintOf(cell.style.get('fillColor'), cell.style.get('strokeColor'));
  const text = noteText([name, ...more].join('\n'));
  const groupName = lineSchema.safeParse(noteText(name).replaceAll(/[<>/\\\s]+/g, ' '));
  if ((isFrame || cell.style.has('swimlane')) && groupName.success)
    lab.drawings.push({ what, corner, drawn: { kind: 'group', name: groupName.data, colour: paint.colour, ...size } });
  else if (cell.style.has('text') && text !== '') {
    const points = Number(cell.style.get('fontSize') ?? 12);
    const colour = colourLike(cell.style.get('fontColor'));
    lab.drawings.push({ what, corner, drawn: { kind: 'label', text, size: labelSizeOf(points), colour } });
  }
  // what only holds others together is not seen
  else if (cell.style.has('group') || (isFrame && text !== '')) lab.report.leaveOut(what, label);
  else if (text === '') {
    const form = cell.style.has('ellipse') ? ('ellipse' as const) : ('rectangle' as const);
    lab.drawings.push({ what, corner, drawn: { kind: 'shape', form, ...paint, ...size } });
  } else lab.drawings.push({ what, corner, drawn: { kind: 'note', text, colour: paint.colour, ...size } });
}

/** What we have written: how it looks is in one attribute; text, place and size are those of the shape, which may have been changed. */
function readOwnDrawing(lab: Lab, cell: Cell, spot: Point | null): void {
  const fields: { kind?: unknown } = ownFields(cell.told('trama-drawn'));
  const text = cell.style.get('html') === '1' ? linesOf(cell).join('\n') : cell.told('label');
  const says = fields.kind === 'shape' ? {} : fields.kind === 'group' ? { name: text } : { text };
  const parsed = annotationSchema.safeParse({ ...fields, ...says, key: 'new', x: 0, y: 0 });
  if (!parsed.success || spot === null) return lab.report.leaveOut('texts', cell.id);
  const { key: _key, x: _x, y: _y, ...drawn } = parsed.data;
  const told = cell.told('trama-key');
  const own = { what: 'texts', ...(keySchema.safeParse(told).success && { key: told }) };
  const ends = pointsOf(cell);
  if (drawn.kind === 'shape' && ends !== null) {
    const line = lineBetween(...ends, drawn.colour);
    if (line === null) return lab.report.leaveOut('lines', cell.id);
    return void lab.drawings.push({ ...own, corner: line.corner, drawn: { ...drawn, ...line.drawn } });
  }
  const size = drawn.kind === 'label' ? annotationSize(parsed.data) : sizeOf(cell);
  const corner = { x: spot.x - size.width / 2, y: spot.y - size.height / 2 };
  lab.drawings.push({ ...own, corner, drawn: drawn.kind === 'label' ? drawn : { ...drawn, ...size } });
}

/** Where a line begins and ends that is at no shape; null for one that is not so, or that goes round a corner. */
function pointsOf({ cell }: Cell): [Point, Point] | null {
  const geometry = cell.first('mxGeometry');
  if (geometry === null || geometry.all('Array').length > 0) return null;
  const at = (as: string) => {
    const point = geometry.all('mxPoint').find((one) => one.attribute('as') === as);
    return point === undefined ? null : { x: point.number('x') ?? 0, y: point.number('y') ?? 0 };
  };
  const [from, to] = [at('sourcePoint'), at('targetPoint')];
  return from === null || to === null ? null : [from, to];
}

function ownFields(text: string): object {
  try {
    const fields: unknown = JSON.parse(text);
    return typeof fields === 'object' && fields !== null ? fields : {};
  } catch {
    return {};
  }
}

function sizeOf({ cell }: Cell): { width: number; height: number } {
  const geometry = cell.first('mxGeometry');
  return { width: Math.abs(geometry?.number('width') ?? 0), height: Math.abs(geometry?.number('height') ?? 0) };
}

/** A cell's id in the lab: the key that it had here, else its own. */
function idOf(byId: ReadonlyMap<string, Cell>, id: string): string {
  const cell = byId.get(id);
  const key = cell?.told('trama-key') ?? '';
  return key === '' ? id : key;
}

function readVertex(lab: Lab, cell: Cell, name: string, spot: Point | null): void {
  const key = cell.told('trama-key');
  const id = key === '' ? cell.id : key;
  if (lab.has(id)) cell.at.fail(say('DOC_TWO_NODES', { id }));
  if (cell.told('trama') === 'network')
    return lab.segment(id, cell.told('trama-host') || name || id, spot, null, addressingOf(cell).chosen);
  const kind = kindOf(cell.style);
  if (/cloud/i.test(kind)) {
    if (/internet|\bwan\b|\bisp\b|\bnat\b/i.test(name)) return lab.outside(id, name);
    return lab.bridge(id, name === '' ? 'cloud' : name, spot);
  }
  const host = cell.told('trama-host');
  lab.machine(id, {
    name: host === '' ? (name === '' ? kind || 'node' : name) : host,
    // a drawing says again what it shows: the label only if that is not the name
    label: host === '' ? null : name === host ? '' : cell.told('label') === '' ? '' : name,
    kind: cell.told('trama') === '' ? kind : '',
    flavour: cell.told('flavour') === '' ? null : cell.told('flavour'),
    image: cell.told('trama') === '' || cell.told('image') === '' ? null : cell.told('image'),
    internet: cell.told('internet') === 'true',
    forwards: portsOf(cell.told('forwards')),
    spot,
  });
}

const addressingOf = (cell: Cell) => addressingFrom((name) => cell.told(`trama-${name}`));

/** What a shape is called in its library: `mxgraph.cisco.routers.router` is a `router`. */
function kindOf(style: ReadonlyMap<string, string>): string {
  const shape = style.get('resIcon') ?? style.get('prIcon') ?? style.get('shape') ?? '';
  if (shape === 'image' || shape === '') {
    const image = style.get('image') ?? '';
    if (image !== '' && !image.startsWith('data:')) return image.replace(/^.*[/\\]/, '').replace(/\.\w+$/, '');
    return style.has('cloud') ? 'cloud' : '';
  }
  return shape.slice(shape.lastIndexOf('.') + 1);
}

/** What the cell says, line by line, without markup. */
function linesOf(cell: Cell): string[] {
  const text = cell.at.name === 'mxCell' ? (cell.cell.attribute('value') ?? '') : cell.told('label');
  // markup only where the style says that it is: a name may have angle brackets
  if (cell.style.get('html') !== '1')
    return text
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== '');
  return linesOfHtml(text);
}

/** The shape's middle; places in a frame are its frame's. */
function spotOf(cell: Cell, parentOf: (cell: Cell) => Cell | undefined): Point | null {
  const own = cell.cell.first('mxGeometry');
  if (own === null) return null;
  let [x, y] = [
    (own.number('x') ?? 0) + (own.number('width') ?? 0) / 2,
    (own.number('y') ?? 0) + (own.number('height') ?? 0) / 2,
  ];
  let parent = parentOf(cell);
  for (let depth = 0; parent !== undefined && depth < maxNesting; depth += 1) {
    const frame = parent.cell.first('mxGeometry');
    x += frame?.number('x') ?? 0;
    y += frame?.number('y') ?? 0;
    parent = parentOf(parent);
  }
  return { x, y };
}
