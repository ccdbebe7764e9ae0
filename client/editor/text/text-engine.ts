import { AppError } from '#shared/errors';
import type { TemplateDocument } from '#shared/topology/formats/document-types';
import { readOwnText, type PartSpan, type ReadTextOptions, type TextReading } from '#shared/topology/formats/own-text';
import { rewriteOwnText, writeOwnText } from '#shared/topology/formats/rewrite-text';
import type { Catalogue } from '#shared/topology/catalogue';
import type { Sentence } from '#shared/sentence';
import { editsBetween, type TextEdit } from './line-edits';

/** What becomes of a text when what it says is drawn anew. */
export interface Rewritten {
  text: string;
  /** Of the text before. */
  edits: TextEdit[];
  spans: PartSpan[];
}

/** What is asked of who reads and writes the text beside a drawing: work that takes long for a large one. */
export type TextRequest =
  | ({ ask: 'read'; text: string } & ReadTextOptions)
  | { ask: 'rewrite'; text: string; before: TemplateDocument; after: TemplateDocument; catalogue: Catalogue }
  | { ask: 'write'; document: TemplateDocument; catalogue: Catalogue };

/** Why there is no answer: as of a drawing whose text would be longer than a document may be. */
export interface TextFailure {
  message: string;
  sentences: readonly Sentence[];
}

export interface TextEngine {
  read(text: string, options: ReadTextOptions): Promise<TextReading>;
  rewrite(text: string, before: TemplateDocument, after: TemplateDocument, catalogue: Catalogue): Promise<Rewritten>;
  write(document: TemplateDocument, catalogue: Catalogue): Promise<Rewritten>;
  /** Nothing is answered any more. */
  end(): void;
}

/** Does what is asked. Pure. */
export function answerText(request: TextRequest): TextReading | Rewritten {
  if (request.ask === 'read') {
    const { ask: _ask, text, ...options } = request;
    return readOwnText(text, options);
  }
  if (request.ask === 'write') {
    const written = writeOwnText(request.document, request.catalogue);
    return { ...written, edits: [] };
  }
  const { text, before, after, catalogue } = request;
  const written = rewriteOwnText(text, before, after, catalogue);
  return { ...written, edits: editsBetween(text, written.text) };
}

/** What crosses to the page of an error: a sentence of ours, or that there is none. */
export function failureOf(error: unknown): TextFailure {
  if (error instanceof AppError) return { message: error.message, sentences: error.said.sentences };
  return { message: error instanceof Error ? error.message : String(error), sentences: [] };
}
