import { AppError, type Problem } from '../../errors';
import type { DocumentFormat } from '../../template';
import type { Catalogue } from '../catalogue';
import type { Topology } from '../schema';
import { isLegacy, readLegacy, writeLegacy } from './legacy';
import { readJsonObject } from './read-json';
import { readTrama, writeTrama } from './trama';

export interface TemplateDocument {
  name: string;
  description: string;
  topology: Topology;
}

export interface ImportedDocument {
  /** Null where the format has no name. */
  name: string | null;
  description: string;
  topology: Topology;
  /** What had to be changed or guessed. */
  warnings: Problem[];
}

/**
 * Reads a file in any format that we know; its content says which. INVALID_DOCUMENT with one sentence that says what is
 * wrong and where. The topology still has to pass `validateTopology`.
 */
export function readDocument(file: string, catalogue: Catalogue): ImportedDocument {
  const value = readJsonObject(file);
  if (value['format'] === 'trama') return readTrama(value, catalogue);
  if (isLegacy(value)) return readLegacy(value, catalogue);
  throw new AppError(
    'INVALID_DOCUMENT',
    'This is JSON, but neither a Trama document (`"format": "trama"`) nor one of its predecessor (`"topologia"`).',
  );
}

/** The file's text, indented, with a line's end. `catalogue` must know everything that the topology uses. */
export function writeDocument(format: DocumentFormat, document: TemplateDocument, catalogue: Catalogue): string {
  const value = format === 'trama' ? writeTrama(document, catalogue) : writeLegacy(document, catalogue);
  return `${JSON.stringify(value, null, 2)}\n`;
}
