import assert from 'node:assert/strict';
import { appendFile, cp, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { onTestFinished, afterAll, expect, test } from 'vitest';
import { describeProviderContract } from '../contract';
import { attachment, pair, tiny, vmSpec } from '../contract-fixtures';
import { aroundCalls } from '../around-calls';
import type { Provider } from '../provider';
import { openSimulatorState, type KeptState } from './simulator-files';
import { simulatorHarness } from './simulator-harness';
import { createSimulatorProvider } from './simulator-provider';
import { sentinels } from './sentinels';
import { crashVm, type SimulatorState } from './simulator-state';

const root = await mkdtemp(path.join(tmpdir(), 'trama-simulated-'));
afterAll(() => rm(root, { recursive: true }));
let folders = 0;
const newFolder = () => path.join(root, String(++folders));
const slice = { id: 7 };

async function opened(folder: string): Promise<KeptState> {
  const state = await openSimulatorState(folder);
  onTestFinished(() => state.close());
  return state;
}

/** All that is simulated, but for what consoles have shown. */
const contents = ({ slices, usedPorts, failedOnce, accessKey }: SimulatorState) => ({
  slices: [...slices].map(([id, { vms, ...rest }]) => ({
    ...rest,
    id,
    vms: [...vms.values()].map((vm) => ({ ...vm, console: null })),
  })),
  usedPorts,
  failedOnce,
  accessKey,
});

/** What a server would find that is started now, while this one has it. */
async function found(folder: string): Promise<SimulatorState> {
  const copy = newFolder();
  await cp(folder, copy, { recursive: true, filter: (name) => path.basename(name) !== 'lock' });
  const state = await openSimulatorState(copy);
  await state.close();
  await rm(copy, { recursive: true });
  return state;
}

/** Fails any call after which the files do not say what the memory does. */
function checked(provider: Provider, state: SimulatorState, folder: string): Provider {
  const check = async () => {
    // what runs beside this call may be between its change and its end
    for (let tries = 0; tries < 20; tries += 1) {
      const now = contents(state);
      const kept = contents(await found(folder));
      if (JSON.stringify(kept) === JSON.stringify(now)) break;
      await turn();
    }
    const now = contents(state);
    expect(contents(await found(folder))).toEqual(now);
  };
  return aroundCalls(provider, (call) => {
    const answer = call();
    return answer instanceof Promise ? answer.finally(check) : answer;
  });
}

describeProviderContract('simulator, in files', async () => {
  const folder = newFolder();
  const first = await openSimulatorState(folder);
  let current = first;
  const harness = await simulatorHarness(first, async () => {
    await current.close();
    return (current = await openSimulatorState(folder));
  });
  harness.provider = checked(harness.provider, current, folder);
  const { restart, dispose } = harness;
  harness.restart = async () => (harness.provider = checked(await restart(), current, folder));
  harness.dispose = async () => {
    await dispose();
    await current.close();
    assert.deepEqual(await readdir(folder), ['zone.log']);
  };
  return harness;
});

test('a VM that boots when its server is killed goes on booting, and is ready at the same time', async () => {
  const folder = newFolder();
  const state = await opened(folder);
  const time = { now: 5_000 };
  const options = { clock: () => time.now, delays: { boot: 1_000 } };
  const provider = createSimulatorProvider({ state, ...options, sleep: () => new Promise(() => {}) });
  await provider.ensureVm(slice, vmSpec(1, tiny));
  void provider.startVm(slice, vmSpec(1, tiny));
  await turn();
  const next = createSimulatorProvider({ state: await found(folder), ...options });
  expect((await next.observe(slice)).vms).toMatchObject([{ status: 'starting' }]);
  time.now = 6_000;
  expect((await next.observe(slice)).vms).toMatchObject([{ status: 'running' }]);
});

test('keeps what crashed, what fails only once, and whose key it takes', async () => {
  const folder = newFolder();
  const state = await opened(folder);
  const provider = createSimulatorProvider({ state });
  const vms = [vmSpec(1, tiny), vmSpec(2, tiny, { name: sentinels.failOnceStart })];
  for (const vm of vms) await provider.ensureVm(slice, vm);
  await provider.startVm(slice, vmSpec(1, tiny));
  await expect(provider.startVm(slice, vmSpec(2, tiny))).rejects.toMatchObject({ code: 'VM_CRASHED' });
  crashVm(state, slice.id, 1);
  expect(contents(await found(folder))).toEqual(contents(state));
});

test('a line that was cut off is left out, and what comes after it is read again', async () => {
  const folder = newFolder();
  const first = await openSimulatorState(folder);
  const provider = createSimulatorProvider({ state: first });
  const { a, b, edge } = pair({ a: 1, b: 2, edge: 3 }, tiny);
  await provider.ensureNetwork(slice, { id: 9, name: 'lan' });
  for (const vm of [a, b]) await provider.ensureVm(slice, vm);
  await provider.ensureEdge(slice, edge);
  const before = contents(first);
  await first.close();
  await appendFile(path.join(folder, 's7.log'), '{"at":["vms",1');
  const second = await openSimulatorState(folder);
  expect(contents(second)).toEqual(before);
  await createSimulatorProvider({ state: second }).ensureEdge(slice, attachment(4, a, 9, 2));
  const after = contents(second);
  await second.close();
  expect(contents(await opened(folder))).toEqual(after);
});

test('a log is as long as what it tells after the next start, not as what has happened', async () => {
  const folder = newFolder();
  const first = await openSimulatorState(folder);
  const provider = createSimulatorProvider({ state: first });
  const vm = vmSpec(1, tiny);
  await provider.ensureVm(slice, vm);
  const size = async () => (await readFile(path.join(folder, 's7.log'))).length;
  const short = await size();
  for (let n = 0; n < 20; n += 1) {
    await provider.startVm(slice, vm);
    await provider.stopVm(slice, 1);
  }
  expect(await size()).toBeGreaterThan(10 * short);
  await first.close();
  await opened(folder);
  expect(await size()).toBeLessThan(3 * short);
});

test('another one waits until the folder is let go of', async () => {
  const folder = newFolder();
  const first = await openSimulatorState(folder);
  const seen: string[] = [];
  const second = openSimulatorState(folder).then((state) => {
    seen.push('opened');
    return state.close();
  });
  await createSimulatorProvider({ state: first }).ensureVm(slice, vmSpec(1, tiny));
  seen.push('closed');
  await first.close();
  await second;
  expect(seen).toEqual(['closed', 'opened']);
});
