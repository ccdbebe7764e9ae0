import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { presetTopology } from '#shared/topology/presets';
import { validateTopology } from '#shared/topology/validate';
import { applyCommand } from './document';
import { connectByPattern, connectWays, matches, renameByPattern } from './patterns';

const vm = { flavourId: 1, imageId: 1 };
const ends = ({ source, target }: { source: string; target: string }) => `${source}-${target}`;

describe('a pattern', () => {
  it.each([
    ['leaf*', 'leaf12', true],
    ['leaf*', 'spine1', false],
    ['LEAF?', 'leaf1', true],
    ['leaf?', 'leaf12', false],
    ['*1', 'spine1', true],
    ['l*f*', 'leaf1', true],
    ['spine*, leaf1', 'leaf1', true],
    ['', 'leaf1', false],
    ['leaf.', 'leaf1', false],
  ])('%s and %s: %s', (pattern, name, does) => expect(matches(pattern, name)).toBe(does));

  it('matches as a regular expression of the same meaning would', () => {
    const letters = fc.stringMatching(/^[ab*?]{0,8}$/);
    fc.assert(
      fc.property(letters, fc.stringMatching(/^[ab]{0,10}$/), (pattern, name) => {
        fc.pre(pattern !== '');
        const same = new RegExp(`^${pattern.replaceAll('*', '.*').replaceAll('?', '.')}$`);
        expect(matches(pattern, name)).toBe(same.test(name));
      }),
    );
  });

  it('of many stars takes no time', () => {
    expect(matches(`${'a*'.repeat(30)}b`, 'a'.repeat(63))).toBe(false);
  });
});

describe('connecting by patterns', () => {
  const fabric = presetTopology('leafSpine', { spines: 2, leaves: 3, hosts: 0 }, vm);
  const bare = { ...fabric, edges: [] };

  it('joins each leaf with each spine', () => {
    expect(connectByPattern(bare, 'leaf*', 'spine*', 'each').map(ends).toSorted()).toEqual(
      ['leaf1', 'leaf2', 'leaf3'].flatMap((leaf) => [`${leaf}-spine1`, `${leaf}-spine2`]),
    );
  });

  it('joins the first with the first where pairs are asked for', () => {
    expect(connectByPattern(bare, 'leaf*', 'spine*', 'pairs').map(ends)).toEqual(['leaf1-spine1', 'leaf2-spine2']);
  });

  it('adds nothing where all are linked already', () => {
    expect(connectByPattern(fabric, 'leaf*', 'spine*', 'each')).toEqual([]);
  });

  it('makes a full mesh of one pattern with itself', () => {
    expect(connectByPattern(bare, 'leaf*', 'leaf*', 'each').map(ends)).toEqual([
      'leaf1-leaf2',
      'leaf1-leaf3',
      'leaf2-leaf3',
    ]);
  });

  it('is one step that leaves a valid drawing, whatever the patterns are', () => {
    const bus = presetTopology('bus', { size: 5 }, vm);
    const pattern = fc.constantFrom('*', 'vm*', 'vm1', 'bus', 'vm?', 'no*', 'vm1,vm2');
    fc.assert(
      fc.property(pattern, pattern, fc.constantFrom(...connectWays), (from, to, way) => {
        const edges = connectByPattern(bus, from, to, way);
        const fragment = { vms: [], networks: [], edges };
        const document = { name: 'lab', description: '', topology: bus };
        const after = applyCommand(document, { type: 'insert', fragment });
        expect(after.topology.edges).toHaveLength(bus.edges.length + edges.length);
        expect(validateTopology(after.topology)).toEqual([]);
      }),
    );
  });
});

describe('renaming by a pattern', () => {
  const nodes = ['vm10', 'vm2', 'vm1'].map((name) => ({ key: name, name }));

  it('counts in the order of the names that were', () => {
    expect(renameByPattern(nodes, 'web-##', 9).map(({ was, name }) => `${was} ${name}`)).toEqual([
      'vm1 web-09',
      'vm2 web-10',
      'vm10 web-11',
    ]);
  });

  it('keeps the old name at a star, whatever stands in it', () => {
    expect(renameByPattern([{ key: 'a', name: '$&' }], 'lab1-*', 1)[0]?.name).toBe('lab1-$&');
  });
});
