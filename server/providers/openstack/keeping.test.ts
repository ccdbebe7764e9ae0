import { expect, test } from 'vitest';
import { silentLogger } from '#server/lib/logger';
import { settingsOf, testCloud, type TestCloud } from '#server/testing/cloud';
import { link, tiny, vmSpec, withNic } from '../contract-fixtures';
import { createOpenStackProvider } from './openstack-provider';

const slice = { id: 12 };
const [plainA, plainB, idle] = [vmSpec(1, tiny), vmSpec(2, tiny), vmSpec(3, tiny)];
const edge = link(3, plainA, plainB);
const [a, b] = [withNic(plainA, edge.source.nic), withNic(plainB, edge.target.nic)];

const providerOf = (cloud: TestCloud) =>
  createOpenStackProvider({
    ...{ mark: 'trama-1-abc', settings: settingsOf(cloud), log: silentLogger.info },
    pause: () => Promise.resolve(),
  });

async function deployed() {
  const cloud = await testCloud();
  const provider = providerOf(cloud);
  for (const vm of [a, b, idle]) await provider.ensureVm(slice, vm);
  await provider.ensureEdge(slice, edge);
  for (const vm of [a, b]) await provider.startVm(slice, vm);
  const statuses = async () => (await provider.observe(slice)).vms.map(({ status }) => status);
  const acts = () =>
    cloud.asked.filter(({ path }) => path.endsWith('/action')).map(({ body }) => Object.keys(body)[0] ?? '');
  return { cloud, provider, statuses, acts };
}

test('a slice is suspended, which nothing changes but resuming, stopping and a reboot', async () => {
  const { cloud, provider, statuses, acts } = await deployed();
  expect((await provider.describe()).capabilities.suspend).toEqual({ ok: true, reason: null });
  expect((await provider.roomToKeep(slice)).needsMb).toBeGreaterThan(0);
  await provider.suspendSlice(slice);
  await provider.suspendSlice(slice);
  expect(acts()).toEqual(['suspend', 'suspend']);
  expect(await provider.roomToKeep(slice)).toEqual({ needsMb: 0, freeMb: null });
  expect(await statuses()).toEqual(['suspended', 'suspended', 'stopped']);
  expect((await provider.observe(slice)).edges.map(({ status }) => status)).toEqual(['down']);
  const ids = [...cloud.things.servers.keys()];
  await provider.updateVm(slice, { ...a, ramMb: a.ramMb + 32 }, { recreate: true });
  expect([...cloud.things.servers.keys()]).toEqual(ids);
  await expect(provider.openConsole(slice, a.id)).rejects.toMatchObject({ code: 'NOT_RUNNING' });

  // by another server
  await providerOf(cloud).resumeSlice(slice);
  expect(await statuses()).toEqual(['running', 'running', 'stopped']);

  await provider.suspendSlice(slice);
  await provider.stopVm(slice, b.id);
  await provider.startVm(slice, a);
  expect(await statuses()).toEqual(['running', 'stopped', 'stopped']);
  await provider.suspendSlice(slice);
  const before = acts().length;
  await provider.rebootVm(slice, a);
  // not resumed: its memory is given up
  expect(acts().slice(before)).toEqual(['reboot']);
  expect(await statuses()).toEqual(['running', 'stopped', 'stopped']);
  await provider.removeSlice(slice);
});

test('what the cloud does not suspend is told, and the others go on when they are resumed', async () => {
  const { cloud, provider, statuses } = await deployed();
  const [stubborn] = cloud.things.servers.keys();
  cloud.mishap = ({ path, body }) =>
    path.endsWith(`/${stubborn}/action`) && 'suspend' in body ? { status: 202 } : null;
  await expect(provider.suspendSlice(slice)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  expect((await statuses()).toSorted()).toEqual(['running', 'stopped', 'suspended']);
  await provider.resumeSlice(slice);
  expect(await statuses()).toEqual(['running', 'running', 'stopped']);
});

test('an answer that is lost on the way to a suspended slice is no second asking of what is suspended', async () => {
  const { cloud, provider, statuses } = await deployed();
  let lost = 0;
  cloud.mishap = ({ body }) => ('suspend' in body && (lost += 1) <= 2 ? 'lost-answer' : null);
  for (let tries = 0; tries < 3; tries += 1)
    if (
      await provider.suspendSlice(slice).then(
        () => true,
        () => false,
      )
    )
      break;
  expect(await statuses()).toEqual(['suspended', 'suspended', 'stopped']);
});
