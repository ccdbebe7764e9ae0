import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { addressOf, DatagramSocket } from '#server/providers/qemu/relay/datagrams';
import { RelayControl } from '#server/providers/qemu/relay/control';
import { processFigures } from '#server/providers/qemu/process-figures';
import { relayProgram } from '#server/providers/qemu/relay/program';

/*
 * What bent links cost: a relay with so many edges, each with a frame each 10 ms in both directions, against the same frames sent straight
 * to the other end. `npm run bench:links -- [edges…]`
 */
const edgeCounts = process.argv.slice(2).map(Number);
const seconds = 10;
const everyMs = 10;
const frameBytes = 500;

const folder = await mkdtemp(path.join('/tmp', 'links-'));
process.chdir(folder);
await mkdir('relay');
const program = await relayProgram(folder);
for (const edges of edgeCounts.length > 0 ? edgeCounts : [1, 10, 50]) {
  const straight = await measure(edges, (end) => `end${end}`);
  const relay = spawn(process.execPath, [program, 'relay/control.sock'], { stdio: 'inherit' });
  const control = await connected();
  const began = (await processFigures(relay.pid ?? 0))?.cpuSeconds ?? 0;
  const relayed = await measure(
    edges,
    (end) => `in${end}`,
    async (end) => {
      await control.ask({ shape: { at: `in${end}`, to: `end${end}`, quality: { lossPercent: 0.0001 } } });
    },
  );
  const cpu = ((await processFigures(relay.pid ?? 0))?.cpuSeconds ?? 0) - began;
  const memory = /^Pss:\s+(\d+)/m.exec(await readFile(`/proc/${relay.pid}/smaps_rollup`, 'utf8'))?.[1] ?? '0';
  control.close();
  relay.kill('SIGKILL');
  await once(relay, 'exit');
  console.log(
    [
      `${edges} edges, ${(2000 / everyMs) * edges} frames/s:`,
      `a frame takes ${relayed.median.toFixed(2)} ms (99 %: ${relayed.late.toFixed(2)}), straight ${straight.median.toFixed(2)} (${straight.late.toFixed(2)}),`,
      `a round trip ${(2 * (relayed.median - straight.median)).toFixed(2)} ms longer;`,
      `${((100 * cpu) / seconds).toFixed(1)} % of a processor, ${Math.round(Number(memory) / 1024)} MiB,`,
      `${relayed.sent - relayed.got} of ${relayed.sent} lost`,
    ].join(' '),
  );
}
await rm(folder, { recursive: true });

async function connected(): Promise<RelayControl> {
  for (;;) {
    const control = await RelayControl.open('relay/control.sock', () => undefined).catch(() => null);
    if (control !== null) return control;
    await sleep(20);
  }
}

/** Sends to where `to` says, and answers how long frames take to each end. */
async function measure(edges: number, to: (end: number) => string, prepare?: (end: number) => Promise<void>) {
  const took: number[] = [];
  const buffer = Buffer.alloc(frameBytes);
  const ends = Array.from({ length: 2 * edges }, (_, end) => {
    const socket: DatagramSocket = new DatagramSocket(`end${end}`, () => {
      while (socket.receive(buffer) !== null) took.push(performance.now() - buffer.readDoubleLE());
    });
    return { socket, to: addressOf(to(end)) };
  });
  for (const end of ends.keys()) await prepare?.(end);
  const frame = Buffer.alloc(frameBytes);
  let sent = 0;
  const until = performance.now() + seconds * 1000;
  for (let due = performance.now(); performance.now() < until; due += everyMs) {
    for (const end of ends) {
      frame.writeDoubleLE(performance.now());
      if (end.socket.send(frame, end.to) === 'sent') sent += 1;
    }
    await sleep(Math.max(0, due + everyMs - performance.now()));
  }
  await sleep(500);
  for (const [end, { socket }] of ends.entries()) {
    socket.close();
    await rm(`end${end}`);
  }
  took.sort((a, b) => a - b);
  const at = (part: number) => took[Math.floor((took.length - 1) * part)] ?? Number.NaN;
  return { sent, got: took.length, median: at(0.5), late: at(0.99) };
}
