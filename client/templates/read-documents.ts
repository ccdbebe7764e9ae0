import { AppError } from '#shared/errors';
import type { Sentence } from '#shared/sentence';
import type { Catalogue } from '#shared/topology/catalogue';
import { unpack } from '#shared/topology/formats/archive';
import { readDocument } from '#shared/topology/formats/document';
import type { ImportedDocument, KindChoices } from '#shared/topology/formats/document-types';

/** One document of what somebody dropped, as far as it could be read here. */
export type FoundDocument =
  | { file: string; state: 'read'; text: string; document: ImportedDocument }
  | { file: string; state: 'refused'; message: string; sentences: readonly Sentence[] };

export interface FoundDocuments {
  documents: FoundDocument[];
  /** Names of what in an archive is no document. */
  passedOver: string[];
}

/** What says that a file is no topology at all, as most of an archive's are not. */
const noTopology = new Set(['DOC_UNKNOWN_FORMAT', 'DOC_UNKNOWN_XML', 'DOC_LIST', 'DOC_SINGLE_VALUE', 'DOC_EMPTY']);

/**
 * The documents in a file. Loaded with its parsers only when something is imported that is not ours; the server reads the same texts
 * by the same readers, and has the last word.
 */
export function findDocuments(
  name: string,
  bytes: Uint8Array,
  catalogue: Catalogue,
  choices: KindChoices,
): FoundDocuments {
  const { files, passedOver, isArchive } = unpack(name, bytes);
  const documents: FoundDocument[] = [];
  for (const { name: file, text } of files) {
    try {
      documents.push({ file, state: 'read', text, document: readDocument(text, catalogue, choices) });
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      const sentences = error.sentences ?? [];
      if (isArchive && sentences.some(({ code }) => noTopology.has(code))) passedOver.push(file);
      else documents.push({ file, state: 'refused', message: error.message, sentences });
    }
  }
  return { documents, passedOver };
}
