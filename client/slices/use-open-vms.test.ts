import { renderHook } from '@testing-library/react';
import { expect, test } from 'vitest';
import { sampleVm } from '../testing/samples';
import { useOpenVms } from './use-open-vms';

test('the console of a VM that an update removed vanished before it had said so', () => {
  const [web, db] = [sampleVm(1, 'web', { status: 'running' }), sampleVm(2, 'db', { status: 'running' })];
  const { result, rerender } = renderHook(({ vms, ids }) => useOpenVms(vms, ids).map(({ name }) => name), {
    // 9: of an address that somebody has written
    initialProps: { vms: [web, db], ids: [2, 1, 9] },
  });
  expect(result.current).toEqual(['db', 'web']);
  rerender({ vms: [web], ids: [2, 1, 9] });
  expect(result.current).toEqual(['db', 'web']);
  // of those that are there the newest is shown
  rerender({ vms: [sampleVm(1, 'www')], ids: [2, 1, 9] });
  expect(result.current).toEqual(['db', 'www']);
  rerender({ vms: [web], ids: [1] });
  expect(result.current).toEqual(['web']);
  // closed, it is not opened again
  rerender({ vms: [web], ids: [1, 2] });
  expect(result.current).toEqual(['web']);
});
