import { AppError } from '../../errors';
import type { Catalogue } from '../catalogue';
import { validateTopology } from '../validate';
import { readDocument } from './document';
import type { ImportedDocument, KindChoices } from './document-types';

/** What documents are read and written with in tests. */
export const testCatalogue: Catalogue = {
  flavours: [
    { id: 5, name: 'medium', vcpus: 4, ramMb: 8192, diskGb: 8, retiredAt: null },
    { id: 1, name: 'nano', vcpus: 1, ramMb: 1024, diskGb: 2, retiredAt: null },
    { id: 4, name: 'small', vcpus: 2, ramMb: 4096, diskGb: 6, retiredAt: null },
    { id: 9, name: 'retired', vcpus: 1, ramMb: 512, diskGb: 1, retiredAt: '2026-01-01T00:00:00.000Z' },
  ],
  images: [
    { id: 2, name: 'debian', kind: 'disk', minRamMb: 512, minDiskGb: 2, retiredAt: null },
    { id: 1, name: 'tiny', kind: 'disk', minRamMb: 96, minDiskGb: 0, retiredAt: null },
  ],
};

/** The document as it is read; it has to be valid. */
export function readValid(text: string, choices?: KindChoices): ImportedDocument {
  const read = readDocument(text, testCatalogue, choices);
  const [problem] = validateTopology(read.topology, testCatalogue);
  if (problem !== undefined) throw new Error(problem.message);
  return read;
}

/** What is said of a document that is not read. */
export function refusalOf(text: string): string {
  try {
    readDocument(text, testCatalogue);
  } catch (error) {
    if (error instanceof AppError && error.code === 'INVALID_DOCUMENT') return error.message;
    throw error;
  }
  throw new Error('It was read.');
}

/** Who is linked with whom, by names, each link with its ends and all links in the order of the alphabet. */
export function linksOf({ topology }: ImportedDocument): string[] {
  const names = new Map([...topology.vms, ...topology.networks].map(({ key, name }) => [key, name]));
  return topology.edges
    .map(({ source, target }) => [source, target].map((key) => names.get(key) ?? key).join(' – '))
    .toSorted();
}

/** The lines of the report of one kind. */
export function notesOf({ report }: ImportedDocument, kind: 'mapped' | 'changed' | 'leftOut'): string[] {
  return report.filter((note) => note.kind === kind).map(({ message }) => message);
}
