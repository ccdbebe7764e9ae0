import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MarkerScanner } from './marker-scanner';

test('finds a marker wherever the stream is cut', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 30 }), { maxLength: 6 }), (cuts) => {
      const scanner = new MarkerScanner(['never', 'READY']);
      const text = Buffer.from('boot READ READY web# ');
      const points = [0, ...cuts.map((cut) => Math.min(cut, text.length)).sort((a, b) => a - b), text.length];
      const found = points.slice(1).flatMap((point, index) => scanner.push(text.subarray(points[index], point)));
      expect(found).toContain(1);
      expect(found).not.toContain(0);
    }),
  );
});

test('does not join what was before a reset with what comes after', () => {
  const scanner = new MarkerScanner(['READY']);
  expect(scanner.push(Buffer.from('REA'))).toEqual([]);
  scanner.reset();
  expect(scanner.push(Buffer.from('DY'))).toEqual([]);
});
