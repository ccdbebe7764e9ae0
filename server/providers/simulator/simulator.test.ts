import { expect, test } from 'vitest';
import { openSettings } from '#shared/zone-settings';
import { describeProviderContract } from '../contract';
import { readConsole } from '../contract-console';
import { pair, vmSpec } from '../contract-fixtures';
import type { ImageSpec } from '../provider';
import { sentinels, invalidImageSource } from './sentinels';
import { createSimulatorProvider } from './simulator-provider';
import { simulatorHarness } from './simulator-harness';
import { createSimulatorState } from './simulator-state';

const image: ImageSpec = {
  id: 1,
  name: 'tiny',
  kind: 'kernel',
  source: 'builtin:tiny',
  sha256: null,
  readyMarker: 'SIMULATED-READY',
};
const slice = { id: 1 };

describeProviderContract('simulator', () =>
  simulatorHarness(createSimulatorState(), (state) => Promise.resolve(state)),
);

test('fails as the names say', async () => {
  const provider = createSimulatorProvider();
  const define = (id: number, name: string) => {
    const vm = vmSpec(id, image, { name });
    return provider.ensureVm(slice, vm).then(() => vm);
  };
  await expect(define(1, sentinels.failDefine)).rejects.toMatchObject({ code: 'NO_CAPACITY', retryable: false });

  const never = await define(2, `${sentinels.failStart}-x`);
  for (let i = 0; i < 2; i++)
    await expect(provider.startVm(slice, never)).rejects.toMatchObject({ code: 'VM_CRASHED', retryable: true });
  expect((await provider.observe(slice)).vms).toMatchObject([{ id: 2, status: 'failed' }]);

  const once = await define(3, sentinels.failOnceStart);
  await expect(provider.startVm(slice, once)).rejects.toMatchObject({ code: 'VM_CRASHED' });
  await provider.startVm(slice, once);

  const stop = await define(4, sentinels.failOnceStop);
  await provider.startVm(slice, stop);
  await expect(provider.stopVm(slice, 4)).rejects.toMatchObject({ code: 'UNAVAILABLE', retryable: true });
  await provider.stopVm(slice, 4);

  await define(5, sentinels.failRemoveOnce);
  await expect(provider.removeVm(slice, 5)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  await provider.removeVm(slice, 5);
  await define(6, sentinels.failRemoveOnce);
  await expect(provider.removeSlice(slice)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  await provider.removeSlice(slice);
  expect(await provider.listSlices()).toEqual([]);

  const named = vmSpec(7, { ...image, source: invalidImageSource });
  await expect(provider.ensureVm(slice, named)).rejects.toMatchObject({ code: 'IMAGE_INVALID', retryable: false });
});

test('a VM that crashes after its start is noticed', async () => {
  const provider = createSimulatorProvider();
  const vm = vmSpec(1, image, { name: sentinels.crashAfterStart });
  await provider.ensureVm(slice, vm);
  const changed = new Promise<{ sliceId: number }>((resolve) => provider.onChange(resolve));
  await provider.startVm(slice, vm);
  expect((await provider.observe(slice)).vms).toMatchObject([{ status: 'running' }]);
  expect(await changed).toEqual({ sliceId: 1 });
  expect((await provider.observe(slice)).vms).toMatchObject([{ status: 'failed' }]);
});

/** A clock that stands still until `advance` is called. */
function manualClock() {
  let now = 0;
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  const sleepers: { at: number; wake: () => void }[] = [];
  return {
    clock: () => now,
    sleep: (ms: number, signal?: AbortSignal) =>
      new Promise<void>((resolve, reject) => {
        sleepers.push({ at: now + ms, wake: resolve });
        signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
      }),
    async advance(ms: number) {
      await turn();
      now += ms;
      for (const sleeper of sleepers.splice(0)) {
        if (sleeper.at <= now) sleeper.wake();
        else sleepers.push(sleeper);
      }
      await turn();
    },
  };
}

test('boots as long as it is told, is starting meanwhile, also for another provider, and can be given up', async () => {
  const time = manualClock();
  const state = createSimulatorState();
  const options = { state, ...time, delays: { boot: 1_000, slowBoot: 60_000 } };
  const provider = createSimulatorProvider(options);
  const { a, b, edge } = pair({ a: 1, b: 2, edge: 3 }, image);
  const slow = { ...b, name: sentinels.slowStart };
  await provider.ensureVm(slice, a);
  await provider.ensureVm(slice, slow);
  await provider.ensureEdge(slice, edge);
  const abort = new AbortController();
  const first = provider.startVm(slice, a);
  const second = provider.startVm(slice, slow, { signal: abort.signal });
  const gaveUp = second.catch((error: unknown) => error);
  await time.advance(1_000);
  await first;
  const other = createSimulatorProvider(options);
  expect((await other.observe(slice)).vms.map((vm) => vm.status)).toEqual(['running', 'starting']);
  abort.abort();
  expect(await gaveUp).toMatchObject({ code: 'ABORTED' });
  const again = other.startVm(slice, slow);
  await time.advance(59_000);
  await again;
  expect((await other.observe(slice)).vms.map((vm) => vm.status)).toEqual(['running', 'running']);
  const console = readConsole(await other.openConsole(slice, slow.id));
  await console.until('SIMULATED-READY slow-start');
});

test('a VM whose timer ended a little early was starting to whoever looked after its start', async () => {
  let now = 0;
  const early = (ms: number) => Promise.resolve(void (now += ms > 1 ? ms - 0.4 : ms));
  const provider = createSimulatorProvider({ clock: () => now, sleep: early, delays: { boot: 5 } });
  await provider.ensureVm(slice, vmSpec(1, image));
  await provider.startVm(slice, vmSpec(1, image));
  expect((await provider.observe(slice)).vms).toMatchObject([{ status: 'running' }]);
});

const settingsOf = (settings: object) => openSettings.parse({ provider: 'simulator', ...settings });

test('goes by the delays and the launch limit of its settings, those who wait, too', async () => {
  const time = manualClock();
  const provider = createSimulatorProvider({ ...time, launchLimit: 1 });
  await provider.configure(settingsOf({ bootDelayMs: 1_000 }));
  const vms = [1, 2, 3].map((id) => vmSpec(id, image));
  for (const vm of vms) await provider.ensureVm(slice, vm);
  const starts = vms.map((vm) => provider.startVm(slice, vm));
  const statuses = async () => (await provider.observe(slice)).vms.map((vm) => vm.status);
  await time.advance(0);
  expect(await statuses()).toEqual(['starting', 'stopped', 'stopped']);
  await provider.configure(settingsOf({ bootDelayMs: 1_000, launchLimit: 2 }));
  await time.advance(0);
  expect(await statuses()).toEqual(['starting', 'starting', 'stopped']);
  // without a limit of its own again
  await provider.configure(settingsOf({ callDelayMs: 0 }));
  await time.advance(1_000);
  await time.advance(1_000);
  await Promise.all(starts);
  expect(await statuses()).toEqual(['running', 'running', 'running']);
});

test('takes the first access key that it is given, and refuses every call with another or none', async () => {
  const state = createSimulatorState();
  const provider = createSimulatorProvider({ state });
  expect(await provider.listSlices()).toEqual([]);
  await provider.configure(settingsOf({ accessKey: 'right' }));
  await provider.ensureVm(slice, vmSpec(1, image));
  const denied = { code: 'ACCESS_DENIED', retryable: false };
  for (const settings of [{}, { accessKey: 'wrong' }]) {
    await provider.configure(settingsOf(settings));
    await expect(provider.describe()).rejects.toMatchObject(denied);
    await expect(provider.observe(slice)).rejects.toMatchObject(denied);
    await expect(provider.startVm(slice, vmSpec(1, image))).rejects.toMatchObject(denied);
  }
  // another one on the same infrastructure is asked for it, too
  await expect(createSimulatorProvider({ state }).listSlices()).rejects.toMatchObject(denied);
  await provider.configure(settingsOf({ accessKey: 'right' }));
  expect((await provider.observe(slice)).vms).toHaveLength(1);
});

test('keeps to the launch limit', async () => {
  const time = manualClock();
  const provider = createSimulatorProvider({ ...time, launchLimit: 1, delays: { boot: 1_000 } });
  const vms = [1, 2].map((id) => vmSpec(id, image));
  for (const vm of vms) await provider.ensureVm(slice, vm);
  const starts = vms.map((vm) => provider.startVm(slice, vm));
  await time.advance(0);
  expect((await provider.observe(slice)).vms.map((vm) => vm.status)).toEqual(['starting', 'stopped']);
  await time.advance(1_000);
  expect((await provider.observe(slice)).vms.map((vm) => vm.status)).toEqual(['running', 'starting']);
  await time.advance(1_000);
  await Promise.all(starts);
});
