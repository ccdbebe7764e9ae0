import { describe, expect, test } from 'vitest';
import { newVm, type Topology } from '#shared/topology/schema';
import type { Document } from '../document';
import { mergeWork } from './merge-work';

const vm = (key: string, name = key) => newVm({ key, name, flavourId: 1, imageId: 1, x: 0, y: 0 });
const drawn = (vms: Topology['vms'], details: Partial<Document> = {}): Document => ({
  ...{ name: 'lab', description: '', topology: { vms, networks: [], edges: [] } },
  ...details,
});
const base = drawn([vm('a')]);
const names = ({ topology }: Document) => topology.vms.map(({ name }) => name);

describe('the work of two', () => {
  test('is put together with its name and description, each of who changed it', () => {
    const mine = drawn([vm('a'), vm('b')], { description: 'mine' });
    const theirs = drawn([vm('a'), vm('c')], { name: 'their lab' });
    const { document, conflicts, renamed } = mergeWork({ base, mine, theirs });
    expect(document).toMatchObject({ name: 'their lab', description: 'mine' });
    expect(names(document)).toEqual(['a', 'c', 'b']);
    expect([conflicts, renamed]).toEqual([[], []]);
  });

  test('has each name once: both had drawn a vm2, and neither could save it', () => {
    const mine = drawn([vm('a'), vm('m1', 'vm2'), vm('m2', 'vm3')]);
    const theirs = drawn([vm('a'), vm('t1', 'VM2')]);
    const { document, renamed } = mergeWork({ base, mine, theirs });
    expect(names(document)).toEqual(['a', 'VM2', 'vm4', 'vm3']);
    expect(renamed).toEqual([{ from: 'vm2', to: 'vm4' }]);
  });

  test('asks where both changed the name of the template', () => {
    const work = { base, mine: drawn([vm('a')], { name: 'mine' }), theirs: drawn([vm('a')], { name: 'theirs' }) };
    expect(mergeWork(work).document.name).toBe('mine');
    expect(mergeWork(work).conflicts).toEqual([
      { part: 'template', key: '', label: 'theirs', field: 'name', mine: 'mine', theirs: 'theirs' },
    ]);
    expect(mergeWork(work, () => 'theirs').document.name).toBe('theirs');
  });
});
