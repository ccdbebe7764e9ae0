import fc from 'fast-check';
import { AppError } from '../../errors';
import type { Catalogue } from '../catalogue';
import { vmDefaults, type Topology } from '../schema';
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

const number = fc.double({ min: -1e6, max: 1e6, noNaN: true }).map((value) => value + 0);
const keys = fc.stringMatching(/^[A-Za-z0-9_-]{1,64}$/);
const differ = { selector: (text: string) => text.toLowerCase() };
/** Drawings of VMs and networks that may stand anywhere, with whatever keys may be. */
export const anyTopology: fc.Arbitrary<Topology> = fc
  .record({
    nodes: fc.uniqueArray(keys, { maxLength: 12, ...differ }),
    networks: fc.nat(3),
    edges: fc.uniqueArray(keys, { maxLength: 20, ...differ }),
    picks: fc.array(fc.nat(), { minLength: 64, maxLength: 64 }),
    places: fc.array(fc.tuple(number, number), { minLength: 12, maxLength: 12 }),
  })
  .map(({ nodes, networks, edges, picks, places }) => {
    const pick = <Item>(items: readonly Item[], index: number) => items[(picks[index % 64] ?? 0) % items.length];
    const place = (index: number) => ({ x: places[index % 12]?.[0] ?? 0, y: places[index % 12]?.[1] ?? 0 });
    const vms = nodes.slice(networks).map((key, index) => ({
      ...vmDefaults(),
      key,
      name: `vm${index}`,
      flavourId: pick([1, 4, 5], index) ?? 1,
      imageId: pick([1, 2], index + 13) ?? 1,
      label: pick(['', 'Büro 3', '<b> & "c": {d}'], index + 40) ?? '',
      internet: (picks[index + 20] ?? 0) % 2 === 0,
      forwards: (picks[index + 30] ?? 0) % 2 === 0 ? [] : [{ protocol: 'tcp' as const, guestPort: 80 }],
      ...place(index),
    }));
    const segments = nodes.slice(0, networks).map((key, index) => ({ key, name: `net ${index}`, ...place(index + 5) }));
    return {
      vms,
      networks: segments,
      edges: edges.flatMap((key, index) => {
        const source = pick(vms, index)?.key;
        const target = pick([...vms, ...segments], index + 7)?.key;
        return source === undefined || target === undefined || source === target ? [] : [{ key, source, target }];
      }),
    };
  });

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
