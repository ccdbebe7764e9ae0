import i18next from 'i18next';
import { beforeAll, expect, test } from 'vitest';
import { annotationSchema } from '#shared/topology/annotations';
import { diffTopology } from '#shared/topology/diff';
import { newVm, type Topology } from '#shared/topology/schema';
import { drawingOf } from '../../editor/drawing';
import { chooseLanguage, loadTexts, startI18n } from '../../i18n/i18n';
import { sampleSlice } from '../../testing/samples';
import { changedDrawing } from './changed-drawing';
import { partName } from './part-name';

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

test('what is only drawn has no status, and stays in sight as a ghost when it goes', () => {
  const note = (key: string) => annotationSchema.parse({ kind: 'note', key, x: 0, y: 0, text: key });
  const line: Topology = { vms: [vm('a', 0)], networks: [], edges: [] };
  const { nodes } = shown(
    { ...line, annotations: [note('n1'), note('n2')] },
    { ...line, annotations: [note('n1'), note('n3')] },
  );
  const drawn = nodes.filter(({ kind }) => kind === 'annotation');
  expect(drawn.map(({ key, ghost, status }) => [key, ghost, status?.label])).toEqual([
    ['n2', true, 'removed'],
    ['n1', undefined, undefined],
    ['n3', undefined, undefined],
  ]);
});

test('a shape, which has no words of its own, was called by an English word in Spanish', async () => {
  await chooseLanguage('es');
  await loadTexts(['change']);
  const shape = annotationSchema.parse({ kind: 'shape', key: 's', x: 0, y: 0, form: 'ellipse' });
  const label = annotationSchema.parse({ kind: 'label', key: 'l', x: 0, y: 0, text: 'Sala 1' });
  const bare: Topology = { vms: [], networks: [], edges: [] };
  const changes = diffTopology(bare, { ...bare, annotations: [shape, label] });
  const t = i18next.getFixedT('es', 'change');
  expect(changes.map((change) => partName(t, change))).toEqual([
    'Dibujado al lado: una elipse',
    'Dibujado al lado: Sala 1',
  ]);
  await chooseLanguage('en');
});
