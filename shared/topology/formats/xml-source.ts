import { SaxesParser } from 'saxes';
import { say, type Said } from '../../sentence';
import { refuse } from './read-json';
import { invalidAt, type Place } from './source';

const maxDepth = 64;
const maxElements = 200_000;

/** An element of an XML document. Names are without prefix. */
export class Element {
  readonly children: Element[] = [];
  /** All text directly in it. */
  text = '';

  constructor(
    readonly name: string,
    readonly attributes: ReadonlyMap<string, string>,
    readonly place: Place,
    /** The names of what it is in, and its own: `graphml/graph/node`. */
    readonly path: string,
  ) {}

  /** Refuses the document for what stands here. */
  fail(said: Said): never {
    throw invalidAt(this.place, this.path, said);
  }

  attribute(name: string): string | null {
    return this.attributes.get(name) ?? null;
  }

  /** The attribute; refused where it is missing or empty. */
  need(name: string): string {
    const value = this.attributes.get(name);
    return value === undefined || value === '' ? this.fail(say('DOC_WANT_ATTRIBUTE', { name })) : value;
  }

  number(name: string): number | null {
    const text = this.attributes.get(name)?.trim();
    return text === undefined || text === '' || !Number.isFinite(Number(text)) ? null : Number(text);
  }

  all(name: string): Element[] {
    return this.children.filter((child) => child.name === name);
  }

  first(...names: readonly string[]): Element | null {
    return names.reduce<Element | null>(
      (element, name) => element?.children.find((child) => child.name === name) ?? null,
      this,
    );
  }

  /** Every element below it, in order. */
  *below(): Generator<Element> {
    for (const child of this.children) {
      yield child;
      yield* child.below();
    }
  }
}

/**
 * The root of an XML document. What a document type declares is not looked at, so that no entity is unfolded and nothing else is
 * fetched. INVALID_DOCUMENT with line and column for what is not well-formed, has entities of its own, or is too deep or too much.
 */
export function readXml(text: string): Element {
  const parser = new SaxesParser({ xmlns: false });
  const open: Element[] = [];
  let root: Element | null = null;
  let elements = 0;
  let start: Place = { line: 1, column: 1 };
  const here = (): Place => ({ line: parser.line, column: parser.column + 1 });
  parser.on('error', (error) => {
    // the message begins with where it is
    const reason = error.message.replace(/^[\d:. ]+/, '').slice(0, 200);
    throw invalidAt(here(), '', say('DOC_NOT_XML', { reason }), error);
  });
  parser.on('opentagstart', ({ name }) => {
    // the parser stands behind the name and one character more, which may have been the line's end
    const column = parser.column - name.length - 1;
    start = column < 1 ? { line: Math.max(1, parser.line - 1), column: 1 } : { line: parser.line, column };
  });
  parser.on('opentag', (tag) => {
    elements += 1;
    if (elements > maxElements) refuse(say('DOC_TOO_MUCH', { max: maxElements }));
    if (open.length >= maxDepth) refuse(say('DOC_TOO_DEEP', { max: maxDepth }));
    const parent = open.at(-1);
    const name = localName(tag.name);
    const path = parent === undefined ? name : `${parent.path}/${name}`;
    const element = new Element(name, new Map(Object.entries(tag.attributes)), start, path);
    parent?.children.push(element);
    root ??= element;
    open.push(element);
  });
  const onText = (content: string) => {
    const element = open.at(-1);
    if (element !== undefined) element.text += content;
  };
  parser.on('text', onText);
  parser.on('cdata', onText);
  parser.on('closetag', () => {
    open.pop();
  });
  parser.write(text).close();
  return root ?? refuse(say('DOC_EMPTY'));
}

function localName(name: string): string {
  return name.slice(name.indexOf(':') + 1);
}
