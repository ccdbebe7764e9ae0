import { render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, describe, expect, test } from 'vitest';
import type { LinkRun } from '#shared/links/schema';
import { chooseLanguage, loadTexts } from '../../i18n/i18n';
import { apiWrapper } from '../../testing/api';
import '../../testing/render';
import { sampleSlice } from '../../testing/samples';
import { LinkRunBar } from './LinkRunBar';
import { LinksPanel } from './LinksPanel';

beforeEach(async () => {
  await chooseLanguage('en');
  await loadTexts(['links', 'slices', 'problems', 'editor']);
});

const slice = sampleSlice({ status: 'active' });
const run: LinkRun = {
  id: 4,
  kind: 'sequence',
  status: 'running',
  restore: true,
  startedAt: '2030-01-01T12:00:00.000Z',
  elapsedMs: 20_000,
  durationSeconds: 120,
  steps: [
    { at: 10, edge: 'e1', deed: 'down' },
    { at: 30, edge: 'e1', deed: 'bend', link: { delayMs: 100 } },
    { at: 60, edge: 'gone', deed: 'up' },
  ],
  outcomes: [{ outcome: 'failed', error: 'The link is not there any more.', sentences: [{ code: 'LINKS_GONE' }] }],
  chaos: null,
};

/** Answers that the slice has this run, and keeps what is asked to be changed. */
function server(known: LinkRun | null) {
  const asked: unknown[] = [];
  const wrapper = apiWrapper((path, input) => {
    if (path !== 'links.get') asked.push([path, input]);
    return Promise.resolve({ run: known });
  });
  return { asked, wrapper };
}

describe('a run of link changes', () => {
  test('says what is next and when, how each step ended, and is stopped', async () => {
    const { asked, wrapper } = server(run);
    render(<LinkRunBar slice={slice} reason={null} />, { wrapper });
    const bar = within(await screen.findByRole('status'));
    expect(
      bar.getByText(/^Next: web–db does 100 ms in 10 s\. 1 of 3 steps are done, over in 1 min 40 s\.$/),
    ).toBeTruthy();
    await userEvent.click(bar.getByRole('button', { name: 'Stop and put back' }));
    expect(asked).toEqual([['links.stop', { id: slice.id, restore: true }]]);
  });

  test('is in the panel step by step, and can be left as it is', async () => {
    const { asked, wrapper } = server(run);
    render(<LinksPanel slice={slice} linkKeys={[]} />, { wrapper });
    const items = within(await screen.findByRole('list', { name: 'Steps' })).getAllByRole('listitem');
    expect(items.map((item) => item.textContent)).toEqual([
      'web–db cut at 10 sfailed: The link is not there any more.',
      'web–db does 100 ms at 30 sto come',
      'gone joined at 1 minto come',
    ]);
    await userEvent.click(screen.getByRole('button', { name: 'Stop and leave as it is' }));
    expect(asked).toEqual([['links.stop', { id: slice.id, restore: false }]]);
  });

  test('that has ended is not told of above the page', async () => {
    const { wrapper } = server({ ...run, status: 'ended' });
    render(<LinkRunBar slice={slice} reason={null} />, { wrapper });
    render(<LinksPanel slice={slice} linkKeys={[]} />, { wrapper });
    await screen.findByRole('heading', { name: 'The last changes' });
    expect(screen.queryByRole('button', { name: 'Stop and put back' })).toBeNull();
  });
});

describe('in the panel', () => {
  test('steps are given, for the link that is chosen first, and what cannot be is said on its field', async () => {
    const { asked, wrapper } = server(null);
    render(<LinksPanel slice={slice} linkKeys={['e1']} />, { wrapper });
    const first = within(await screen.findByRole('group', { name: 'Step 1' }));
    await userEvent.clear(first.getByLabelText('After, s'));
    await userEvent.type(first.getByLabelText('After, s'), '0');
    await userEvent.click(screen.getByRole('button', { name: 'Start' }));
    expect(await first.findByText('At least 1.')).toBeTruthy();
    expect(asked).toEqual([]);
    await userEvent.clear(first.getByLabelText('After, s'));
    await userEvent.type(first.getByLabelText('After, s'), '5');
    await userEvent.click(screen.getByRole('button', { name: 'Start' }));
    expect(asked).toEqual([
      [
        'links.schedule',
        {
          id: slice.id,
          steps: [
            { at: 5, edge: 'e1', deed: 'down' },
            { at: 60, edge: 'e1', deed: 'up' },
          ],
          restore: true,
        },
      ],
    ]);
  });

  test('chaos says what it comes to before it is let loose', async () => {
    const { asked, wrapper } = server(null);
    render(<LinksPanel slice={slice} linkKeys={[]} />, { wrapper });
    await userEvent.click(await screen.findByText('By chance'));
    await userEvent.clear(screen.getByLabelText('Seed'));
    await userEvent.type(screen.getByLabelText('Seed'), '7');
    expect(screen.getByText(/^\d+ failures?, the first after /)).toBeTruthy();
    await userEvent.click(screen.getByRole('button', { name: 'Start' }));
    const limits = { atOnce: 1, failureSeconds: 60, repairSeconds: 20, durationSeconds: 600, seed: 7 };
    expect(asked).toEqual([['links.chaos', { id: slice.id, ...limits }]]);
  });

  test('nothing can be begun of a slice that does not run, nor by who may only look', async () => {
    const { wrapper } = server(null);
    const { unmount } = render(<LinksPanel slice={sampleSlice({ status: 'stopped' })} linkKeys={[]} />, { wrapper });
    expect(await screen.findByText('Links are changed by a plan only while the slice runs.')).toBeTruthy();
    unmount();
    render(<LinksPanel slice={sampleSlice({ status: 'active', access: 'view' })} linkKeys={[]} />, { wrapper });
    await screen.findByText('It is shared with you to be seen only.');
    expect(screen.queryByRole('button', { name: 'Start' })).toBeNull();
  });
});
