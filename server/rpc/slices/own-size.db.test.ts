import { randomUUID } from 'node:crypto';
import { eq } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { useDatabase } from '#db/testing/database';
import { flavours } from '#drizzle/schema/catalogue';
import type { OwnSize, Topology } from '#shared/topology/schema';
import { line } from '#server/testing/drawings';
import { refusalOf } from '#server/testing/outcomes';
import { createWorld } from '#server/testing/world';

const world = createWorld(useDatabase());

/** Two VMs of 1 vCPU and 1 GiB, of which the first has this of its own. */
function pairWith(ownSize?: OwnSize): Topology {
  const drawn = line(2);
  return { ...drawn, vms: drawn.vms.map((vm, at) => (at === 0 && ownSize !== undefined ? { ...vm, ownSize } : vm)) };
}

test('counts in templates, slices, plans and clones, and can be taken back', async () => {
  const api = world.callerOf(await world.person('instructor'));
  const template = await api.templates.create({ name: 'Lab', topology: pairWith({ vcpus: 3, ramMb: 512 }) });
  const total = { vcpus: 4, ramMb: 1536, diskGb: 4 };
  expect(template).toMatchObject(total);
  expect((await api.templates.list({})).items).toMatchObject([total]);
  const zoneId = await world.zone();
  expect(await api.slices.preview({ templateId: template.id, zoneId })).toMatchObject({ needs: total });
  const slice = await api.slices.create({ name: 'One', templateId: template.id, zoneId });
  expect(slice).toMatchObject(total);
  expect(await api.deployments.plan({ sliceId: slice.id, kind: 'deploy' })).toMatchObject({
    problems: [],
    needs: total,
  });
  const clone = await api.slices.clone({ id: slice.id, name: 'Two' });
  expect(clone).toMatchObject(total);

  // what is said of its own comes and goes; what is the flavour's stays what it was when it was taken
  await world.ctx.db.update(flavours).set({ vcpus: 2, ramMb: 2048 }).where(eq(flavours.id, 1));
  const changed = async (sliceId: number, topology: Topology) => {
    const change = { from: 'drawing' as const, topology };
    await api.deployments.start({ sliceId, kind: 'update', change, baseVersion: 1, idempotencyKey: randomUUID() });
    return (await api.slices.get({ id: sliceId })).vmList.map(({ vcpus, ramMb }) => [vcpus, ramMb]);
  };
  const untouched = [1, 1024];
  expect(await changed(slice.id, pairWith({ ramMb: 768 }))).toEqual([[2, 768], untouched]);
  expect(await changed(clone.id, pairWith())).toEqual([[2, 2048], untouched]);
});

test('is for owners whose role allows it: who has it already keeps it, and cannot deploy it', async () => {
  const teacher = world.callerOf(await world.person('instructor'));
  const student = world.callerOf(await world.person());
  const topology = pairWith({ ramMb: 512 });
  const denied = [{ code: 'SIZE_NOT_ALLOWED', node: topology.vms[0]?.key, field: 'ownSize' }];
  const refusal = await refusalOf(student.templates.create({ name: 'Lab', topology }));
  expect(refusal).toMatchObject({ code: 'INVALID_TOPOLOGY', problems: denied });

  const lesson = await teacher.templates.create({ name: 'Lesson', topology });
  await teacher.templates.publish({ id: lesson.id, published: true });
  const text = (await teacher.templates.export({ id: lesson.id, format: 'trama' })).text;
  expect(await refusalOf(student.templates.import({ text }))).toMatchObject({ problems: denied });

  const copy = await student.templates.duplicate({ id: lesson.id });
  const vms = copy.topology.vms.map((vm) => ({ ...vm, label: 'mine' }));
  await student.templates.update({ id: copy.id, topology: { ...copy.topology, vms }, baseRevision: 1 });

  const zoneId = await world.zone();
  const slice = await student.slices.create({ name: 'One', templateId: copy.id, zoneId });
  expect(await student.slices.preview({ templateId: copy.id, zoneId })).toMatchObject({ problems: denied });
  expect(await student.deployments.plan({ sliceId: slice.id, kind: 'deploy' })).toMatchObject({ problems: denied });
  expect(await teacher.slices.preview({ templateId: lesson.id, zoneId })).toMatchObject({ problems: [] });
});
