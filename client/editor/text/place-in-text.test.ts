import { expect, test } from 'vitest';
import { placeAt } from './place-in-text';

/** Where the `|` of the text is. */
function at(marked: string) {
  const offset = marked.indexOf('|');
  const place = placeAt(marked.replace('|', ''), offset);
  if (place === null) return null;
  const { path, kind, word, beside } = place;
  expect(place.from + word.length).toBe(offset);
  return { at: path.join('.'), kind, word, beside: [...beside.keys()].join(' ') };
}

const lab = `format: trama
name: lab # of mine
vms:
  - key: a
    name: web
    flavour: FLAVOUR
    forwards:
      - guestPort: 80
        PORT
    startAfter:
      - AFTER
    files:
      - path: /etc/motd
        content: >2
          name: FILE
    KEY
    x: 1
  - KEYB
edges:
- key: e
  source: a
  target: TARGET
  sourceNic: { index: 0, NIC }
TOP
`;
const inLab = (word: string, written = '') => at(lab.replace(word, `${written}|`));

test.each([
  ['FLAVOUR', 'na', { at: 'vms.*.flavour', kind: 'value', word: 'na' }],
  ['FLAVOUR', '', { at: 'vms.*.flavour', kind: 'value', word: '' }],
  ['PORT', 'pro', { at: 'vms.*.forwards.*', kind: 'key', word: 'pro', beside: 'guestPort' }],
  ['AFTER', 'b', { at: 'vms.*.startAfter.*', kind: 'key', word: 'b' }],
  ['KEYB', '', { at: 'vms.*', kind: 'key', word: '', beside: '' }],
  ['TARGET', 'a', { at: 'edges.*.target', kind: 'value', word: 'a' }],
  ['NIC', 'addr', { at: 'edges.*.sourceNic', kind: 'key', word: 'addr', beside: 'index' }],
  ['NIC', 'addresses: [', { at: 'edges.*.sourceNic.addresses.*', kind: 'value', word: '' }],
  ['TOP', 'an', { at: '', kind: 'key', word: 'an', beside: 'edges vms name format' }],
] as const)('at %s, where “%s” is written', (mark, written, expected) => {
  expect(inLab(mark, written)).toMatchObject(expected);
});

test('the keys that the map has already are told, of above and below', () => {
  const beside = inLab('KEY', 'i')?.beside.split(' ').toSorted();
  expect(beside).toEqual(['files', 'flavour', 'forwards', 'key', 'name', 'startAfter', 'x']);
});

test('nothing is known of the inside of a comment or of a text over several lines', () => {
  expect(inLab('FILE', 'x')).toBeNull();
  expect(inLab('of mine', 'of')).toBeNull();
});

test('maps in brackets, within a list', () => {
  expect(at('edges:\n  - { key: a, source: b, tar|')).toMatchObject({ at: 'edges.*', kind: 'key', word: 'tar' });
  expect(at('edges:\n  - { key: a, source: | }')).toMatchObject({ at: 'edges.*.source', kind: 'value', beside: 'key' });
});

test('a value is parted from its key by a space', () => {
  expect(at('vms:\n  - flavour:|')).toBeNull();
});
