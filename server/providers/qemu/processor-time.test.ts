import { expect, test } from 'vitest';
import { processorSeconds, secondsIn } from './processor-time';

test('a name with spaces and brackets does not move the fields', () => {
  const fields = Array.from({ length: 40 }, (_, index) => String(index + 4)).join(' ');
  expect(secondsIn(`7 (qemu) (x 1 2) S ${fields}`)).toBe((14 + 15) / 100);
  expect(secondsIn('')).toBeNull();
});

test('this process has used some, and one that is not there none', async () => {
  expect(await processorSeconds(process.pid)).toBeGreaterThan(0);
  expect(await processorSeconds(2 ** 22 + 1)).toBeNull();
});
