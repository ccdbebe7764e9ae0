import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, test } from 'vitest';
import type { User } from '#shared/auth';
import type { SliceInternet } from '#shared/internet';
import { apiWrapper } from '../testing/api';
import '../testing/render';
import { InternetBar } from './InternetBar';

const ada: User = {
  ...{ id: 1, kind: 'person', email: 'ada@example.org', name: 'Ada', role: 'user' },
  ...{ secondFactor: false, createdAt: '2026-01-01T00:00:00.000Z' },
};
const some: SliceInternet = {
  sliceId: 7,
  kbps: 2_000,
  mbPerMonth: 512,
  usedBytes: 128 * 2 ** 20,
  usedUp: false,
  until: '2026-12-01T00:00:00.000Z',
};
const show = (internet: Partial<SliceInternet>, role: 'user' | 'admin' = 'user') => {
  const calls: string[] = [];
  const answer = (path: string): Promise<unknown> => {
    calls.push(path);
    if (path === 'auth.me')
      return Promise.resolve({ user: { ...ada, role }, registrationOpen: false, registrationDomains: null });
    return Promise.resolve(path === 'quotas.resetInternet' ? { ...some, usedBytes: 0 } : { ...some, ...internet });
  };
  render(<InternetBar sliceId={7} />, { wrapper: apiWrapper(answer) });
  return calls;
};

test('says how much of the total is used, and how fast it goes', async () => {
  show({});
  const meter = await screen.findByRole('meter', { name: 'Used in this month' });
  expect(meter.getAttribute('aria-valuetext')).toBe('128 MiB of 512 MiB');
  expect(screen.getByText(/2 Mbit\/s in each direction/)).toBeDefined();
  expect(screen.queryByRole('button', { name: 'Begin anew' })).toBeNull();
});

test('what is used up is told with when it comes back, and an administrator has it begin anew', async () => {
  const calls = show({ usedUp: true, usedBytes: 513 * 2 ** 20, kbps: null }, 'admin');
  expect(await screen.findByText('The internet of this slice is used up')).toBeDefined();
  expect(screen.getByText(/^Its VMs have none until/)).toBeDefined();
  await userEvent.click(await screen.findByRole('button', { name: 'Begin anew' }));
  expect(calls).toContain('quotas.resetInternet');
  expect(await screen.findByText('Internet of this slice')).toBeDefined();
});

test('without any total it says what brings it back, and no month does', async () => {
  show({ usedUp: true, usedBytes: 3, mbPerMonth: 0, kbps: null }, 'admin');
  expect(await screen.findByText('This slice may have no internet')).toBeDefined();
  expect(screen.getByText('Its VMs have none until the quota of its owner is larger.')).toBeDefined();
  expect(screen.queryByRole('meter')).toBeNull();
  expect(screen.queryByRole('button')).toBeNull();
});
