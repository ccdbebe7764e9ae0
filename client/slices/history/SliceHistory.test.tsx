import { render, screen, waitFor, within } from '@testing-library/react';
import { expect, test } from 'vitest';
import type { SliceEvent } from '#shared/deployment/events';
import { chooseLanguage } from '../../i18n/i18n';
import { apiWrapper } from '../../testing/api';
import '../../testing/render';
import { sampleDeployment, sampleEvent, sampleSlice } from '../../testing/samples';
import type { LiveSlice } from '../use-live-slice';
import { SliceHistory } from './SliceHistory';

const at = (second: number) => new Date(Date.parse('2030-01-01T00:00:00.000Z') + 1_000 * second).toISOString();
const [create] = sampleDeployment().steps;
if (create === undefined) throw new Error('The sample has no step');
const failed = sampleDeployment({
  id: 9,
  status: 'failed',
  error: 'The VM did not boot.',
  startedAt: at(1),
  finishedAt: at(30),
  steps: [
    { ...create, seq: 0, status: 'done', attempts: 1, startedAt: at(1), finishedAt: at(3) },
    {
      ...create,
      ...{ seq: 1, key: 'vm:db/start', action: 'start', resourceId: 2, label: 'db', dependsOn: [0] },
      ...{ status: 'failed', attempts: 2, startedAt: at(3), finishedAt: at(30), error: 'It said nothing.' },
    },
  ],
});
const events: SliceEvent[] = [
  sampleEvent(2, {
    ...{ type: 'deployment.status', deploymentId: 9, kind: 'deploy', status: 'failed', vmId: null, stepsTotal: 2 },
    error: 'The VM did not boot.',
  }),
];
const live: LiveSlice = {
  slice: undefined,
  deployment: undefined,
  events: [],
  connection: 'live',
  error: null,
  refetch: () => undefined,
  reconnect: () => undefined,
};

function show(openId: number | null, asked: string[] = []) {
  const { steps: _, ...summary } = failed;
  const Wrapper = apiWrapper(async (path) => {
    asked.push(path);
    if (path === 'deployments.list') return { items: [summary], nextCursor: null };
    if (path === 'deployments.events') return { items: events, nextCursor: null };
    if (path === 'deployments.get') return failed;
    throw new Error(path);
  });
  render(<SliceHistory slice={sampleSlice()} live={live} openId={openId} />, { wrapper: Wrapper });
}

test('every operation is a row that says who, what came of it and how long it took, and leads to it', async () => {
  await chooseLanguage('en');
  show(null);
  const row = (await screen.findAllByRole('row'))[1];
  if (row === undefined) throw new Error('There is no row');
  expect(within(row).getByRole('link', { name: 'Deploy' }).getAttribute('href')).toBe(
    '/slices/7?tab=history&deployment=9',
  );
  for (const text of ['Failed', 'Ada', '29 s']) expect(within(row).getByText(text)).toBeDefined();
});

test.each([
  ['en', 'Failed', 'after 3 s', '27 s', 'What went wrong'],
  ['es', 'Fallido', 'a los 3 s', '27 s', 'Qué falló'],
] as const)(
  'the timeline is a table: whoever sees no bars reads the same (%s)',
  async (language, word, begun, took, wrong) => {
    await chooseLanguage(language);
    show(9);
    const table = await screen.findByRole('table');
    const row = within(table).getAllByRole('row')[2];
    if (row === undefined) throw new Error('There is no row');
    for (const text of [word, begun, took, 'It said nothing.']) expect(within(row).getByText(text)).toBeDefined();
    expect(within(row).getAllByRole('cell')[2]?.textContent).toBe('2');
    // the bars themselves say nothing more
    for (const bar of table.querySelectorAll('svg:not([class*=lucide])'))
      if (bar.getAttribute('data-look') !== null) expect(bar.getAttribute('aria-hidden')).toBe('true');
    expect(screen.getByText(wrong)).toBeDefined();
    expect(screen.getAllByText(/The VM did not boot/).length).toBeGreaterThan(0);
    await waitFor(() => expect(screen.getByRole('log').textContent).toMatch(/did not boot/));
    await chooseLanguage('en');
  },
);

test('what a deployment added, and what of it was not done', async () => {
  await chooseLanguage('en');
  show(9);
  const changes = await screen.findByRole('region', { name: 'What it changed' });
  expect(changes.textContent).toContain('AddedVM web');
  expect(changes.textContent).toContain('StartedVM db (Failed)');
});
