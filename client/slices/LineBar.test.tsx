import { render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, expect, test } from 'vitest';
import { chooseLanguage } from '../i18n/i18n';
import { apiWrapper } from '../testing/api';
import '../testing/render';
import { samplePlan, sampleSlice } from '../testing/samples';
import { IdleBar } from './IdleBar';
import { LineBar, WaitButton } from './LineBar';

const since = '2026-03-01T10:00:00.000Z';
let asked: [string, unknown][] = [];
const answer = (path: string, input: unknown): Promise<unknown> => {
  asked.push([path, input]);
  const needs = { vcpus: 1, ramMb: 512, diskGb: 1 };
  const place = {
    place: 2,
    of: 3,
    since,
    kind: 'deploy',
    zone: { id: 1, name: 'local' },
    needs,
    free: null,
    kept: false,
  };
  return Promise.resolve(path === 'line.leave' ? { place: null } : { deploymentId: null, place });
};

beforeEach(async () => {
  asked = [];
  await chooseLanguage('en');
});

test('who waits in line sees the place and can leave', async () => {
  const slice = sampleSlice({ status: 'draft', waitingSince: since });
  render(<LineBar slice={slice} reason={null} />, { wrapper: apiWrapper(answer) });
  await screen.findByText(/place 2 of 3$/);
  await userEvent.click(screen.getByRole('button', { name: 'Leave the line' }));
  await waitFor(() => expect(asked).toContainEqual(['line.leave', { sliceId: slice.id }]));
});

test('a refusal for lack of room offers to wait, and no other does', async () => {
  const slice = sampleSlice({ status: 'draft' });
  const full = samplePlan({ runnable: false, canWait: true });
  const { rerender } = render(<WaitButton slice={slice} plan={samplePlan()} reason={null} />, {
    wrapper: apiWrapper(answer),
  });
  expect(screen.queryByRole('button')).toBeNull();
  rerender(<WaitButton slice={slice} plan={full} reason="No." />);
  expect(screen.queryByRole('button')).toBeNull();
  rerender(<WaitButton slice={slice} plan={full} reason={null} />);
  await userEvent.click(screen.getByRole('button', { name: 'Wait in line' }));
  await waitFor(() => expect(asked.map(([path]) => path)).toContain('line.join'));
  rerender(<WaitButton slice={{ ...slice, waitingSince: since }} plan={full} reason={null} />);
  expect(screen.queryByRole('button')).toBeNull();
});

test('a slice in which nothing happens is marked, others are not', () => {
  const { rerender } = render(<IdleBar slice={sampleSlice()} />, { wrapper: apiWrapper(answer) });
  expect(screen.queryByRole('status')).toBeNull();
  rerender(<IdleBar slice={sampleSlice({ idleSince: since })} />);
  expect(screen.getByRole('status').textContent).toContain('Nothing happens in this slice');
});
