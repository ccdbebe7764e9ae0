import type { Problem } from '../../errors';
import type { Topology } from '../schema';

/** What every format's writer is given. */
export interface TemplateDocument {
  name: string;
  description: string;
  topology: Topology;
}

/** What a template can be written as, and what the file is called then. */
export const documentFormats = [
  'trama',
  'trama-yaml',
  'legacy',
  'containerlab',
  'graphml',
  'drawio',
  'dot',
  'hot',
  'svg',
] as const;
export type DocumentFormat = (typeof documentFormats)[number];
export const formatEndings: Record<DocumentFormat, string> = {
  trama: 'trama.json',
  'trama-yaml': 'trama.yml',
  legacy: 'legacy.json',
  containerlab: 'clab.yml',
  graphml: 'graphml',
  drawio: 'drawio',
  dot: 'dot',
  hot: 'hot.yml',
  svg: 'svg',
};

/** What a document can be read as. */
export const readableFormats = [
  'trama',
  'legacy',
  'containerlab',
  'gns3',
  'cml',
  'netlab',
  'graphml',
  'gml',
  'kathara',
  'eve-ng',
  'drawio',
] as const;
export type ReadableFormat = (typeof readableFormats)[number];

/** What became of something that a document has: it was brought over as something of ours, was changed, or is not here. */
export const noteKinds = ['mapped', 'changed', 'leftOut'] as const;
export type NoteKind = (typeof noteKinds)[number];
/** One line of what is reported of an import. */
export type ImportNote = Problem & { kind: NoteKind };

/** By the document's own word for a kind of machine: the names of the flavour and the image that it is to have here. */
export type KindChoices = ReadonlyMap<string, { flavour: string; image: string }>;

/** A kind of machine that a document has, and what was taken for it. `kind` is empty where the document says nothing. */
export interface KindUse {
  kind: string;
  count: number;
  flavourId: number;
  imageId: number;
}

/** What the readers of documents answer that are our own, or the predecessor's. */
export interface ReadDocument {
  name: string | null;
  description: string;
  topology: Topology;
  /** What had to be changed or guessed. */
  warnings: Problem[];
}

/** What a document was read as. */
export interface ImportedDocument {
  format: ReadableFormat;
  /** Null where the format has no name. */
  name: string | null;
  description: string;
  topology: Topology;
  /** What was mapped, changed and left out, in this order. */
  report: ImportNote[];
  /** What can be chosen for this document. */
  kinds: KindUse[];
}
