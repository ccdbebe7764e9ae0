import { render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, expect, test } from 'vitest';
import type { Home, Zone } from '#shared/zone';
import { chooseLanguage } from '../i18n/i18n';
import { apiWrapper } from '../testing/api';
import '../testing/render';
import { ZoneServer } from './ZoneServer';

const at = '2026-01-01T00:00:00.000Z';
const overcommit = { vcpus: 1, ram: 1, disk: 1 };
const zone = (away: boolean): Zone => ({
  ...{ id: 7, name: 'lab', provider: 'qemu', enabled: true, physical: null, capacity: null, free: null },
  ...{ limits: { vcpus: null, ramMb: null, diskGb: null }, overcommit, settings: null },
  ...{ allocated: { vcpus: 0, ramMb: 0, diskGb: 0 }, runningVms: 0, slices: 1, capabilities: null, vmLimits: null },
  ...{ facts: [], observedAt: at, home: { id: 1, host: 'rack-1', seenAt: at, away }, released: false, createdAt: at },
});
const homes: Home[] = [
  { id: 1, host: 'rack-1', seenAt: at, away: true, zones: ['lab'] },
  { id: 2, host: 'rack-2', seenAt: at, away: false, zones: [] },
  { id: 3, host: 'rack-3', seenAt: at, away: true, zones: [] },
];

beforeEach(() => chooseLanguage('en'));

function show(away: boolean) {
  const asked: unknown[] = [];
  const done: string[] = [];
  const answer = (path: string, input: unknown) => {
    if (path === 'zones.homes') return Promise.resolve({ items: homes });
    asked.push([path, input]);
    return Promise.resolve(zone(false));
  };
  render(<ZoneServer zone={zone(away)} onDone={() => done.push('done')} />, { wrapper: apiWrapper(answer) });
  return { asked, done };
}

/** The choices, once they are shown; Mantine keeps them in a list beside the field. */
async function choose(name: string) {
  await userEvent.click(await screen.findByRole('combobox', { name: 'New server' }));
  await userEvent.click(await screen.findByRole('option', { name, hidden: true }));
}

test('a zone of a server that is gone is moved to a living one, once the loss is accepted', async () => {
  const { asked, done } = show(true);
  await screen.findByText(/copy zones\/7 with its owners/);
  await userEvent.click(screen.getByRole('button', { name: 'Move zone' }));
  await screen.findByText('Choose a server.');
  await choose('rack-2');
  expect(screen.queryByRole('option', { name: 'rack-3', hidden: true })).toBeNull();
  await userEvent.click(screen.getByRole('checkbox', { name: /may be lost/ }));
  await userEvent.click(screen.getByRole('button', { name: 'Move zone' }));
  await waitFor(() => expect(done).toEqual(['done']));
  expect(asked).toEqual([['zones.move', { id: 7, homeId: 2, acceptLoss: true }]]);
});

test('a zone of a living server says that slices keep it there, and is released without a loss', async () => {
  const { asked, done } = show(false);
  await screen.findByText(/the zone stays there: destroy them first/);
  expect(screen.queryByRole('checkbox')).toBeNull();
  await choose('None: release it');
  await screen.findByText(/Nothing but destroy can be asked of the zone/);
  await userEvent.click(screen.getByRole('button', { name: 'Release zone' }));
  await waitFor(() => expect(done).toEqual(['done']));
  expect(asked).toEqual([['zones.release', { id: 7, acceptLoss: false }]]);
});
