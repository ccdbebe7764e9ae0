/** `npm run bench:figures [PROCESSES]`: what it costs to measure many VMs, and to answer for them. Processes that sleep stand for QEMU; monitors are not asked. */
import { spawn } from 'node:child_process';
import { figureKinds, figuresEverySeconds, figuresKept } from '#shared/figures';
import { FigureRecorder } from '#server/domain/figures/recorder';
import { seriesOf } from '#server/domain/figures/series';
import { processFigures } from '#server/providers/qemu/process-figures';

const count = Number(process.argv[2] ?? 1_000);
const vmsPerSlice = 10;

const processes = Array.from({ length: count }, () => spawn('sleep', ['3600'], { stdio: 'ignore' }));
const pids = processes.flatMap(({ pid }) => (pid === undefined ? [] : [pid]));
try {
  const read = async () => {
    const all = [];
    // as a provider does: slice by slice, a slice's VMs at once
    for (let first = 0; first < pids.length; first += vmsPerSlice)
      all.push(...(await Promise.all(pids.slice(first, first + vmsPerSlice).map(processFigures))));
    return all;
  };
  await read();
  const reading = await timed(read);
  const memoryBefore = process.memoryUsage();
  const recorder = new FigureRecorder();
  const rounds = await timed(() => {
    for (let round = 0; round < figuresKept; round++) {
      const at = round * figuresEverySeconds * 1000;
      recorder.begin(at);
      recorder.record(
        1,
        pids.map((vmId) => ({
          sliceId: vmId % 100,
          vmId,
          reading: { at, run: 1, cpuSeconds: round, memoryMb: 100, diskBytes: round * 1e6, trafficBytes: null },
        })),
      );
    }
  });
  const memory = process.memoryUsage();
  const held = memory.arrayBuffers - memoryBefore.arrayBuffers;
  const answering = await timed(() =>
    pids.slice(0, 100).map((vmId) => figureKinds.map((kind) => seriesOf(recorder.vm(vmId, kind), 60))),
  );
  console.log(`${pids.length} processes read in ${reading.toFixed(0)} ms, of each ${figuresEverySeconds} s`);
  console.log(`a round of them recorded in ${(rounds / figuresKept).toFixed(2)} ms`);
  console.log(`an hour of them held in ${(held / 2 ** 20).toFixed(1)} MiB`);
  console.log(`figures of 100 of them answered in ${answering.toFixed(1)} ms`);
} finally {
  for (const child of processes) child.kill('SIGKILL');
}

/** ms that something takes. */
async function timed(work: () => unknown): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}
