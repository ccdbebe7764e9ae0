import { act, renderHook, waitFor } from '@testing-library/react';
import { expect, test } from 'vitest';
import type { CaptureBatch } from '#shared/capture/schema';
import { apiWrapper } from '../../testing/api';
import '../../testing/render';
import { useCapture } from './use-capture';

/** A capture of the slice's first link, and what ends its streams, the oldest first. */
function follow() {
  const streams: ((last: CaptureBatch) => void)[] = [];
  const wrapper = apiWrapper(() => new Promise((end) => streams.push(end)));
  const filter = () => true;
  const view = renderHook(
    ({ edgeIds }: { edgeIds: readonly number[] }) => useCapture({ sliceId: 1, edgeIds, snapLength: 128, filter }),
    { wrapper, initialProps: { edgeIds: [7] }, reactStrictMode: true },
  );
  return { ...view, streams };
}

test('ends when the server has ended it', async () => {
  const { result, streams } = follow();
  await act(async () => streams.at(-1)?.({ frames: [], dropped: 0 }));
  await waitFor(() => expect(result.current.ended).toEqual({ error: null }));
  expect(result.current.running).toBe(false);
});

test('is stopped by hand, and goes on with other links, without having ended', async () => {
  const { result, rerender, streams } = follow();
  expect(result.current).toMatchObject({ running: true, ended: null });
  const before = streams.length;
  rerender({ edgeIds: [7, 8] });
  await waitFor(() => expect(streams.length).toBeGreaterThan(before));
  expect(result.current).toMatchObject({ running: true, ended: null });
  act(() => result.current.stop());
  expect(result.current).toMatchObject({ running: false, ended: null });
});
