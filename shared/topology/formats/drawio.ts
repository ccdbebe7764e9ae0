import { say } from '../../sentence';
import { inflateText } from './archive';
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
 * segments, or the outside if they are called so; lines between two shapes are links. Texts, frames and lines without ends have no place
 * here. Of several pages the first that has a line is read.
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
    if (!isVertex(cell) || isLabel(cell)) continue;
    const [name = '', ...more] = linesOf(cell);
    const isDecoration =
      ['text', 'group', 'swimlane', 'line'].some((word) => cell.style.has(word)) || holders.has(cell.id);
    if (!linked.has(cell.id) && (isDecoration || (name === '' && cell.told('trama') === '')))
      lab.report.leaveOut(holders.has(cell.id) ? 'frames' : 'texts', name === '' ? cell.id : `“${name}”`);
    else readVertex(lab, cell, name, spotOf(cell, parentOf));
    if (more.length > 0 && linked.has(cell.id)) lab.report.leaveOut('texts', more.join(' '));
  }
  for (const cell of cells.filter(isEdge)) {
    const [source, target] = [cell.cell.attribute('source') ?? '', cell.cell.attribute('target') ?? ''];
    if (lab.has(idOf(byId, source)) && lab.has(idOf(byId, target)))
      lab.link(idOf(byId, source), idOf(byId, target), cell.told('trama') === '' ? null : cell.told('trama-key'));
    else lab.report.leaveOut('lines', linesOf(cell)[0] ?? cell.id);
  }
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
  if (cell.told('trama') === 'network') return lab.segment(id, cell.told('trama-host') || name || id, spot);
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
  return text
    .replaceAll(/<(?:br|\/?div|\/?p|\/?li|hr)\b[^<>]*>/gi, '\n')
    .replaceAll(/<[^<>]*>/g, '')
    .replaceAll(/&nbsp;|\u00a0/g, ' ')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&')
    .split('\n')
    .map((line) => line.replaceAll(/\s+/g, ' ').trim())
    .filter((line) => line !== '');
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
