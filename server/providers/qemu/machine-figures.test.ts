import { expect, test } from 'vitest';
import { machineFigures, memoryIn, processorsIn } from './machine-figures';

test('what its processors have worked is summed up, and what they waited for or were kept from is not', () => {
  const stat =
    'cpu  100 20 30 9000 500 4 6 700 50 1\ncpu0 60 0 0 0 0 0 0 0 0 0\ncpu1 40 0 0 0 0 0 0 0 0 0\nintr 1 2\nctxt 7\n';
  expect(processorsIn(stat)).toEqual({ processors: 2, cpuSeconds: 1.6 });
  expect(processorsIn('cpu  100 20\ncpu0 1\n')).toBeNull();
  expect(processorsIn('')).toBeNull();
});

test('memory is in use that nobody else could have: what is cached is free', () => {
  const meminfo = 'MemTotal:        2097152 kB\nMemFree:          102400 kB\nMemAvailable:    1572864 kB\n';
  expect(memoryIn(meminfo)).toEqual({ memoryMb: 512, totalMemoryMb: 2048 });
  expect(memoryIn('MemTotal: 5 kB\n')).toBeNull();
});

test('this machine works, and holds less than it has', async () => {
  const before = await machineFigures();
  expect(before?.processors).toBeGreaterThan(0);
  expect(before?.memoryMb).toBeGreaterThan(0);
  expect(before?.memoryMb).toBeLessThan(before?.totalMemoryMb ?? 0);
  expect((await machineFigures())?.cpuSeconds).toBeGreaterThanOrEqual(before?.cpuSeconds ?? Number.POSITIVE_INFINITY);
});
