import i18next from 'i18next';
import { beforeAll, expect, test } from 'vitest';
import { diffTopology } from '#shared/topology/diff';
import { newVm, type Topology } from '#shared/topology/schema';
import { drawingOf } from '../../editor/drawing';
import { loadTexts, startI18n } from '../../i18n/i18n';
import { sampleSlice } from '../../testing/samples';
import { changedDrawing } from './changed-drawing';

const catalogue = { flavours: [], images: [], zones: [] };
const slice = sampleSlice();
const vm = (key: string, x: number) => newVm({ key, name: key, flavourId: 1, imageId: 1, x, y: 0 });
const edge = (source: string, target: string) => ({ key: `${source}-${target}`, source, target });

beforeAll(async () => {
  await startI18n();
  await loadTexts(['change', 'editor']);
});

/** What the canvas shows of a change. */
function shown(before: Topology, after: Topology) {
  const drawn = (topology: Topology) => drawingOf(topology, catalogue, [], () => '');
  return changedDrawing(drawn(after), {
    slice,
    beforeDrawing: drawn(before),
    changes: diffTopology(before, after),
    t: i18next.getFixedT('en', ['change', 'editor', 'common']),
  });
}

test('what is removed stays in sight as a ghost, what is new and what changes says so, all nodes have one size', () => {
  const before: Topology = {
    vms: [vm('stays', 0), vm('goes', 100), vm('changes', 200)],
    networks: [],
    edges: [edge('stays', 'goes'), edge('stays', 'changes')],
  };
  const after: Topology = {
    ...before,
    vms: [vm('stays', 50), { ...vm('changes', 200), internet: true }, vm('comes', 300)],
    edges: [edge('stays', 'changes'), edge('stays', 'comes')],
  };
  const { nodes, edges } = shown(before, after);
  const told = Object.fromEntries(nodes.map(({ key, ghost, status }) => [key, [ghost === true, status?.tone]]));
  expect(told).toMatchObject({
    goes: [true, 'danger'],
    changes: [false, 'warning'],
    comes: [false, 'success'],
  });
  // a place is no change of what runs
  expect(nodes.find(({ key }) => key === 'stays')).toMatchObject({ x: 50 });
  expect(nodes.every(({ status }) => status !== undefined)).toBe(true);
  expect(edges.map(({ key, ghost, status }) => [key, ghost === true, status?.tone])).toEqual([
    ['stays-goes', true, 'danger'],
    ['stays-changes', false, expect.anything()],
    ['stays-comes', false, 'success'],
  ]);
});
