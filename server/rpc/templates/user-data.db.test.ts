import { expect, test } from 'vitest';
import { useDatabase } from '#db/testing/database';
import { images } from '#drizzle/schema/catalogue';
import { loadSliceModel } from '#server/db/queries/slice-model';
import { specsOf } from '#server/domain/deployments/specs';
import { line } from '#server/testing/drawings';
import { refusalOf } from '#server/testing/outcomes';
import { createWorld } from '#server/testing/world';

const world = createWorld(useDatabase());

/** Two VMs, linked, of which the first has these. */
function pairWith(fields: { userData?: string; hostname?: string; content?: string }) {
  const { userData = '', hostname = '', content } = fields;
  const drawn = line(2);
  const files = content === undefined ? [] : [{ path: '/etc/motd', content, mode: '0644' }];
  return { ...drawn, vms: drawn.vms.map((vm, at) => (at === 0 ? { ...vm, userData, hostname, files } : vm)) };
}

test('user-data that is no YAML, and a variable that there is not, refuse a template on the VM', async () => {
  const api = world.callerOf(await world.person());
  await world.ctx.db.update(images).set({ kind: 'disk' });
  const refused = (fields: Parameters<typeof pairWith>[0]) =>
    refusalOf(api.templates.create({ name: 'Lab', topology: pairWith(fields) }));
  expect(await refused({ userData: 'a: [1\n' })).toMatchObject({
    code: 'INVALID_TOPOLOGY',
    problems: [{ code: 'USER_DATA_NOT_YAML', field: 'userData' }],
  });
  expect(await refused({ content: '{{ vm.nme }}' })).toMatchObject({ problems: [{ code: 'VARIABLE_UNKNOWN' }] });
  await world.ctx.db.update(images).set({ kind: 'kernel' });
  expect(await refused({ userData: 'a: 1' })).toMatchObject({ problems: [{ code: 'USER_DATA_NOT_TAKEN' }] });
});

test('what a guest is told has its variables filled in; the drawing keeps them', async () => {
  const owner = await world.person();
  const api = world.callerOf(owner);
  await world.ctx.db.update(images).set({ kind: 'disk' });
  const drawn = line(2);
  const [, far] = drawn.vms;
  const userData = `note: {{ slice.name }} {{ link.to.${far?.name ?? ''}.address }}`;
  const topology = pairWith({ userData, hostname: 'web.lab', content: '{{ slice.owner }} {{ vm.hostname }}' });
  const { id: templateId } = await api.templates.create({ name: 'Lab', topology });
  const slice = await api.slices.create({ name: 'One', templateId, zoneId: await world.zone() });
  const model = await loadSliceModel(world.ctx.db, slice.id);
  const [row] = model.vms;
  const spec = specsOf(model).vm(row?.id ?? 0);
  const address = model.edges[0]?.targetAddress?.split('/')[0];
  expect(spec).toMatchObject({
    hostname: 'web.lab',
    userData: `note: One ${address}`,
    files: [{ content: expect.stringMatching(/^Person \d+ web\.lab$/) }],
  });
  expect((await api.slices.topology({ id: slice.id })).topology.vms[0]).toMatchObject({ userData });
});
