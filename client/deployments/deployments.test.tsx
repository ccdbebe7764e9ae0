import { render, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, expect, test } from 'vitest';
import type { User } from '#shared/auth';
import type { DeploymentRow } from '#shared/deployment/schema';
import type { Role } from '#shared/permissions';
import { say } from '#shared/sentence';
import { chooseLanguage } from '../i18n/i18n';
import { apiWrapper } from '../testing/api';
import '../testing/render';
import { sampleDeployment } from '../testing/samples';
import { Component as DeploymentsPage } from './DeploymentsPage';

beforeEach(() => chooseLanguage('en'));

const user = (role: Role): User => ({
  id: 1,
  kind: 'person',
  email: 'ada@example.org',
  name: 'Ada',
  role,
  secondFactor: false,
  createdAt: '2030-01-01T00:00:00.000Z',
});
const silent = say('ZONE_SILENT');
function row(id: number, change: Partial<DeploymentRow> = {}): DeploymentRow {
  const { steps: _steps, topologyChange: _change, ...summary } = sampleDeployment({ id });
  return {
    ...summary,
    slice: { id: 7, name: 'lab' },
    owner: { id: 2, name: 'Bob' },
    zone: { id: 3, name: 'local' },
    status: 'succeeded',
    finishedAt: summary.startedAt,
    ...change,
  };
}

/** A server with these operations, or with a failure; keeps what the list was asked for. */
function show(role: Role, rows: DeploymentRow[] | null) {
  const asked: unknown[] = [];
  let answered = rows;
  const wrapper = apiWrapper(async (path, input) => {
    if (path === 'auth.me') return { user: user(role), registrationOpen: true, registrationDomains: null };
    if (path === 'zones.list') return { items: [{ id: 3, name: 'local' }] };
    if (path === 'users.list') return { items: [], nextCursor: null };
    if (path !== 'deployments.listAll') throw new Error(path);
    asked.push(input);
    if (answered === null) throw new Error('away');
    return { items: answered, nextCursor: null };
  });
  render(<DeploymentsPage />, { wrapper });
  return { asked, recover: (found: DeploymentRow[]) => (answered = found) };
}

test('administrators see the operations on everybody’s slices, whose they are, where, and why they failed', async () => {
  const failed = row(9, { status: 'failed', error: silent.message, sentences: [...silent.sentences], kind: 'stop' });
  show('admin', [failed, row(8)]);
  const [first, second] = (await screen.findAllByRole('row')).slice(1);
  if (first === undefined || second === undefined) throw new Error('rows are missing');
  expect(within(first).getByRole('link', { name: 'Stop' }).getAttribute('href')).toMatch(/\/slices\/7\?.*deployment=9/);
  expect(within(first).getByRole('link', { name: 'lab' }).getAttribute('href')).toBe('/slices/7');
  expect(first.textContent).toContain('The zone does not answer.');
  expect(
    within(second)
      .getAllByRole('cell')
      .map(({ textContent }) => textContent)
      .slice(1, 6),
  ).toEqual(['lab', 'Succeeded', 'Bob', 'local', 'Ada']);
});

test('they are narrowed by outcome, operation and zone; without a match that is said, and taken back', async () => {
  const { asked } = show('admin', []);
  expect(await screen.findByText('No operations yet')).toBeDefined();
  const choose = async (label: string, what: string, wanted: object) => {
    await screen.findByRole('option', { name: what });
    await userEvent.selectOptions(screen.getByLabelText(label), what);
    await waitFor(() => expect(asked.at(-1)).toMatchObject(wanted));
  };
  await choose('Outcome', 'Failed', { status: 'failed' });
  await choose('Operation', 'Stop', { status: 'failed', kind: 'stop' });
  await choose('Zone', 'local', { status: 'failed', kind: 'stop', zoneId: 3 });
  await userEvent.click(await screen.findByRole('button', { name: /^Clear/ }));
  // what was asked for first is still known, and not asked for again
  expect(await screen.findByText('No operations yet')).toBeDefined();
  for (const label of ['Outcome', 'Operation', 'Zone'])
    expect(screen.getByLabelText<HTMLSelectElement>(label).value).toBe('');
});

test('operations that do not come say so, and are asked for again', async () => {
  const { recover } = show('admin', null);
  const retry = await screen.findByRole('button', { name: /again/ }, { timeout: 20_000 });
  recover([row(8)]);
  await userEvent.click(retry);
  expect(await screen.findByRole('link', { name: 'lab' })).toBeDefined();
});

test('nobody else sees them, or asks for them', async () => {
  const { asked } = show('instructor', [row(8)]);
  expect(await screen.findByText(/administrators/i)).toBeDefined();
  expect(asked).toEqual([]);
});
