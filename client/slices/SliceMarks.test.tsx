import { render, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, expect, test } from 'vitest';
import { chooseLanguage } from '../i18n/i18n';
import { apiWrapper } from '../testing/api';
import '../testing/render';
import { sampleSlice } from '../testing/samples';
import { SlicesTable } from './SlicesTable';
import { Component as SlicesPage } from './SlicesPage';

beforeEach(() => chooseLanguage('en'));

const since = '2030-01-01T00:00:00.000Z';
const slices = [
  sampleSlice({ id: 1, name: 'early', waitingSince: since }),
  sampleSlice({ id: 2, name: 'late', waitingSince: since }),
  sampleSlice({ id: 3, name: 'quiet', status: 'active', idleSince: since }),
  sampleSlice({ id: 4, name: 'plain', status: 'active' }),
];
let asked: [string, unknown][] = [];
beforeEach(() => {
  asked = [];
});
const wrapper = () =>
  apiWrapper((path, input) => {
    asked.push([path, input]);
    if (path === 'line.places')
      return Promise.resolve({
        places: [
          { sliceId: 1, place: 2, of: 3 },
          { sliceId: 2, place: 3, of: 3 },
        ],
      });
    if (path === 'slices.list') return Promise.resolve({ items: slices, nextCursor: null });
    if (path === 'auth.me') return Promise.resolve({ user: null, registrationOpen: false, registrationDomains: null });
    return Promise.reject(new Error(path));
  });
const rowOf = async (name: string) => {
  const row = (await screen.findByRole('link', { name })).closest('tr');
  if (row === null) throw new Error('no row');
  return within(row);
};

test('who waits in line and what is idle is marked in the list, and all places are asked for at once', async () => {
  render(<SlicesTable slices={slices} partial={false} />, { wrapper: wrapper() });
  await (await rowOf('early')).findByText('In line: 2 of 3');
  await (await rowOf('late')).findByText('In line: 3 of 3');
  const idle = await (await rowOf('quiet')).findByText('Idle');
  expect(idle.closest('[title]')?.getAttribute('title')).toMatch(
    /^No console, no work and no traffic since .*2030|2029/,
  );
  expect((await rowOf('plain')).queryByText(/In line|Idle/)).toBeNull();
  expect(asked).toEqual([['line.places', { sliceIds: [1, 2] }]]);
});

test('a list without marks asks for no places', async () => {
  render(<SlicesTable slices={slices.slice(2)} partial={false} />, { wrapper: wrapper() });
  await (await rowOf('quiet')).findByText('Idle');
  expect(asked).toEqual([]);
});

test('the list is narrowed to a mark, in the reader’s language', async () => {
  await chooseLanguage('es');
  render(<SlicesPage />, { wrapper: wrapper() });
  await (await rowOf('early')).findByText('En la cola: 2 de 3');
  await userEvent.click(screen.getByRole('combobox', { name: 'Marcados como' }));
  await userEvent.click(await screen.findByRole('option', { name: 'En la cola' }));
  await waitFor(() =>
    expect(asked.filter(([path]) => path === 'slices.list').at(-1)).toMatchObject(['slices.list', { mark: 'waiting' }]),
  );
});
