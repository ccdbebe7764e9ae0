import { expect, test } from 'vitest';
import { changeLines, updateLines } from './plan-text';

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

test('an update says part by part what it makes of a slice, and what is lost by it', () => {
  const part = { properties: [], loses: [] };
  expect(
    updateLines([
      { ...part, part: 'vm', key: 'd', label: 'd', fate: 'add' },
      {
        part: 'vm',
        key: 'a',
        label: 'a',
        fate: 'restart',
        properties: [{ property: 'flavourId', effect: 'restart', from: '1', to: '2' }],
        loses: ['memory'],
      },
      { ...part, part: 'vm', key: 'b', label: 'b', fate: 'remove', loses: ['memory', 'disk'] },
      { ...part, part: 'edge', key: 'e', label: 'a–b', fate: 'remove' },
    ]),
  ).toEqual([
    '+ vm d: is added',
    '~ vm a: changes by a restart (flavourId 1 -> 2)',
    '  vm a: what is in memory is lost',
    '- vm b: is removed',
    '  vm b: what is in memory and all that is on its disk is lost',
    '- edge a–b: is removed',
  ]);
});
