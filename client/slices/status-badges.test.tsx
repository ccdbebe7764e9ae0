import { expect, test } from 'vitest';
import { partWord } from './status-badges';

test('VMs and links of a destroyed slice read “not created”: they are destroyed, and not created in any other', () => {
  for (const of of ['destroying', 'destroyed'] as const) expect(partWord('absent', of)).toBe('destroyed');
  expect(partWord('absent', 'draft')).toBe('absent');
  expect(partWord('absent', 'failed')).toBe('absent');
  expect(partWord('running', 'destroying')).toBe('running');
  expect(partWord('down', 'destroying')).toBe('down');
});
