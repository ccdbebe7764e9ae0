import { AppError } from '../../errors';
import type { DocumentFormat } from '../../template';
import { say } from '../../sentence';
import type { Catalogue } from '../catalogue';
import type { ImportedDocument, TemplateDocument } from './document-types';
import { isLegacy, readLegacy, writeLegacy } from './legacy';
import { readJsonObject } from './read-json';
import { readTrama, writeTrama } from './trama';

/**
 * Reads a file in any format that we know; its content says which. INVALID_DOCUMENT with one sentence that says what is
 * wrong and where. The topology still has to pass `validateTopology`.
 */
export function readDocument(file: string, catalogue: Catalogue): ImportedDocument {
  const value = readJsonObject(file);
  if (value['format'] === 'trama') return readTrama(value, catalogue);
  if (isLegacy(value)) return readLegacy(value, catalogue);
  throw new AppError('INVALID_DOCUMENT', say('DOC_UNKNOWN_FORMAT'));
}

/** The file's text, indented, with a line's end. `catalogue` must know everything that the topology uses. */
export function writeDocument(format: DocumentFormat, document: TemplateDocument, catalogue: Catalogue): string {
  const value = format === 'trama' ? writeTrama(document, catalogue) : writeLegacy(document, catalogue);
  return `${JSON.stringify(value, null, 2)}\n`;
}
