import { expect, test } from 'vitest';
import { addressOf, pair } from './contract-fixtures';
import type { ContractTools } from './contract-harness';
import type { CapturedFrame, CaptureStream, EdgeCounters } from './provider';

/** Of the contract, what is seen on links. */
export function testCaptures({ harness, newSlice, id, codeOf }: ContractTools): void {
  /** Reads until a frame is as it is looked for. */
  async function frameOf(stream: CaptureStream, wanted: (frame: CapturedFrame) => boolean): Promise<CapturedFrame> {
    const signal = AbortSignal.timeout(60_000);
    for (;;) {
      const batch = await stream.next(signal);
      if (batch === null) throw new Error('The capture ended without the frame.');
      const found = batch.frames.find(wanted);
      if (found !== undefined) return found;
    }
  }
  const isEcho = ({ data }: CapturedFrame) => data[12] === 8 && data[13] === 0 && data[23] === 1 && data[34] === 8;
  const macIn = ({ data }: CapturedFrame) => Buffer.from(data.subarray(6, 12)).toString('hex');

  test('shows what passes on a link, at its time, to each reader; ends with the VMs, and with the server that read', async () => {
    const { provider, image } = harness();
    const slice = newSlice();
    const { a, b, edge } = pair({ a: id(), b: id(), edge: id() }, image);
    for (const vm of [a, b]) await provider.ensureVm(slice, vm);
    await provider.ensureEdge(slice, edge);
    const whole = { edgeIds: [edge.id], snapLength: 65_535 };
    expect(await codeOf(provider.openCapture(slice, whole))).toBe('NOT_RUNNING');
    await Promise.all([provider.startVm(slice, a), provider.startVm(slice, b)]);
    expect(await codeOf(provider.openCapture(slice, { ...whole, edgeIds: [edge.id, id()] }))).toBe('NOT_RUNNING');

    const began = Date.now() * 1000;
    const first = await provider.openCapture(slice, whole);
    const short = await provider.openCapture(slice, { ...whole, snapLength: 64 });
    const console = await provider.openConsole(slice, a.id);
    const target = 'nic' in edge.target ? edge.target.nic : edge.source.nic;
    console.write(Buffer.from(`ping -c 5 ${addressOf(target)}\n`));
    const echo = await frameOf(first, isEcho);
    expect(echo).toMatchObject({ edgeId: edge.id, length: echo.data.length });
    expect(macIn(echo)).toBe(edge.source.nic.mac.replaceAll(':', ''));
    expect(echo.at).toBeGreaterThanOrEqual(began);
    expect(echo.at).toBeLessThanOrEqual(Date.now() * 1000 + 1000);
    const cut = await frameOf(short, (frame) => isEcho(frame) && frame.length > 64);
    expect(cut.data).toHaveLength(64);

    // a reader that leaves, or is called off, takes nothing from the others
    short.close();
    expect(await short.next(AbortSignal.timeout(60_000))).toBeNull();
    expect(await first.next(AbortSignal.abort()).then((batch) => batch?.dropped ?? 0)).toBe(0);
    const after = await harness().restart();
    for (let batch = await first.next(AbortSignal.timeout(60_000)); batch !== null;)
      batch = await first.next(AbortSignal.timeout(60_000));

    const again = await after.openCapture(slice, whole);
    (await after.openConsole(slice, a.id)).write(Buffer.from(`ping -c 5 ${addressOf(target)}\n`));
    await frameOf(again, isEcho);
    await Promise.all([after.stopVm(slice, a.id), after.stopVm(slice, b.id)]);
    for (let batch = await again.next(AbortSignal.timeout(60_000)); batch !== null;)
      batch = await again.next(AbortSignal.timeout(60_000));
    await after.removeSlice(slice);
  });

  test('counts what passes on links that run, once for all who read, and those that are started meanwhile', async () => {
    const { provider, image } = harness();
    const slice = newSlice();
    const { a, b, edge } = pair({ a: id(), b: id(), edge: id() }, image);
    for (const vm of [a, b]) await provider.ensureVm(slice, vm);
    await provider.ensureEdge(slice, edge);
    const [one, other] = [await provider.openCounters(slice), await provider.openCounters(slice)];
    expect((await one.read()).size).toBe(0);
    await Promise.all([provider.startVm(slice, a), provider.startVm(slice, b)]);
    await one.read();
    const console = await provider.openConsole(slice, a.id);
    console.write(Buffer.from('ping -c 100 -i 0.1 ' + addressOf(edge.source.nic).replace(/1$/, '2') + '\n'));
    const framesOf = async (counters: EdgeCounters) => (await counters.read()).get(edge.id)?.frames ?? 0;
    await expect.poll(() => framesOf(one), { timeout: 60_000 }).toBeGreaterThan(5);
    const { frames = 0, bytes = 0 } = (await one.read()).get(edge.id) ?? {};
    expect(bytes).toBeGreaterThanOrEqual(42 * frames);
    // one that leaves, twice, takes nothing from the other
    one.close();
    one.close();
    const before = await framesOf(other);
    await expect.poll(() => framesOf(other), { timeout: 60_000 }).toBeGreaterThan(before);
    await Promise.all([provider.stopVm(slice, a.id), provider.stopVm(slice, b.id)]);
    await expect.poll(async () => (await other.read()).size, { timeout: 60_000 }).toBe(0);
    other.close();
    await provider.removeSlice(slice);
  });
}
