import { expect } from 'vitest';
import type { BootRun } from '#shared/guest';
import type { Provider, SliceRef, VmSpec } from './provider';

/** Of the contract, what a guest says that has booted with the NICs of its spec, and what it does that it is told. */
export async function expectGuestAnswers(provider: Provider, slice: SliceRef, vm: VmSpec): Promise<void> {
  const status = await provider.guestStatus(slice, vm.id);
  for (const { mac, address } of vm.nics) {
    const nic = status.nics?.find((one) => one.mac === mac);
    expect(nic?.addresses).toContain(address);
  }
  expect(status.nics?.map(({ name }) => name)).not.toContain('lo');
  expect(status.uptimeSeconds).toBeGreaterThanOrEqual(0);
  expect(status.load).toHaveLength(3);
  const { totalMb = 0, availableMb = 0 } = status.memory ?? {};
  // a kernel keeps some of it
  expect(totalMb).toBeGreaterThan(vm.ramMb / 2);
  expect(totalMb).toBeLessThanOrEqual(vm.ramMb);
  expect(availableMb).toBeLessThan(totalMb);
  if (status.disk !== null) expect(status.disk.usedMb).toBeLessThanOrEqual(status.disk.totalMb);

  const run = (line: string, seconds = 60) => provider.runInGuest(slice, vm.id, { line, seconds });
  // several at once do not mix
  const [told, failed] = await Promise.all([
    run('echo told to "the" guest'),
    run('exit 3'),
    provider.guestStatus(slice, vm.id),
  ]);
  expect(told).toMatchObject({ exitCode: 0, truncated: false, timedOut: false });
  expect(told.output).toMatch(/^told to "?the"? guest\n$/);
  expect(failed).toMatchObject({ output: '', exitCode: 3 });
  expect(await run('sleep 1000', 1)).toMatchObject({ exitCode: null, timedOut: true });
}

/** What a VM says that it runs after its boot, for {@link expectCommandsRan}. */
export const commandsOfContract = ['echo booted', 'exit 3'];

/** Of the contract, what becomes of the commands of a VM that has just been started. */
export async function expectCommandsRan(provider: Provider, slice: SliceRef, vm: VmSpec): Promise<void> {
  expect(await provider.ranAfterBoot(slice, vm.id)).toEqual([]);
  const told: BootRun[] = [];
  const run = () =>
    provider.runAfterBoot(slice, vm.id, {
      signal: new AbortController().signal,
      tell: async (one) => {
        told.push(one);
      },
    });
  await Promise.all([run(), run()]);
  expect(told).toMatchObject([
    { command: 'echo booted', output: 'booted\n', exitCode: 0, error: null },
    { command: 'exit 3', output: '', exitCode: 3, error: null },
  ]);
  expect(await provider.ranAfterBoot(slice, vm.id)).toEqual(told);
}
