import { render, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, expect, test } from 'vitest';
import type { Zone } from '#shared/zone';
import type { Leftover } from '#shared/zone-leftovers';
import { chooseLanguage } from '../i18n/i18n';
import { Dialogs } from '../layouts/Dialogs';
import { apiWrapper } from '../testing/api';
import '../testing/render';
import { ZoneLeftovers } from './ZoneLeftovers';

const counts = { servers: 2, networks: 1, ports: 4 };
const own: Leftover = { name: 'trama-7-a.s12', sliceId: 12, why: 'unknown', zone: null, removable: true, ...counts };
const foreign: Leftover = { ...own, name: 'trama-7-b.s12', why: 'foreign', removable: false };

beforeEach(() => chooseLanguage('en'));

function show(answers: (() => Promise<unknown>)[]) {
  const asked: unknown[] = [];
  const answer = (path: string, input: unknown) => {
    asked.push([path, input]);
    return (answers.shift() ?? (() => Promise.resolve({ items: [] })))();
  };
  const zone = { id: 7, name: 'cloud' } as Zone;
  const Api = apiWrapper(answer);
  render(
    <Api>
      <Dialogs />
      <ZoneLeftovers zone={zone} />
    </Api>,
  );
  return asked;
}

test('what is chosen is removed once it is confirmed by its name; what is another installation’s cannot be chosen', async () => {
  const asked = show([() => Promise.resolve({ items: [own, foreign] }), () => Promise.resolve({ items: [foreign] })]);
  const box = await screen.findByRole('checkbox', { name: 'trama-7-a.s12' });
  expect(screen.getByRole<HTMLInputElement>('checkbox', { name: 'trama-7-b.s12' }).disabled).toBe(true);
  screen.getByText(/which alone may remove it\. 2 VMs, 1 networks, 4 ports/);
  await userEvent.click(box);
  await userEvent.click(screen.getByRole('button', { name: 'Remove one' }));
  const dialog = await screen.findByRole('dialog');
  within(dialog).getByText('trama-7-a.s12');
  await userEvent.click(within(dialog).getByRole('button', { name: 'Remove one' }));
  await waitFor(() => expect(asked.at(-1)).toEqual(['zones.removeLeftovers', { id: 7, names: ['trama-7-a.s12'] }]));
  await waitFor(() => expect(screen.queryByRole('checkbox', { name: 'trama-7-a.s12' })).toBeNull());
});

test('that nothing is left over is said, and a look that fails can be repeated', async () => {
  const away = () => Promise.reject(new Error('away'));
  show([away, away, away]);
  // once it has been asked as often as any query is
  const again = await screen.findByRole('button', { name: 'Try again' }, { timeout: 10_000 });
  await userEvent.click(again);
  await screen.findByText('Nothing is left over');
}, 20_000);
