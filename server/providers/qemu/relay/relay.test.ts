import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { LinkQuality } from '#shared/topology/link';
import { RelayControl } from './control';
import { addressOf, DatagramSocket } from './datagrams';
import { relayProgram } from './program';
import type { DirectionCounts } from './protocol';

let folder: string;
let relay: ChildProcess;
let control: RelayControl;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'relay-'));
  // its chance is the engine's, which begins with this seed: three sigma that are kept once are kept each time
  relay = spawn(process.execPath, ['--random-seed=1', await relayProgram(folder), at('control')], { stdio: 'inherit' });
  control = await vi.waitFor(() => RelayControl.open(at('control'), () => undefined), { timeout: 20_000 });
});
afterAll(async () => {
  control?.close();
  if (relay?.kill('SIGKILL') === true) await once(relay, 'exit');
  await rm(folder, { recursive: true, force: true });
});

const at = (name: string) => path.join(folder, name);

/** Sends frames into a direction of this quality as fast as they are taken, and answers what comes out of it, and what the relay says of it. */
async function relayed(name: string, quality: LinkQuality, frames: readonly Buffer[]) {
  const arrived: Buffer[] = [];
  const buffer = Buffer.alloc(2048);
  const end: DatagramSocket = new DatagramSocket(at(`${name}-end`), () => {
    for (let length = end.receive(buffer); length !== null; length = end.receive(buffer))
      arrived.push(Buffer.from(buffer.subarray(0, length)));
  });
  try {
    await control.ask({ shape: { at: at(name), to: at(`${name}-end`), quality } });
    const to = addressOf(at(name));
    for (const frame of frames) while (end.send(frame, to) !== 'sent') await nextTurn();
    const counts = async (): Promise<DirectionCounts | undefined> => {
      const answer = await control.ask({ count: true });
      return 'counts' in answer ? answer.counts[at(name)] : undefined;
    };
    // all has gone somewhere, and what was passed on has been read
    await expect
      .poll(async () => {
        const { frames: passed = 0, lost = 0, dropped = 0, duplicated = 0 } = (await counts()) ?? {};
        return [passed + lost + dropped - duplicated, passed - arrived.length];
      })
      .toEqual([frames.length, 0]);
    return { arrived, counts: await counts() };
  } finally {
    end.close();
  }
}

/** The difference of a count of chances from what is expected, in standard deviations. */
const sigmas = (count: number, { of, percent }: { of: number; percent: number }) =>
  (count - (of * percent) / 100) / Math.sqrt(of * (percent / 100) * (1 - percent / 100));

test('its process loses and doubles of 20,000 frames as many as it is told, within three sigma, keeps their order, and says so', async () => {
  const sent = Array.from({ length: 20_000 }, (_, number) => {
    const frame = Buffer.alloc(100);
    frame.writeUInt32LE(number);
    return frame;
  });
  const { arrived, counts } = await relayed('lossy', { lossPercent: 5, duplicatePercent: 2 }, sent);
  const numbers = arrived.map((frame) => frame.readUInt32LE());
  const passed = new Set(numbers);
  const lost = sent.length - passed.size;
  const duplicated = arrived.length - passed.size;
  expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
  expect(Math.abs(sigmas(lost, { of: sent.length, percent: 5 }))).toBeLessThanOrEqual(3);
  expect(Math.abs(sigmas(duplicated, { of: passed.size, percent: 2 }))).toBeLessThanOrEqual(3);
  const bytes = 100 * arrived.length;
  expect(counts).toEqual({ frames: arrived.length, bytes, lost, dropped: 0, duplicated, corrupted: 0 });
});

test('its process turns one bit of as many of 10,000 frames as it is told, within three sigma, and lets the others be', async () => {
  const frame = Buffer.alloc(100, 0x5a);
  const sent = Array.from({ length: 10_000 }, () => frame);
  const { arrived, counts } = await relayed('corrupt', { corruptPercent: 5 }, sent);
  const turned = arrived.map((got) =>
    got.reduce((sum, byte, place) => sum + bitsOf(byte ^ (frame[place] ?? 0)), Math.abs(got.length - frame.length)),
  );
  const corrupted = turned.filter((bits) => bits === 1).length;
  expect(turned.filter((bits) => bits === 0)).toHaveLength(sent.length - corrupted);
  expect(Math.abs(sigmas(corrupted, { of: sent.length, percent: 5 }))).toBeLessThanOrEqual(3);
  expect(counts).toMatchObject({ frames: sent.length, lost: 0, dropped: 0, duplicated: 0, corrupted });
});

const bitsOf = (byte: number) => byte.toString(2).replaceAll('0', '').length;
