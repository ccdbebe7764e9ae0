import { render, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { User } from '#shared/auth';
import { say } from '#shared/sentence';
import { chooseLanguage } from '../i18n/i18n';
import { Dialogs } from '../layouts/Dialogs';
import { apiWrapper } from '../testing/api';
import '../testing/render';
import { sampleDeployment, sampleSlice } from '../testing/samples';
import { Component as SlicesPage } from './SlicesPage';

beforeEach(() => chooseLanguage('en'));

const ada: User = {
  id: 1,
  kind: 'person',
  email: 'ada@example.org',
  name: 'Ada',
  role: 'user',
  secondFactor: false,
  createdAt: '2030-01-01T00:00:00.000Z',
};
const wish = z.object({ kind: z.string(), sliceIds: z.array(z.number()) });
const busy = say('ZONE_SILENT');

/** A page with slices `a` to `d`. Of what is asked of many, `b` and `d` are refused, and what is done to `c` fails. */
async function show() {
  const items = ['a', 'b', 'c', 'd'].map((name, index) => sampleSlice({ id: index + 1, name, status: 'active' }));
  const asked: unknown[] = [];
  const wrapper = apiWrapper(async (path, input) => {
    if (path === 'auth.me') return { user: ada, registrationOpen: true, registrationDomains: null };
    if (path === 'slices.list') return { items, nextCursor: null };
    if (path === 'deployments.get') {
      const { id } = z.object({ id: z.number() }).parse(input);
      const ended = id === 103 ? { status: 'failed' as const, error: 'No room.' } : { status: 'succeeded' as const };
      return sampleDeployment({ id, ...ended });
    }
    if (path !== 'deployments.startMany') throw new Error(path);
    const { kind, sliceIds } = wish.parse(input);
    asked.push([kind, sliceIds]);
    const refused = { code: 'ZONE_UNAVAILABLE', message: busy.message, sentences: busy.sentences };
    const draft = { code: 'INVALID_TRANSITION', message: 'for programs', params: { kind, status: 'draft' } };
    const refusals = new Map<number, unknown>([
      [2, refused],
      [4, draft],
    ]);
    return {
      results: sliceIds.map((sliceId) =>
        refusals.has(sliceId)
          ? { sliceId, deploymentId: null, error: refusals.get(sliceId) }
          : { sliceId, deploymentId: 100 + sliceId, error: null },
      ),
    };
  });
  render(
    <>
      <Dialogs />
      <SlicesPage />
    </>,
    { wrapper },
  );
  await screen.findByRole('checkbox', { name: 'Choose a' });
  return asked;
}
const choose = async (...names: string[]) => {
  for (const name of names) await userEvent.click(screen.getByRole('checkbox', { name: `Choose ${name}` }));
};

describe('many slices', () => {
  test('are stopped together, and one table says what became of each', async () => {
    const asked = await show();
    expect(screen.getByText('Choose slices to start, stop or destroy them together.')).toBeDefined();
    await choose('a', 'b', 'c', 'd');
    expect(screen.getByText('4 slices chosen')).toBeDefined();
    await userEvent.click(screen.getByRole('button', { name: 'Stop' }));
    expect(asked).toEqual([['stop', [1, 2, 3, 4]]]);
    const results = await screen.findByRole('region', { name: 'What became of each slice' });
    expect(within(results).getByRole('heading').textContent).toBe('Stop: 4 slices');
    await within(results).findByText('2 accepted, 2 refused, 2 ended');
    const rows = within(results).getAllByRole('row').slice(1);
    const cells = rows.map((row) =>
      within(row)
        .getAllByRole('cell')
        .map(({ textContent }) => textContent),
    );
    expect(cells).toEqual([
      ['a', 'Succeeded', ''],
      ['b', 'Refused', 'The zone does not answer.'],
      ['c', 'Failed', 'No room.'],
      ['d', 'Refused', 'The slice is a draft: deploy it first.'],
    ]);
    // what was done is chosen no more
    expect(screen.queryByText('4 slices chosen')).toBeNull();
    await userEvent.click(within(results).getByRole('button', { name: 'Close the results' }));
    expect(screen.queryByRole('region', { name: 'What became of each slice' })).toBeNull();
  });

  test('leave the keyboard somewhere: at the results, at the heading when those are closed or nothing is chosen', async () => {
    await show();
    const pageHeading = screen.getByRole('heading', { level: 1 });
    await choose('a');
    await userEvent.click(screen.getByRole('button', { name: 'Stop' }));
    const results = within(await screen.findByRole('region', { name: 'What became of each slice' }));
    expect(document.activeElement).toBe(results.getByRole('heading'));
    screen.getByRole('button', { name: 'Close the results' }).focus();
    await userEvent.keyboard('{Enter}');
    expect(document.activeElement).toBe(pageHeading);
    await choose('b');
    screen.getByRole('button', { name: 'Choose none' }).focus();
    await userEvent.keyboard('{Enter}');
    expect(document.activeElement).toBe(pageHeading);
  });

  test('are destroyed only after a question that names them', async () => {
    const asked = await show();
    await choose('b', 'd');
    await userEvent.click(screen.getByRole('button', { name: 'Destroy' }));
    const question = await screen.findByRole('dialog', { name: 'Destroy 2 slices?' });
    expect(
      within(question)
        .getAllByRole('listitem')
        .map(({ textContent }) => textContent),
    ).toEqual(['b, with its 3 VMs', 'd, with its 3 VMs']);
    expect(asked).toEqual([]);
    await userEvent.click(within(question).getByRole('button', { name: 'Destroy 2 slices' }));
    await waitFor(() => expect(asked).toEqual([['destroy', [2, 4]]]));
  });

  test('are chosen by keyboard, from one to another, and given up', async () => {
    await show();
    const rows = screen.getAllByRole('row').slice(1);
    rows[0]?.focus();
    await userEvent.keyboard(' {ArrowDown}{ArrowDown}{Shift>} {/Shift}');
    expect(screen.getByText('3 slices chosen')).toBeDefined();
    await userEvent.click(screen.getByRole('button', { name: 'Choose none' }));
    expect(screen.getByText('Choose slices to start, stop or destroy them together.')).toBeDefined();
  });
});
