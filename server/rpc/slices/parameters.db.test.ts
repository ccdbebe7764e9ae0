import { eq } from 'drizzle-orm';
import { describe, expect, test } from 'vitest';
import { useDatabase } from '#db/testing/database';
import { auditLog } from '#drizzle/schema/audit';
import { sliceParameters } from '#drizzle/schema/slices';
import { parameterSchema, type ParameterValues } from '#shared/topology/parameters/schema';
import type { Topology } from '#shared/topology/schema';
import { drawing } from '#server/testing/drawings';
import { refusalOf } from '#server/testing/outcomes';
import { createWorld } from '#server/testing/world';

const database = useDatabase();
const world = createWorld(database);

/** A switch that a number of servers are linked to, which greet and have a password. */
function fleet(): Topology {
  const { vms, ...rest } = drawing({ vms: ['hub', 'server'], edges: [['server', 'hub']] });
  return {
    ...rest,
    vms: vms.map((vm) =>
      vm.name === 'hub'
        ? vm
        : {
            ...vm,
            count: 'servers',
            flavourFrom: 'size',
            label: '{{ param.greeting }} {{ vm.replica }}',
            environment: [{ name: 'PASSWORD', value: '{{ param.password }}' }],
          },
    ),
    parameters: [
      parameterSchema.parse({ kind: 'count', name: 'servers', label: 'Servers', default: 2, max: 5 }),
      parameterSchema.parse({ kind: 'text', name: 'greeting', default: 'hello' }),
      parameterSchema.parse({ kind: 'flavour', name: 'size' }),
      parameterSchema.parse({ kind: 'secret', name: 'password' }),
    ],
  };
}

async function scene() {
  const owner = await world.person();
  const user = world.callerOf(owner);
  const template = await user.templates.create({ name: 'Fleet', topology: fleet() });
  const zoneId = await world.zone();
  const make = (name: string, values: ParameterValues) =>
    user.slices.create({ name, templateId: template.id, zoneId, values });
  return { user, template, zoneId, make };
}

describe('parameters of a template', () => {
  test('go wherever its drawing goes: into revisions, copies and documents', async () => {
    const { user, template } = await scene();
    const { parameters } = fleet();
    expect((await user.templates.get({ id: template.id })).topology).toMatchObject({ parameters });
    expect((await user.templates.duplicate({ id: template.id })).topology.parameters).toEqual(parameters);
    for (const format of ['trama', 'trama-yaml'] as const) {
      const { text } = await user.templates.export({ id: template.id, format });
      const { template: imported } = await user.templates.import({ text, name: `From ${format}` });
      expect(imported.topology.parameters).toEqual(parameters);
      expect(imported.topology.vms.find(({ name }) => name === 'server')).toMatchObject({ count: 'servers', flavourFrom: 'size' }); // prettier-ignore
    }
    const save = (topology: Topology, baseRevision: number) =>
      user.templates.update({ id: template.id, topology, baseRevision });
    expect((await save(template.topology, 1)).revision).toBe(1);
    const less = {
      ...template.topology,
      parameters: template.topology.parameters?.map((one) => ({ ...one, label: 'x' })),
    };
    expect((await save(less, 1)).revision).toBe(2);
    expect(await refusalOf(save({ ...less, parameters: [] }, 2))).toMatchObject({ code: 'INVALID_TOPOLOGY' });
  });

  test('are filled in when a slice is made, which is plain and says no secret but where that stands', async () => {
    const { user, make } = await scene();
    const slice = await make('lab', { servers: '3', greeting: 'ahoj', size: 'small', password: 'sesam-öffne' });
    expect(slice.vmList.map(({ name }) => name)).toEqual(['hub', 'server-1', 'server-2', 'server-3']);
    expect(slice.edges).toHaveLength(3);
    expect(slice.vmList[3]).toMatchObject({ label: 'ahoj 3', flavour: { name: 'small' }, environment: [{ name: 'PASSWORD', value: 'sesam-öffne' }] }); // prettier-ignore
    const { topology } = await user.slices.topology({ id: slice.id });
    expect(topology.parameters).toBeUndefined();
    expect(topology.vms.every(({ count, flavourFrom }) => count === undefined && flavourFrom === undefined)).toBe(true);
    expect(JSON.stringify(await user.slices.list({}))).not.toContain('sesam');
    const [kept] = await database.db.select().from(sliceParameters);
    expect(kept?.values).toEqual({ servers: '3', greeting: 'ahoj', size: 'small' });
    expect(kept?.sealed).not.toContain('sesam');
    expect(JSON.stringify(await database.db.select().from(auditLog))).not.toContain('sesam');
  });

  test('have their defaults where nothing is given, and each wrong value is told on its field', async () => {
    const { make } = await scene();
    const slice = await make('lab', { password: 'p' });
    expect(slice.vmList.slice(1)).toMatchObject([{ label: 'hello 1' }, { label: 'hello 2' }]);
    const refused = await refusalOf(make('other', { servers: 6, size: 'none such', colour: 'red' }));
    expect(refused).toMatchObject({ code: 'INVALID_INPUT', field: 'values.colour' });
    expect(refused.problems?.map(({ field }) => field).toSorted()).toEqual([
      'values.colour',
      'values.password',
      'values.servers',
      'values.size',
    ]);
    await expect(make('other', { 'not a name': 1 })).rejects.toMatchObject({ code: 'BAD_REQUEST' });
  });

  test('count in previews and in the choice of a zone, which need no secret', async () => {
    const { user, template, zoneId } = await scene();
    const preview = (values?: ParameterValues) => user.slices.preview({ templateId: template.id, zoneId, values });
    const [few, many] = [await preview(), await preview({ servers: 5 })];
    expect(many.needs.vcpus).toBe(few.needs.vcpus + 3);
    expect(await preview({ servers: 9 })).toMatchObject({ runnable: false, problems: [{ field: 'values.servers' }] });
    const choice = await user.slices.chooseZone({ templateId: template.id, values: { servers: 4 } });
    expect(choice.zones.find(({ zone }) => zone.id === zoneId)).toMatchObject({ problems: [] });
  });

  test('are kept for when the slice becomes the newest revision, and others may be given then', async () => {
    const { user, template, make } = await scene();
    const slice = await make('lab', { servers: 3, password: 'sesam' });
    const topology: Topology = { ...template.topology, vms: template.topology.vms.map((vm) => (vm.name === 'server' ? { ...vm, label: 'new' } : vm)) }; // prettier-ignore
    await user.templates.update({ id: template.id, topology, baseRevision: 1 });
    const update = async (name: string, values?: ParameterValues) => {
      const change = { from: 'template', templateId: template.id, ...(values && { values }) } as const;
      const { id } = (await user.slices.list({ search: name })).items[0] ?? { id: 0 };
      await user.deployments.start({ sliceId: id, kind: 'update', change });
      return (await user.slices.get({ id })).vmList;
    };
    const after = await update('lab');
    expect(after.map(({ name }) => name)).toEqual(['hub', 'server-1', 'server-2', 'server-3']);
    expect(after[3]).toMatchObject({ label: 'new', environment: [{ value: 'sesam' }] });
    const clone = await user.slices.clone({ id: slice.id, name: 'twin' });
    expect((await update('twin', { servers: 4 })).map(({ environment }) => environment[0]?.value)).toEqual([
      undefined,
      ...Array.from({ length: 4 }, () => 'sesam'),
    ]);
    expect((await user.slices.get({ id: clone.id })).vmList.map(({ id }) => id).slice(0, 4)).toEqual(clone.vmList.map(({ id }) => id)); // prettier-ignore
    // what it was made of last counts from then on
    const rows = await database.db.select().from(sliceParameters).where(eq(sliceParameters.sliceId, clone.id));
    expect(rows).toMatchObject([{ values: { servers: 4 } }]);
  });

  test('of a document, and counts of a drawing, make plain VMs of a slice, too', async () => {
    const { user, make } = await scene();
    const slice = await make('lab', { password: 'p' });
    const { topology, version } = await user.slices.topology({ id: slice.id });
    const vms = topology.vms.map((vm) => (vm.name === 'hub' ? { ...vm, count: 2 } : vm));
    const change = { from: 'drawing', topology: { ...topology, vms } } as const;
    await user.deployments.start({ sliceId: slice.id, kind: 'update', change, baseVersion: version });
    const now = await user.slices.topology({ id: slice.id });
    expect(now.topology.vms.map(({ name }) => name).toSorted()).toEqual(['hub-1', 'hub-2', 'server-1', 'server-2']);
    expect(now.topology.vms.every(({ count }) => count === undefined)).toBe(true);
  });
});
