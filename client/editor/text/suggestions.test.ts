import { describe, expect, test } from 'vitest';
import type { Catalogue } from '#shared/topology/catalogue';
import { newVm, type Topology } from '#shared/topology/schema';
import { yaml as english } from '../../i18n/en/yaml';
import { schemasAt } from './document-schema';
import { placeAt } from './place-in-text';
import { explain, suggestionsAt, type Known } from './suggestions';

const flavour = (id: number, name: string, retiredAt: string | null = null) => ({
  ...{ id, name, vcpus: 1, ramMb: 1024, diskGb: 2, retiredAt },
});
const catalogue: Catalogue = {
  flavours: [flavour(1, 'nano'), flavour(2, 'old', '2026-01-01T00:00:00.000Z'), flavour(3, '3 large')],
  images: [{ id: 1, name: 'tiny', kind: 'kernel', minRamMb: 96, minDiskGb: 0, retiredAt: null }],
};
const topology: Topology = {
  vms: [newVm({ key: 'kZ1', name: 'web', flavourId: 1, imageId: 1, x: 0, y: 0 })],
  networks: [{ key: 'lan', name: 'lan', x: 0, y: 0 }],
  edges: [],
};
const known: Known = { topology, catalogue };

/** What is suggested where the `|` is, by what would be written. */
function suggested(marked: string): string[] {
  const place = placeAt(marked.replace('|', ''), marked.indexOf('|'));
  return place === null ? [] : suggestionsAt(place, known).map(({ label, apply }) => apply ?? label);
}

describe('what is suggested', () => {
  test('the keys of a VM that it has not yet, as they are written', () => {
    const keys = suggested('vms:\n  - key: a\n    |\n    name: web\n');
    expect(keys).toEqual(expect.arrayContaining(['flavour: ', 'image: ', 'internet: ', 'forwards:']));
    expect(keys).not.toContain('name: ');
    expect(keys).not.toContain('key: ');
  });

  test('those of the whole document', () => {
    expect(suggested('format: trama\n|')).toEqual(expect.arrayContaining(['vms:', 'edges:', 'description: ']));
  });

  test('those of the kind of what is drawn beside, once it is told', () => {
    const of = (kind: string) => suggested(`annotations:\n  - key: n\n    kind: ${kind}\n    |`);
    expect(of('shape')).toContain('filled: ');
    expect(of('group')).not.toContain('filled: ');
    expect(of('group')).toContain('name: ');
  });

  test('values that one can choose from', () => {
    expect(suggested('vms:\n  - icon: |')).toContain('router');
    expect(suggested('vms:\n  - internet: |')).toEqual(['true', 'false']);
    expect(suggested('vms:\n  - forwards:\n      - protocol: u|')).toEqual(['tcp', 'udp']);
    expect(suggested('vms:\n  - label: |')).toEqual([]);
  });

  test('flavours and images by their names, without those that are retired', () => {
    expect(suggested('vms:\n  - flavour: |')).toEqual(['nano', '"3 large"']);
    expect(suggested('vms:\n  - image: |')).toEqual(['tiny']);
  });

  test('the ends of a link by their names, written by their keys', () => {
    expect(suggested('edges:\n  - { key: e, source: | }')).toEqual(['kZ1']);
    expect(suggested('edges:\n  - target: |')).toEqual(['kZ1', 'lan']);
    expect(suggested('vms:\n  - startAfter:\n      - |')).toEqual(['kZ1']);
  });
});

describe('what is said of a place', () => {
  const nothing = new Map<string, string>();

  test('its limits, its default, and whether it is needed', () => {
    expect(explain(['vms', '*', 'label'], '', nothing, known)).toMatchObject({
      ...{ about: 'vms.label', most: 200, unit: 'characters', isNeeded: false },
    });
    expect(explain(['vms', '*', 'forwards', '*', 'protocol'], '', nothing, known)).toMatchObject({
      choices: ['tcp', 'udp'],
      fallback: '"tcp"',
    });
    expect(explain(['vms', '*', 'flavour'], 'nano', nothing, known)).toMatchObject({
      isNeeded: true,
      called: '1 vCPU · 1024 MiB · 2 GiB',
    });
  });

  test('whose a key is', () => {
    expect(explain(['edges', '*', 'source'], 'kZ1', nothing, known)?.called).toBe('web');
  });

  test('nothing of what there is not', () => {
    expect(explain(['vms', '*', 'colour'], '', nothing, known)).toBeNull();
  });
});

test.each(Object.keys(english.about))('%s, which is explained, may stand in a document', (key) => {
  // lists are not in the words' keys
  const paths = key.split('.').reduce<string[][]>(
    (all, part) =>
      all.flatMap((path) => [
        [...path, part],
        [...path, '*', part],
      ]),
    [[]],
  );
  expect(paths.some((path) => schemasAt(path).length > 0)).toBe(true);
});
