import { describe, expect, test } from 'vitest';
import { useDatabase } from '#db/testing/database';
import { annotationParts, annotationSchema, type Annotation } from '#shared/topology/annotations';
import { withoutDefaults } from '#shared/topology/properties';
import { drawing } from '#server/testing/drawings';
import { refusalOf } from '#server/testing/outcomes';
import { createWorld } from '#server/testing/world';

const database = useDatabase();
const world = createWorld(database);

const drawn: Annotation[] = [
  annotationSchema.parse({ kind: 'group', key: 'dc', x: 0, y: 0, name: 'Sala 1', colour: 'blue' }),
  annotationSchema.parse({ kind: 'shape', key: 'arrow', x: 5, y: 5, form: 'line', rises: true, locked: true }),
  annotationSchema.parse({ kind: 'note', key: 'todo', x: 10, y: -10.5, text: 'First:\n- ñandú 🦤' }),
  annotationSchema.parse({ kind: 'label', key: 'title', x: 0, y: 300, text: 'Lab 3', size: 'large' }),
];

/** Somebody with a template of two linked VMs and four annotations, and a slice of it. */
async function scene() {
  const owner = await world.person();
  const user = world.callerOf(owner);
  const topology = { ...drawing({ vms: ['web', 'db'], edges: [['web', 'db']] }), annotations: drawn };
  const template = await user.templates.create({ name: 'Pair', topology });
  const zoneId = await world.zone();
  const slice = await user.slices.create({ name: 'lab', templateId: template.id, zoneId });
  return { user, template, slice };
}

describe('what is drawn beside VMs and links', () => {
  test('goes wherever the drawing goes: into revisions, slices, clones, copies, templates of slices and documents', async () => {
    const { user, template, slice } = await scene();
    expect(template.topology.annotations).toEqual(drawn);
    expect((await user.templates.get({ id: template.id })).topology.annotations).toEqual(drawn);
    expect(slice.annotations).toEqual(drawn);
    expect((await user.slices.get({ id: slice.id })).annotations).toEqual(drawn);
    expect((await user.slices.topology({ id: slice.id })).topology.annotations).toEqual(drawn);
    expect((await user.slices.clone({ id: slice.id, name: 'lab 2' })).annotations).toEqual(drawn);
    expect((await user.templates.duplicate({ id: template.id })).topology.annotations).toEqual(drawn);
    const saved = await user.slices.saveAsTemplate({ id: slice.id, name: 'Of a slice' });
    expect(saved.topology.annotations).toEqual(drawn);
    for (const format of ['trama', 'trama-yaml'] as const) {
      const { text } = await user.templates.export({ id: template.id, format });
      const { template: imported } = await user.templates.import({ text, name: `From ${format}` });
      expect(imported.topology.annotations).toEqual(drawn);
    }
  });

  test('makes a revision when it alone is changed, none when it is not, and may all go', async () => {
    const { user, template } = await scene();
    const save = (annotations: Annotation[] | undefined, baseRevision: number) =>
      user.templates.update({ id: template.id, topology: { ...template.topology, annotations }, baseRevision });
    expect((await save(structuredClone(drawn), 1)).revision).toBe(1);
    const moved = drawn.map((one) => ({ ...one, x: one.x + 1 }));
    expect(await save(moved, 1)).toMatchObject({ revision: 2, topology: { annotations: moved } });
    const none = await save(undefined, 2);
    expect(none).toMatchObject({ revision: 3 });
    expect(none.topology.annotations).toBeUndefined();
    expect((await save([], 3)).revision).toBe(3);
    // the slice keeps what it was made with
    expect((await user.slices.get({ id: (await user.slices.list({})).items[0]?.id ?? 0 })).annotations).toEqual(drawn);
  });

  test('never changes what is deployed: an update of it alone has no step, and still asks who drew meanwhile', async () => {
    const { user, slice } = await scene();
    const { topology, version } = await user.slices.topology({ id: slice.id });
    const annotations: Annotation[] = [
      ...drawn.slice(1),
      annotationSchema.parse({ kind: 'note', key: 'new', x: 0, y: 0 }),
    ];
    const change = { from: 'drawing', topology: { ...topology, annotations } } as const;
    const plan = await user.deployments.plan({ sliceId: slice.id, kind: 'update', change, baseVersion: version });
    expect(plan).toMatchObject({ runnable: true, steps: [], problems: [] });
    expect(plan.changes.map(({ fate, part, label, loses }) => [fate, part, label, loses])).toEqual([
      ['add', 'annotation', 'note', []],
      ['remove', 'annotation', 'Sala 1', []],
    ]);
    const start = (baseVersion: number) =>
      user.deployments.start({ sliceId: slice.id, kind: 'update', change, baseVersion });
    expect(await refusalOf(start(version + 1))).toMatchObject({ code: 'REVISION_CONFLICT' });
    await start(version);
    const now = await user.slices.get({ id: slice.id });
    expect(now).toMatchObject({ topologyVersion: version + 1, annotations });
    expect(await user.slices.topology({ id: slice.id })).toMatchObject({ topology: { annotations } });
  });

  test('keeps its keys when a document is applied to a slice, and takes none of what is there', async () => {
    const { user, slice } = await scene();
    const document = {
      ...{ format: 'trama', version: 1, name: 'Lab' },
      vms: [{ key: 'dc', name: 'web', flavour: 'nano', image: 'tiny' }, { key: 'todo', name: 'new', flavour: 'nano', image: 'tiny' }], // prettier-ignore
      annotations: drawn
        .filter(({ key }) => key === 'title')
        .map((one) => withoutDefaults(annotationParts[one.kind], one)),
    };
    const change = { from: 'document', text: JSON.stringify(document) } as const;
    await user.deployments.start({ sliceId: slice.id, kind: 'update', change });
    const { topology } = await user.slices.topology({ id: slice.id });
    expect(topology.vms.map(({ key, name }) => [key, name])).toEqual([
      ['web', 'web'],
      ['todo-2', 'new'],
    ]);
    expect(topology.annotations).toMatchObject([{ key: 'title', text: 'Lab 3' }]);
  });
});
