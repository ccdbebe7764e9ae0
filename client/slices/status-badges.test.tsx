import { expect, test } from 'vitest';
import { vmWord } from './status-badges';

test('a VM that is gone is destroyed in a destroyed slice, and not created in any other', () => {
  expect(vmWord('absent', 'destroyed')).toBe('destroyed');
  expect(vmWord('absent', 'draft')).toBe('absent');
  expect(vmWord('absent', 'failed')).toBe('absent');
  expect(vmWord('running', 'destroyed')).toBe('running');
});
