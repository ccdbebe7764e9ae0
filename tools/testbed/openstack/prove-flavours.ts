import assert from 'node:assert/strict';
import { tiny as image, vmSpec } from '#server/providers/contract-fixtures';
import { createCaller } from '#server/providers/openstack/client/caller';
import { novaOf } from '#server/providers/openstack/client/nova';
import { accessOf, type CloudSettings } from '#server/providers/openstack/client/settings';
import { createOpenStackProvider } from '#server/providers/openstack/openstack-provider';
import { testConnection } from '#server/providers/openstack/test-connection';
import type { Provider, VmSpec } from '#server/providers/provider';

const slice = { id: 6 };
const disk = { ...image, kind: 'disk' as const };

/**
 * Which flavours VMs get: what is listed, what is made for their size, and the smallest that fits for who may not make any. `maker` may, by the access rules that it
 * takes and no others; `member`, an account without any, may not.
 */
export async function proveFlavours(
  { member, maker }: { member: CloudSettings; maker: CloudSettings },
  log: (line: string) => void,
): Promise<void> {
  const listed = { ...member, flavours: '7=medium, 8=none' };
  await using(listed, async (provider, flavourOf) => {
    assert.equal(await flavourOf(vmSpec(6_000, disk, { flavourId: 7 })), 'medium');
    assert.equal(await flavourOf(vmSpec(6_001, disk)), 'nano');
    const gone = vmSpec(6_002, disk, { flavourId: 8 });
    await provider.ensureVm(slice, gone);
    await assert.rejects(provider.startVm(slice, gone), (error: Error) => {
      log(`A VM whose flavour is named and gone: ${error.message}`);
      return 'code' in error && error.code === 'NO_CAPACITY';
    });
  });
  for (const [who, settings, { ramMb, name, rule }] of [
    ['Who may make flavours', maker, { ramMb: 333, name: 'trama-1-333-1', rule: 'create' }],
    ['Who may not', member, { ramMb: 444, name: 'small', rule: 'smallest' }],
  ] as const) {
    const creating: CloudSettings = { ...settings, otherFlavours: 'create' };
    const { ok, steps } = await testConnection(creating);
    log(`${who}: ${steps.find((step) => step.name === 'flavours')?.reason ?? ''}`);
    assert.equal(ok, true);
    await using(creating, async (provider, flavourOf) => {
      // two that are started at once
      const names = await Promise.all([6_011, 6_012].map((id) => flavourOf(vmSpec(id, disk, { ramMb }))));
      assert.deepEqual(names, [name, name]);
      assert.equal((await provider.describe()).flavours?.rule, rule);
    });
  }
  log('VMs have the flavours that are listed, made for them once, or the smallest.');
}

/** With a provider that is closed, and whose slice is removed, at the end. */
async function using(
  settings: CloudSettings,
  work: (provider: Provider, flavourOf: (vm: VmSpec) => Promise<string>) => Promise<void>,
): Promise<void> {
  const mark = 'trama-1-sizes';
  const provider = createOpenStackProvider({ mark, settings, log: () => undefined });
  const caller = createCaller(accessOf(settings));
  try {
    await work(provider, async (vm) => {
      await provider.ensureVm(slice, vm);
      await provider.startVm(slice, vm);
      const servers = await novaOf(caller).servers([`${mark}.s${slice.id}.v${vm.id}`]);
      return servers.map(({ flavor }) => flavor.original_name).join(', ');
    });
  } finally {
    await provider.removeSlice(slice);
    await provider.close();
    caller.close();
  }
}
