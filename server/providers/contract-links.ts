import { expect, test } from 'vitest';
import type { Link } from '#shared/topology/link';
import { appliedEdge } from './applied';
import { attachment, pair, vmSpec, withNic } from './contract-fixtures';
import type { ContractTools } from './contract-harness';
import type { EdgeSpec, Provider, SliceRef } from './provider';

/** Of the contract, what links do to what passes them, as their guests measure it: all with one boot of two VMs. */
export function testLinks({ harness, newSlice, id }: ContractTools): void {
  const edgeOf = async (slice: SliceRef, edgeId: number) =>
    (await harness().provider.observe(slice)).edges.find((edge) => edge.id === edgeId);
  const twice = async (provider: Provider, slice: SliceRef, edge: EdgeSpec) => {
    await provider.updateEdge(slice, edge);
    await provider.updateEdge(slice, edge);
  };

  test('a link of VMs that run is bent, taken down and made a wire again, and goes on without the server', async () => {
    const { provider, image } = harness();
    const slice = newSlice();
    const { a, b, edge } = pair({ a: id(), b: id(), edge: id() }, image);
    for (const vm of [a, b]) await provider.ensureVm(slice, vm);
    await provider.ensureEdge(slice, edge);
    await Promise.all([a, b].map((vm) => provider.startVm(slice, vm)));
    const wire = (await harness().roundTrip(slice, a, b)) ?? Number.NaN;
    expect(wire).toBeLessThan(30);
    expect(await harness().countRelays(slice)).toBe(0);

    const bend = (link: Link | undefined, down = false): EdgeSpec => ({ ...edge, link, ...(down && { down }) });
    /** That an answer takes so long, beyond what it takes on a wire. */
    const expectDelay = async (ms: number) => {
      const took = (await harness().roundTrip(slice, a, b)) ?? Number.NaN;
      expect(took).toBeGreaterThanOrEqual(ms);
      expect(took).toBeLessThanOrEqual(ms * 1.1 + 2 + wire);
    };
    await twice(provider, slice, bend({ delayMs: 40 }));
    expect(await edgeOf(slice, edge.id)).toEqual({
      id: edge.id,
      status: 'up',
      applied: appliedEdge(bend({ delayMs: 40 })),
    });
    await expectDelay(80);
    expect(await harness().countRelays(slice)).toBe(1);
    await twice(provider, slice, bend({ delayMs: 60, back: { delayMs: 10 } }));
    await expectDelay(70);
    // one that is lost on either way has no answer, and is counted where it was lost
    const counters = await provider.openCounters(slice);
    const drops = async () => (await counters.read()).get(edge.id)?.drops;
    const none = { lost: 0, dropped: 0 };
    expect(await drops()).toEqual({ forth: none, back: none });
    await twice(provider, slice, bend({ back: { lossPercent: 100 } }));
    expect(await harness().roundTrip(slice, a, b)).toBeNull();
    await expect.poll(async () => (await drops())?.back.lost, { timeout: 60_000 }).toBeGreaterThan(0);
    expect((await drops())?.forth).toEqual(none);
    counters.close();

    await twice(provider, slice, bend({ delayMs: 20 }, true));
    expect(await edgeOf(slice, edge.id)).toMatchObject({ status: 'down' });
    expect(await harness().roundTrip(slice, a, b)).toBeNull();
    await twice(provider, slice, bend({ delayMs: 20 }));
    expect(await edgeOf(slice, edge.id)).toMatchObject({ status: 'up' });
    await expectDelay(40);

    const next = await harness().restart();
    expect(await edgeOf(slice, edge.id)).toMatchObject({ status: 'up', applied: appliedEdge(bend({ delayMs: 20 })) });
    expect(await harness().countRelays(slice)).toBe(1);
    await expectDelay(40);
    await twice(next, slice, bend({ delayMs: 30 }));
    await expectDelay(60);

    // nothing passes without it, which is seen and healed
    await harness().killRelays(slice);
    await expect.poll(async () => (await edgeOf(slice, edge.id))?.status).toBe('down');
    expect(await harness().roundTrip(slice, a, b)).toBeNull();
    await next.ensureEdge(slice, bend({ delayMs: 30 }));
    expect(await edgeOf(slice, edge.id)).toMatchObject({ status: 'up' });
    await expectDelay(60);

    await next.suspendSlice(slice);
    expect(await harness().countRelays(slice)).toBe(0);
    await next.resumeSlice(slice);
    await expectDelay(60);

    const lost = await harness().lostWhile(slice, a, b, async () => {
      for (const link of [{ delayMs: 5 }, undefined, {}, { delayMs: 1, rateKbps: 100_000 }, undefined])
        for (let n = 0; n < 4; n += 1) await next.updateEdge(slice, bend(n % 2 === 0 ? link : { delayMs: 3 }));
    });
    expect(lost).toBe(0);

    await twice(next, slice, edge);
    expect(await edgeOf(slice, edge.id)).toEqual({ id: edge.id, status: 'up', applied: appliedEdge(edge) });
    await expect.poll(() => harness().countRelays(slice), { timeout: 60_000 }).toBe(0);
    expect(await harness().roundTrip(slice, a, b)).toBeLessThan(30);
    await next.removeSlice(slice);
  });

  test('what is drawn as bent or down is so from its first start, at a network, too', async () => {
    const { provider, image } = harness();
    const slice = newSlice();
    const network = { id: id(), name: 'lan' };
    const [bareA, bareB] = [vmSpec(id(), image), vmSpec(id(), image)];
    const near = attachment(id(), bareA, network.id, 1);
    const far = attachment(id(), bareB, network.id, 2);
    const [a, b] = [withNic(bareA, near.source.nic), withNic(bareB, far.source.nic)];
    await provider.ensureNetwork(slice, network);
    for (const vm of [a, b]) await provider.ensureVm(slice, vm);
    await provider.ensureEdge(slice, { ...near, link: { delayMs: 25 } });
    await provider.ensureEdge(slice, { ...far, down: true });
    await Promise.all([a, b].map((vm) => provider.startVm(slice, vm)));
    expect(await harness().roundTrip(slice, a, b)).toBeNull();
    await provider.updateEdge(slice, far);
    const took = (await harness().roundTrip(slice, a, b)) ?? Number.NaN;
    expect(took).toBeGreaterThanOrEqual(50);
    expect(took).toBeLessThan(100);
    await provider.removeEdge(slice, near.id);
    await expect.poll(() => harness().countRelays(slice), { timeout: 60_000 }).toBe(0);
    await provider.removeSlice(slice);
  });
}
