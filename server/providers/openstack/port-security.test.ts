import { expect, test } from 'vitest';
import { silentLogger } from '#server/lib/logger';
import { settingsOf, testCloud, type TestCloud } from '#server/testing/cloud';
import { link, tiny, vmSpec, withNic } from '../contract-fixtures';
import { createOpenStackProvider } from './openstack-provider';
import { testConnection } from './test-connection';

const slice = { id: 12 };
const [a, b] = [vmSpec(1, tiny), vmSpec(2, tiny)];
const edge = link(3, a, b);
async function linked(cloud: TestCloud, change: object, mtu?: number) {
  const provider = createOpenStackProvider({
    mark: 'trama-1-abc',
    settings: settingsOf(cloud, change),
    log: silentLogger.info,
    pause: () => Promise.resolve(),
  });
  const nic = mtu === undefined ? edge.source.nic : { ...edge.source.nic, mtu };
  for (const vm of [withNic(a, nic), b]) await provider.ensureVm(slice, vm);
  await provider.ensureEdge(slice, { ...edge, source: { ...edge.source, nic } });
  await provider.close();
  const named = (kind: 'networks' | 'ports', end: string) =>
    [...cloud.things[kind].values()].find(({ name }) => String(name).endsWith(end));
  return { network: named('networks', 's12.e3'), port: named('ports', 's12.e3.v1') };
}

test('port security is off unless the settings say otherwise', async () => {
  const cloud = await testCloud();
  const { network, port } = await linked(cloud, {});
  expect([network?.['port_security_enabled'], port?.['port_security_enabled']]).toEqual([false, false]);
  expect(port).not.toHaveProperty('allowed_address_pairs');
  expect(cloud.asked.some(({ path }) => path.endsWith('/security-groups'))).toBe(false);
});

test('where a cloud lets nobody switch port security off, nothing that is made has it off', async () => {
  const cloud = await testCloud();
  await linked(cloud, { portSecurity: 'pairs' });
  const all = [...cloud.things.networks.values(), ...cloud.things.ports.values()];
  expect(all.map((thing) => thing['port_security_enabled'])).toEqual(all.map(() => true));
  expect(all.length).toBeGreaterThan(4);
});

test.each(['labs', 'sg-1'])(
  'with address pairs a port is in the group %s, and every address is allowed',
  async (group) => {
    const cloud = await testCloud();
    const { network, port } = await linked(cloud, { portSecurity: 'pairs', securityGroup: group });
    expect(network?.['port_security_enabled']).toBe(true);
    expect(port).toMatchObject({
      ...{ port_security_enabled: true, security_groups: ['sg-1'] },
      allowed_address_pairs: [{ ip_address: '0.0.0.0/0' }, { ip_address: '::/0' }],
    });
    expect(cloud.asked.filter(({ path }) => path.endsWith('/security-groups'))).toHaveLength(1);
  },
);

test.each(['none', 'twice'])(
  'a group that is there not once, %s, is told, by the test of the connection, too',
  async (group) => {
    const cloud = await testCloud();
    const change = { portSecurity: 'pairs', securityGroup: group };
    await expect(linked(cloud, change)).rejects.toMatchObject({ sentences: [{ code: 'CLOUD_GROUP_MISSING' }] });
    const { ok, steps } = await testConnection(settingsOf(cloud, change));
    expect(ok).toBe(false);
    expect(steps.find(({ name }) => name === 'network')).toMatchObject({
      ...{ state: 'failed', sentences: [{ code: 'CLOUD_GROUP_MISSING', params: { name: group } }] },
    });
  },
);

test('a network has the MTU of its drawing, else that of the settings, else the cloud’s', async () => {
  const mtuOf = async (change: object, mtu?: number) => (await linked(await testCloud(), change, mtu)).network?.['mtu'];
  expect(await mtuOf({})).toBeUndefined();
  expect(await mtuOf({ mtu: 1_450 })).toBe(1_450);
  expect(await mtuOf({ mtu: 1_450 }, 1_400)).toBe(1_400);
});
