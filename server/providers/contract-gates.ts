import { expect, test } from 'vitest';
import { readConsole } from './contract-console';
import { vmSpec } from './contract-fixtures';
import type { ContractTools } from './contract-harness';

/** Of the contract, when a VM that has booted is ready. */
export function testGates({ harness, newSlice, id, codeOf }: ContractTools): void {
  /** Resolves with `what` once it is certain that the wait is not over by itself. */
  const stillWaits = async (wait: Promise<unknown>): Promise<boolean> =>
    Promise.race([
      wait.then(() => false),
      harness()
        .provider.describe()
        .then(() => true),
    ]);

  test('a VM without a gate is ready when it runs, and one that does not run never is', async () => {
    const { provider, image } = harness();
    const slice = newSlice();
    const vm = vmSpec(id(), image);
    expect(await codeOf(provider.awaitReady(slice, vm))).toBe('INTERNAL');
    await provider.ensureVm(slice, vm);
    expect(await codeOf(provider.awaitReady(slice, vm))).toBe('NOT_RUNNING');
    await provider.startVm(slice, vm);
    await provider.awaitReady(slice, vm);
    await provider.removeSlice(slice);
  });

  test('a gate that is a text opens when the console shows it, stays open, and closes with the next start', async () => {
    const slice = newSlice();
    const vm = vmSpec(id(), harness().image, { ready: { marker: 'database is up', timeoutSeconds: 60 } });
    const { provider } = harness();
    await provider.ensureVm(slice, vm);
    await provider.startVm(slice, vm);
    const wait = provider.awaitReady(slice, vm);
    expect(await stillWaits(wait)).toBe(true);
    const console = readConsole(await provider.openConsole(slice, vm.id));
    // not all of it at once
    console.type('database is');
    console.type(' up\n');
    await wait;
    await provider.awaitReady(slice, vm);
    // also for a server that was not there when it was shown, and for another text that was
    const after = await harness().restart();
    await after.startVm(slice, vm);
    await after.awaitReady(slice, vm);
    await after.awaitReady(slice, { ...vm, ready: { marker: 'is up', timeoutSeconds: 60 } });

    await after.rebootVm(slice, vm);
    const abort = new AbortController();
    const again = after.awaitReady(slice, vm, { signal: abort.signal });
    expect(await stillWaits(again)).toBe(true);
    abort.abort();
    expect(await codeOf(again)).toBe('ABORTED');
    // heard from the beginning: it is refused before the stop has been answered
    const next = codeOf(after.awaitReady(slice, vm));
    await after.stopVm(slice, vm.id);
    expect(await next).toBe('NOT_RUNNING');
    await after.removeSlice(slice);
  });

  test('a gate that is a time opens when it has passed, and not when the VM ends meanwhile', async () => {
    const { provider, image } = harness();
    const slice = newSlice();
    const vm = vmSpec(id(), image, { ready: { seconds: 1, timeoutSeconds: 60 } });
    await provider.ensureVm(slice, vm);
    await provider.startVm(slice, vm);
    await provider.awaitReady(slice, vm);
    const wait = codeOf(provider.awaitReady(slice, { ...vm, ready: { seconds: 2, timeoutSeconds: 60 } }));
    await harness().kill(slice, vm.id);
    expect(await wait).toBe('NOT_RUNNING');
    await provider.removeSlice(slice);
  });
}
