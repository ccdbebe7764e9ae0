import { renderHook, waitFor } from '@testing-library/react';
import { expect, test, vi } from 'vitest';
import { apiWrapper } from '../testing/api';
import '../testing/render';
import { useRightsChanged } from './rights';

const me = (role: string | null) => ({
  user: role === null ? null : { id: 1, kind: 'person', email: 'a@example.org', name: 'Ada', role },
  registrationOpen: false,
  registrationDomains: null,
});

test('a page whose reader got another role stayed cut off: its stream is taken up with the new one, but not for ever', async () => {
  const asked: string[] = [];
  const wrapper = apiWrapper((path) => {
    asked.push(path);
    return Promise.resolve(me('user'));
  });
  const { result } = renderHook(() => useRightsChanged(), { wrapper });
  const takeUp = vi.fn();
  result.current(takeUp);
  await waitFor(() => expect(takeUp).toHaveBeenCalledTimes(1));
  // refused again at once: asking on would never end
  result.current(takeUp);
  await waitFor(() => expect(asked.filter((path) => path === 'auth.me')).toHaveLength(2));
  expect(takeUp).toHaveBeenCalledTimes(1);
});

test('who is signed out takes nothing up', async () => {
  const answered = vi.fn(() => Promise.resolve(me(null)));
  const { result } = renderHook(() => useRightsChanged(), { wrapper: apiWrapper(answered) });
  const takeUp = vi.fn();
  result.current(takeUp);
  await waitFor(() => expect(answered).toHaveBeenCalled());
  await Promise.resolve();
  expect(takeUp).not.toHaveBeenCalled();
});
