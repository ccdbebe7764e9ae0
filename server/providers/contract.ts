import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { consoleKinds } from '#shared/image';
import { readConsole } from './contract-console';
import { attachment, link, pair, vmSpec, withNic } from './contract-fixtures';
import type { ContractHarness } from './contract-harness';
import { testApplied } from './contract-applied';
import { testCaptures } from './contract-captures';
import { testGates } from './contract-gates';
import { testExtraDisks } from './contract-disks';
import { commandsOfContract, expectCommandsRan, expectGuestAnswers } from './contract-guests';
import { testDrift } from './contract-drift';
import { readScreen } from './contract-screen';
import { testKeeping } from './contract-keeping';
import { testInternet } from './contract-internet';
import { testUsage } from './contract-usage';
import { testJoins } from './contract-joins';
import { testLinks } from './contract-links';
import { testUpdates } from './contract-updates';
import { ProviderError } from '#server/lib/provider-error';
import type { ImageSpec, Provider, SliceObservation, SliceRef } from './provider';

/** The tests that every provider passes. Slices and VMs get ids of their own in each test. */
export function describeProviderContract(name: string, makeHarness: () => Promise<ContractHarness>): void {
  describe(`provider contract: ${name}`, () => {
    let harness: ContractHarness;
    let nextId = 100;
    const slices: SliceRef[] = [];
    const id = () => nextId++;
    const newSlice = (): SliceRef => {
      const slice = { id: id() };
      slices.push(slice);
      return slice;
    };
    const newPair = () => pair({ a: id(), b: id(), edge: id() }, harness.image);
    const statusOf = (seen: SliceObservation, vmId: number) =>
      seen.vms.find((vm) => vm.id === vmId)?.status ?? 'absent';
    const edgeOf = (seen: SliceObservation, edgeId: number) =>
      seen.edges.find((edge) => edge.id === edgeId)?.status ?? 'absent';
    const isEmpty = (seen: SliceObservation) =>
      seen.vms.length === 0 && seen.networks.length === 0 && seen.edges.length === 0;
    const changeOf = (provider: Provider, slice: SliceRef) =>
      new Promise<void>((resolve) => {
        const stop = provider.onChange((change) => {
          if (change.sliceId !== slice.id) return;
          stop();
          resolve();
        });
      });
    const codeOf = (work: Promise<unknown>) =>
      work.then(
        () => 'no error',
        (error: unknown) => (error instanceof ProviderError ? error.code : `not a ProviderError: ${String(error)}`),
      );

    beforeAll(async () => {
      harness = await makeHarness();
    });
    afterAll(async () => {
      for (const slice of slices) await harness.provider.removeSlice(slice);
      await harness.dispose();
    });

    test('describes what it has and what it can do', async () => {
      const description = await harness.provider.describe();
      expect(description.physical.vcpus).toBeGreaterThan(0);
      expect(description.physical.ramMb).toBeGreaterThan(0);
      expect(description.physical.diskGb).toBeGreaterThan(0);
      const { nics, ...sizes } = description.vmLimits;
      expect(nics).toBeGreaterThan(0);
      for (const { min, max } of Object.values(sizes)) expect(min).toBeLessThan(max);
      expect(description.capabilities.run).toEqual({ ok: true, reason: null });
      for (const capability of Object.values(description.capabilities)) {
        expect(capability.ok ? capability.reason === null : (capability.reason ?? '').length > 10).toBe(true);
      }
    });

    test('takes settings while it is used, and what runs goes on', async () => {
      const { provider, settings } = harness;
      const slice = newSlice();
      const [one, other] = [vmSpec(id(), harness.image), vmSpec(id(), harness.image)];
      for (const vm of [one, other]) await provider.ensureVm(slice, vm);
      await provider.startVm(slice, one);
      await provider.configure(settings[1]);
      await provider.configure(settings[1]);
      expect(statusOf(await provider.observe(slice), one.id)).toBe('running');
      await provider.startVm(slice, other);
      expect(statusOf(await provider.observe(slice), other.id)).toBe('running');
      expect(await harness.countMachines(slice, one.id)).toBe(1);
      await provider.configure(settings[0]);
      await provider.removeSlice(slice);
    });

    test('sees nothing where nothing is, and removes it without an error', async () => {
      const slice = newSlice();
      const { a, edge } = newPair();
      expect(isEmpty(await harness.provider.observe(slice))).toBe(true);
      await harness.provider.stopVm(slice, a.id);
      await harness.provider.removeEdge(slice, edge.id);
      await harness.provider.removeVm(slice, a.id);
      await harness.provider.removeNetwork(slice, id());
      await harness.provider.removeSlice(slice);
      expect(isEmpty(await harness.provider.observe(slice))).toBe(true);
      expect(await harness.provider.listSlices()).not.toContain(slice.id);
    });

    test('prepares an image once for many, and names its size', async () => {
      const sizes = await Promise.all([1, 2, 3].map(() => harness.provider.ensureImage(harness.image)));
      expect(sizes[0]?.sizeMb).toBeGreaterThan(0);
      expect(new Set(sizes.map((size) => size.sizeMb)).size).toBe(1);
    });

    test('refuses an unknown image', async () => {
      const slice = newSlice();
      const image: ImageSpec = { ...harness.image, id: 9_999, name: 'nothing', source: 'builtin:nothing' };
      expect(await codeOf(harness.provider.ensureImage(image))).toBe('IMAGE_INVALID');
      expect(await codeOf(harness.provider.ensureVm(slice, vmSpec(id(), image)))).toBe('IMAGE_INVALID');
      expect(statusOf(await harness.provider.observe(slice), nextId - 1)).toBe('absent');
    });

    test('refuses to start, reboot or attach what is not defined, and has no console for it', async () => {
      const slice = newSlice();
      const { a, edge } = newPair();
      expect(await codeOf(harness.provider.startVm(slice, a))).toBe('INTERNAL');
      expect(await codeOf(harness.provider.rebootVm(slice, a))).toBe('INTERNAL');
      expect(await codeOf(harness.provider.ensureEdge(slice, edge))).toBe('INTERNAL');
      expect(await codeOf(harness.provider.openConsole(slice, a.id))).toBe('NOT_RUNNING');
      expect(isEmpty(await harness.provider.observe(slice))).toBe(true);
    });

    test('walks two VMs and their edge through life, every call twice', async () => {
      const { provider } = harness;
      const slice = newSlice();
      const { a, b: plain, edge } = newPair();
      const b = { ...plain, exec: commandsOfContract };
      for (const vm of [a, a, b, b]) await provider.ensureVm(slice, vm);
      await provider.ensureEdge(slice, edge);
      await provider.ensureEdge(slice, edge);
      let seen = await provider.observe(slice);
      expect(seen.vms.map((vm) => [vm.id, vm.status, vm.error])).toEqual([
        [a.id, 'stopped', null],
        [b.id, 'stopped', null],
      ]);
      expect(edgeOf(seen, edge.id)).toBe('down');
      expect(await provider.listSlices()).toContain(slice.id);

      await provider.startVm(slice, a);
      await provider.startVm(slice, a);
      seen = await provider.observe(slice);
      expect([statusOf(seen, a.id), statusOf(seen, b.id)]).toEqual(['running', 'stopped']);
      expect(edgeOf(seen, edge.id)).toBe('down');
      // ensureVm must not disturb what runs
      await provider.ensureVm(slice, a);

      await provider.startVm(slice, b);
      seen = await provider.observe(slice);
      expect([statusOf(seen, a.id), statusOf(seen, b.id)]).toEqual(['running', 'running']);
      expect(edgeOf(seen, edge.id)).toBe('up');
      expect(await harness.countMachines(slice, a.id)).toBe(1);
      await expectGuestAnswers(provider, slice, b);
      await expectCommandsRan(provider, slice, b);

      await provider.stopVm(slice, b.id);
      expect(await codeOf(provider.guestStatus(slice, b.id))).toBe('NOT_RUNNING');
      expect(await codeOf(provider.runInGuest(slice, b.id, { line: 'true', seconds: 1 }))).toBe('NOT_RUNNING');
      await provider.stopVm(slice, b.id);
      seen = await provider.observe(slice);
      expect(seen.vms.find((vm) => vm.id === b.id)).toMatchObject({ status: 'stopped', error: null });
      expect(edgeOf(seen, edge.id)).toBe('down');
      expect(await harness.countMachines(slice, b.id)).toBe(0);

      await provider.startVm(slice, b);
      seen = await provider.observe(slice);
      expect(edgeOf(seen, edge.id)).toBe('up');
      expect(await provider.ranAfterBoot(slice, b.id)).toEqual([]);

      await provider.removeEdge(slice, edge.id);
      await provider.removeEdge(slice, edge.id);
      seen = await provider.observe(slice);
      expect(edgeOf(seen, edge.id)).toBe('absent');
      expect([statusOf(seen, a.id), statusOf(seen, b.id)]).toEqual(['running', 'running']);

      await provider.removeVm(slice, a.id);
      await provider.removeVm(slice, a.id);
      seen = await provider.observe(slice);
      expect([statusOf(seen, a.id), statusOf(seen, b.id)]).toEqual(['absent', 'running']);
      expect(await harness.countMachines(slice, a.id)).toBe(0);

      await provider.removeVm(slice, b.id);
      expect(isEmpty(await provider.observe(slice))).toBe(true);
      expect(await provider.listSlices()).not.toContain(slice.id);
    });

    test('plugs an edge and a network into running VMs, reboots one, and keeps the edges', async () => {
      const { provider } = harness;
      const slice = newSlice();
      const a = vmSpec(id(), harness.image);
      const b = vmSpec(id(), harness.image);
      await provider.ensureVm(slice, a);
      await provider.ensureVm(slice, b);
      await Promise.all([provider.startVm(slice, a), provider.startVm(slice, b)]);

      const edge = link(id(), a, b);
      await provider.ensureEdge(slice, edge);
      await provider.ensureEdge(slice, edge);
      expect(edgeOf(await provider.observe(slice), edge.id)).toBe('up');

      const network = { id: id(), name: 'lan' };
      const aLinked = withNic(a, edge.source.nic);
      const plug = attachment(id(), aLinked, network.id, 1);
      expect(await codeOf(provider.ensureEdge(slice, plug))).toBe('INTERNAL');
      await provider.ensureNetwork(slice, network);
      await provider.ensureNetwork(slice, network);
      await provider.ensureEdge(slice, plug);
      await provider.ensureEdge(slice, plug);
      let seen = await provider.observe(slice);
      expect(seen.networks).toMatchObject([{ id: network.id, status: 'up' }]);
      expect([edgeOf(seen, edge.id), edgeOf(seen, plug.id)]).toEqual(['up', 'up']);

      const rebooted = withNic(aLinked, plug.source.nic);
      await provider.rebootVm(slice, rebooted);
      seen = await provider.observe(slice);
      expect(statusOf(seen, a.id)).toBe('running');
      expect([edgeOf(seen, edge.id), edgeOf(seen, plug.id)]).toEqual(['up', 'up']);
      expect(await harness.countMachines(slice, a.id)).toBe(1);

      await provider.removeNetwork(slice, network.id);
      await provider.removeNetwork(slice, network.id);
      seen = await provider.observe(slice);
      expect(seen.networks).toEqual([]);
      expect(edgeOf(seen, plug.id)).toBe('down');
      await provider.removeEdge(slice, plug.id);
      seen = await provider.observe(slice);
      expect([edgeOf(seen, edge.id), edgeOf(seen, plug.id)]).toEqual(['up', 'absent']);
      // what is left goes in one call, while the VMs run
      await provider.removeSlice(slice);
      await provider.removeSlice(slice);
      expect(isEmpty(await provider.observe(slice))).toBe(true);
      expect(await provider.listSlices()).not.toContain(slice.id);
      expect(await harness.countMachines(slice, b.id)).toBe(0);
    });

    test('takes a changed definition while the VM is stopped', async () => {
      const { provider } = harness;
      const slice = newSlice();
      const { a, b, edge } = newPair();
      await provider.ensureVm(slice, { ...a, nics: [] });
      await provider.ensureVm(slice, b);
      expect(edgeOf(await provider.observe(slice), edge.id)).toBe('down');
      await provider.ensureEdge(slice, edge);
      await provider.removeVm(slice, b.id);
      expect(edgeOf(await provider.observe(slice), edge.id)).toBe('down');
      await provider.ensureVm(slice, { ...a, nics: [] });
      expect(edgeOf(await provider.observe(slice), edge.id)).toBe('absent');
    });

    test('starts a stopped VM by reboot', async () => {
      const slice = newSlice();
      const vm = vmSpec(id(), harness.image);
      await harness.provider.ensureVm(slice, vm);
      await harness.provider.rebootVm(slice, vm);
      expect(statusOf(await harness.provider.observe(slice), vm.id)).toBe('running');
      await harness.provider.removeSlice(slice);
    });

    test('makes one VM of two concurrent wishes', async () => {
      const { provider } = harness;
      const slice = newSlice();
      const vm = vmSpec(id(), harness.image);
      const placements = await Promise.all([provider.ensureVm(slice, vm), provider.ensureVm(slice, vm)]);
      expect(placements[0]).toEqual(placements[1]);
      await Promise.all([provider.startVm(slice, vm), provider.startVm(slice, vm), provider.startVm(slice, vm)]);
      expect((await provider.observe(slice)).vms).toHaveLength(1);
      expect(await harness.countMachines(slice, vm.id)).toBe(1);
      await Promise.all([provider.removeVm(slice, vm.id), provider.removeVm(slice, vm.id)]);
      expect(await harness.countMachines(slice, vm.id)).toBe(0);
    });

    test('reports forwards, each VM its own, the same after a restart of VM and server', async () => {
      const slice = newSlice();
      const forwards = [
        { protocol: 'tcp' as const, guestPort: 22 },
        { protocol: 'tcp' as const, guestPort: 80 },
        { protocol: 'udp' as const, guestPort: 80 },
      ];
      const a = vmSpec(id(), harness.image, { forwards });
      const b = vmSpec(id(), harness.image, { forwards });
      const [first, second] = await Promise.all([
        harness.provider.ensureVm(slice, a),
        harness.provider.ensureVm(slice, b),
      ]);
      expect(first.forwards.map((forward) => forward.guestPort)).toEqual([22, 80, 80]);
      const taken = [...first.forwards, ...second.forwards].map(
        (forward) => `${forward.hostAddress}:${forward.hostPort}`,
      );
      expect(new Set(taken).size).toBe(6);
      expect(taken.every((address) => !address.includes('null'))).toBe(true);
      await harness.provider.startVm(slice, a);
      await harness.provider.stopVm(slice, a.id);
      await harness.restart();
      expect(await harness.provider.ensureVm(slice, a)).toEqual(first);
      const seen = await harness.provider.observe(slice);
      expect(seen.vms.find((vm) => vm.id === a.id)?.forwards).toEqual(first.forwards);
      await harness.provider.removeSlice(slice);
    });

    test('gives every console its history and what comes, and ends it with the VM', async () => {
      const { provider } = harness;
      const slice = newSlice();
      const vm = { ...vmSpec(id(), harness.image), graphics: true };
      await provider.ensureVm(slice, vm);
      for (const kind of consoleKinds)
        expect(await codeOf(provider.openConsole(slice, vm.id, kind))).toBe('NOT_RUNNING');
      await provider.startVm(slice, vm);
      const first = readConsole(await provider.openConsole(slice, vm.id));
      await first.until(harness.image.readyMarker ?? '');
      first.type('typed-by-one\n');
      await first.until('typed-by-one');
      const second = readConsole(await provider.openConsole(slice, vm.id));
      await second.until('typed-by-one');
      expect(second.text()).toContain(harness.image.readyMarker);
      second.type('typed-by-two\n');
      await Promise.all([first.until('typed-by-two'), second.until('typed-by-two')]);
      first.close();

      // the screen has a state for each reader: they need not know of each other
      const screens = [];
      for (let n = 0; n < 2; n += 1) screens.push(readScreen(await provider.openConsole(slice, vm.id, 'vnc')));
      for (const screen of screens) {
        expect(await screen.begin()).toBe('RFB 003.008\n');
        const { width, height, pixels } = await screen.picture();
        expect(width * height).toBeGreaterThan(0);
        expect(pixels.length).toBe(width * height * 4);
      }
      const [one, other] = screens;
      one?.close();
      const before = await other?.picture();
      // more than a cursor that blinks
      const typed = async () => {
        other?.press(0x78, 0x2d);
        const now = (await other?.picture())?.pixels ?? [];
        return now.filter((byte, at) => byte !== before?.pixels[at]).length;
      };
      await expect.poll(typed, { timeout: 60_000 }).toBeGreaterThan(400);
      await provider.stopVm(slice, vm.id);
      expect((await second.closed).length).toBeGreaterThan(0);
      expect((await other?.closed)?.length).toBeGreaterThan(0);
      await provider.removeSlice(slice);
    });

    test('is adopted by a new provider: status, edges, console, power', async () => {
      const slice = newSlice();
      const { a, b, edge } = newPair();
      const before = harness.provider;
      await before.ensureVm(slice, a);
      await before.ensureVm(slice, b);
      await before.ensureEdge(slice, edge);
      await Promise.all([before.startVm(slice, a), before.startVm(slice, b)]);
      const console = readConsole(await before.openConsole(slice, a.id));
      console.type('said-before-the-restart\n');
      await console.until('said-before-the-restart');

      const after = await harness.restart();
      expect(after).not.toBe(before);
      const seen = await after.observe(slice);
      expect([statusOf(seen, a.id), statusOf(seen, b.id), edgeOf(seen, edge.id)]).toEqual(['running', 'running', 'up']);
      expect(await after.listSlices()).toContain(slice.id);
      await after.ensureVm(slice, a);
      await after.startVm(slice, a);
      expect(await harness.countMachines(slice, a.id)).toBe(1);
      const again = readConsole(await after.openConsole(slice, a.id));
      await again.until('said-before-the-restart');
      again.type('said-after-the-restart\n');
      await again.until('said-after-the-restart');
      await after.stopVm(slice, a.id);
      expect(statusOf(await after.observe(slice), a.id)).toBe('stopped');
      await after.removeSlice(slice);
      expect(await harness.countMachines(slice, b.id)).toBe(0);
    });

    test('tells when a VM died by itself, calls it failed, and starts it again', async () => {
      const { provider } = harness;
      const slice = newSlice();
      const vm = vmSpec(id(), harness.image);
      await provider.ensureVm(slice, vm);
      await provider.startVm(slice, vm);
      const console = readConsole(await provider.openConsole(slice, vm.id));
      expect(await codeOf(provider.openConsole(slice, vm.id, 'vnc'))).toBe('UNSUPPORTED');
      const changed = changeOf(provider, slice);
      await harness.kill(slice, vm.id);
      await changed;
      await console.closed;
      const seen = await provider.observe(slice);
      expect(statusOf(seen, vm.id)).toBe('failed');
      expect(seen.vms[0]?.error?.message.length).toBeGreaterThan(10);

      await provider.startVm(slice, vm);
      expect((await provider.observe(slice)).vms[0]).toMatchObject({ status: 'running', error: null });

      // and a death that nobody may have seen is found by the next server
      expect(statusOf(await (await harness.restart()).observe(slice), vm.id)).toBe('running');
      await harness.kill(slice, vm.id);
      await harness.restart();
      expect(statusOf(await harness.provider.observe(slice), vm.id)).toBe('failed');
      await harness.provider.stopVm(slice, vm.id);
      expect((await harness.provider.observe(slice)).vms[0]).toMatchObject({ status: 'stopped', error: null });
      await harness.provider.removeSlice(slice);
    });

    testApplied({ harness: () => harness, newSlice, id, codeOf });
    testGates({ harness: () => harness, newSlice, id, codeOf });
    testUpdates({ harness: () => harness, newSlice, id, codeOf });
    testExtraDisks({ harness: () => harness, newSlice, id, codeOf });
    testDrift({ harness: () => harness, newSlice, id, codeOf });
    testUsage({ harness: () => harness, newSlice, id, codeOf });
    testCaptures({ harness: () => harness, newSlice, id, codeOf });
    testLinks({ harness: () => harness, newSlice, id, codeOf });
    testJoins({ harness: () => harness, newSlice, id, codeOf });
    testInternet({ harness: () => harness, newSlice, id, codeOf });
    testKeeping({ harness: () => harness, newSlice, id, codeOf });

    test('stops waiting when it is told to, and leaves the VM as it is', async () => {
      const { provider } = harness;
      const slice = newSlice();
      const vm = vmSpec(id(), harness.image);
      await provider.ensureVm(slice, vm);
      expect(await codeOf(provider.startVm(slice, vm, { signal: AbortSignal.abort() }))).toBe('ABORTED');
      expect(statusOf(await provider.observe(slice), vm.id)).toBe('stopped');
      const abort = new AbortController();
      const start = codeOf(provider.startVm(slice, vm, { signal: abort.signal }));
      abort.abort();
      expect(['ABORTED', 'no error']).toContain(await start);
      await provider.startVm(slice, vm);
      expect(statusOf(await provider.observe(slice), vm.id)).toBe('running');
      await provider.removeSlice(slice);
    });

    test('removes a VM while it is being started', async () => {
      const { provider } = harness;
      const slice = newSlice();
      const vm = vmSpec(id(), harness.image);
      await provider.ensureVm(slice, vm);
      const start = codeOf(provider.startVm(slice, vm));
      await provider.removeVm(slice, vm.id);
      // the start came too late, or was overtaken, or had just ended: it ends in any case
      expect(['NOT_RUNNING', 'INTERNAL', 'no error']).toContain(await start);
      await provider.removeVm(slice, vm.id);
      expect(isEmpty(await provider.observe(slice))).toBe(true);
      expect(await harness.countMachines(slice, vm.id)).toBe(0);
    });
  });
}
