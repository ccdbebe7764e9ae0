import { act, renderHook } from '@testing-library/react';
import { afterEach, expect, test, vi } from 'vitest';
import { usePausableStream } from './stream-pause';

function show(state: DocumentVisibilityState) {
  vi.spyOn(document, 'visibilityState', 'get').mockReturnValue(state);
  act(() => void document.dispatchEvent(new Event('visibilitychange')));
}
afterEach(() => vi.restoreAllMocks());

test('a hidden page lets its stream go and goes on behind the last event', () => {
  show('visible');
  const { result } = renderHook(usePausableStream);
  expect(result.current).toMatchObject({ paused: false, after: null });

  act(() => result.current.seen('41'));
  act(() => result.current.seen('42'));
  // an event alone must not begin the stream anew
  expect(result.current).toMatchObject({ paused: false, after: null });

  show('hidden');
  expect(result.current.paused).toBe(true);
  show('visible');
  expect(result.current).toMatchObject({ paused: false, after: '42' });
});

test('a page that is opened in the background waits until it is seen', () => {
  show('hidden');
  const { result } = renderHook(usePausableStream);
  expect(result.current.paused).toBe(true);
  show('visible');
  expect(result.current).toMatchObject({ paused: false, after: null });
});
