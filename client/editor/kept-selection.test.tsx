import { act, renderHook } from '@testing-library/react';
import { beforeEach, expect, test } from 'vitest';
import { useKeptSelection } from './kept-selection';

beforeEach(() => sessionStorage.clear());

test('what was chosen in a drawing was lost by a reload', () => {
  const first = renderHook(() => useKeptSelection('lab'));
  act(() => first.result.current[1]({ nodes: ['web', 'db'], edges: ['e1'] }));
  first.unmount();
  const again = renderHook(() => useKeptSelection('lab'));
  expect(again.result.current[0]).toEqual({ nodes: ['web', 'db'], edges: ['e1'] });
  expect(renderHook(() => useKeptSelection('other')).result.current[0].nodes).toEqual([]);
  act(() => again.result.current[1]({ nodes: [], edges: [] }));
  expect(sessionStorage.length).toBe(0);
});

test('what cannot be read is nothing chosen', () => {
  for (const text of ['{', '[]', '{"nodes":[1],"edges":[]}']) {
    sessionStorage.setItem('lab.selection', text);
    expect(renderHook(() => useKeptSelection('lab')).result.current[0]).toEqual({ nodes: [], edges: [] });
  }
});
