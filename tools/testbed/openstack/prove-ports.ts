import assert from 'node:assert/strict';
import { z } from 'zod';
import { link, tiny as image, vmSpec, withNic } from '#server/providers/contract-fixtures';
import { createCaller } from '#server/providers/openstack/client/caller';
import { accessOf, type CloudSettings } from '#server/providers/openstack/client/settings';
import { createOpenStackProvider } from '#server/providers/openstack/openstack-provider';

const slice = { id: 8 };
const seen = z.object({
  ports: z.array(
    z.object({
      port_security_enabled: z.boolean(),
      security_groups: z.array(z.string()),
      allowed_address_pairs: z.array(z.object({ ip_address: z.string() })),
    }),
  ),
});

/** A link whose ports keep their port security, with all addresses allowed, in the project's group; by the access rules that this takes and no others. */
export async function provePorts(settings: CloudSettings, log: (line: string) => void): Promise<void> {
  const mark = 'trama-1-ports';
  const provider = createOpenStackProvider({ mark, settings, log: () => undefined });
  const caller = createCaller(accessOf(settings));
  const [a, b] = [vmSpec(8_000, image), vmSpec(8_001, image)];
  const edge = link(8_000, a, b);
  const vms = [withNic(a, edge.source.nic), withNic(b, edge.target.nic)];
  try {
    for (const vm of vms) await provider.ensureVm(slice, vm);
    await provider.ensureEdge(slice, edge);
    for (const vm of vms) await provider.startVm(slice, vm);
    assert.equal((await provider.observe(slice)).edges[0]?.status, 'up');
    const query = { name: [a, b].map(({ id }) => `${mark}.s${slice.id}.e${edge.id}.v${id}`) };
    const { ports } = await caller.call({ service: 'network', method: 'GET', path: '/ports', query, answer: seen });
    assert.equal(ports.length, 2);
    for (const port of ports) {
      assert.deepEqual([port.port_security_enabled, port.security_groups.length], [true, 1]);
      const addresses = port.allowed_address_pairs.map(({ ip_address }) => ip_address);
      assert.deepEqual(addresses.toSorted(), ['0.0.0.0/0', '::/0']);
    }
    log('A link whose ports keep their port security is up, with every address allowed.');
  } finally {
    await provider.removeSlice(slice);
    await provider.close();
    caller.close();
  }
}
