import { expect, test } from 'vitest';
import { changeLines } from './plan-text';

test('a plan says what it changes, how, and what is lost by it', () => {
  expect(
    changeLines([
      { resource: 'vm', label: 'log', update: null },
      {
        resource: 'vm',
        label: 'web',
        update: {
          changes: [
            { property: 'ramMb', effect: 'restart', from: '128', to: '256' },
            { property: 'internet', effect: 'restart', from: 'true', to: null },
          ],
          loses: ['memory', 'disk'],
        },
      },
      { resource: 'network', label: 'lan', update: { changes: [], loses: [] } },
    ]),
  ).toEqual([
    'vm web: ramMb 128 -> 256, by a restart',
    'vm web: internet true -> default, by a restart',
    'vm web: what is in memory and all that is on its disk is lost',
  ]);
});
