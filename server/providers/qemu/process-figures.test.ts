import { expect, test } from 'vitest';
import { processFigures, residentIn, timesIn } from './process-figures';

test('a name with spaces and brackets does not move the fields', () => {
  const fields = Array.from({ length: 40 }, (_, index) => String(index + 4)).join(' ');
  expect(timesIn(`7 (qemu) (x 1 2) S ${fields}`)).toEqual({ cpuSeconds: (14 + 15) / 100, startedAt: 22 });
  expect(timesIn('')).toBeNull();
});

test('what is resident is said in MiB, and not by a process that has ended', () => {
  expect(residentIn('Name:\tVmRSS:\nVmHWM:\t  4096 kB\nVmRSS:\t  2048 kB\nRssAnon:\t 1 kB\n')).toBe(2);
  expect(residentIn('Name:\tqemu\nState:\tZ (zombie)\n')).toBeNull();
});

test('this process has used some, always began at the same time, and one that is not there has none', async () => {
  const figures = await processFigures(process.pid);
  expect(figures?.cpuSeconds).toBeGreaterThan(0);
  expect(figures?.memoryMb).toBeGreaterThan(1);
  expect((await processFigures(process.pid))?.startedAt).toBe(figures?.startedAt);
  expect(await processFigures(2 ** 22 + 1)).toBeNull();
});
