import { TRPCClientError } from '@trpc/client';
import { render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import { say } from '#shared/sentence';
import { noLeaseLimit, type LeaseLimit } from '#shared/lease';
import { chooseLanguage } from '../i18n/i18n';
import { apiWrapper } from '../testing/api';
import '../testing/render';
import { samplePlan, sampleSlice } from '../testing/samples';
import { SliceCreateDrawer } from './slice-create';

const named = z.object({ name: z.string() });

/** What leases may be in the zone. */
let limit: LeaseLimit;

/** A server with one template, one zone, and the slices `lab` and `lab (2)`. */
function answer(path: string, input: unknown): Promise<unknown> {
  const zone = { id: 3, name: 'local', enabled: true, capabilities: null, free: null };
  const template = { id: 12, name: 'lab', access: 'own', owner: { id: 1, name: 'Ada' } };
  const answers: Record<string, () => unknown> = {
    'zones.list': () => ({ items: [zone] }),
    'leases.limit': () => limit,
    'templates.get': () => template,
    'templates.list': () => ({ items: [template], nextCursor: null }),
    'slices.preview': () => samplePlan(),
    'slices.freeName': () => {
      const { name } = named.parse(input);
      return { name: name === 'lab' || name === 'lab (2)' ? 'lab (3)' : name };
    },
  };
  const found = answers[path];
  return found === undefined ? Promise.reject(new Error(path)) : Promise.resolve(found());
}

beforeEach(async () => {
  limit = noLeaseLimit;
  await chooseLanguage('en');
});

test('the drawer proposed a taken name and called it ready', async () => {
  render(<SliceCreateDrawer opened onClose={() => {}} templateId={12} />, { wrapper: apiWrapper(answer) });
  const name = await screen.findByRole<HTMLInputElement>('textbox', { name: 'Name' });
  await waitFor(() => expect(name.value).toBe('lab (3)'));
  const create = screen.getByRole<HTMLButtonElement>('button', { name: 'Create slice' });
  await screen.findByText('Ready to run: 2 steps.');
  expect(create.disabled).toBe(false);

  await userEvent.clear(name);
  await userEvent.type(name, 'lab');
  await screen.findByText('You have a slice of this name. “lab (3)” is free.');
  expect(create.disabled).toBe(true);
  expect(screen.queryByText('Ready to run: 2 steps.')).toBeNull();

  await userEvent.type(name, 'oratory');
  await waitFor(() => expect(create.disabled).toBe(false));
  await screen.findByText('Ready to run: 2 steps.');
});

test('a new slice stays down after a restart of its machine unless the form says otherwise', async () => {
  const made: unknown[] = [];
  const create: typeof answer = (path, input) => {
    if (path !== 'slices.create') return answer(path, input);
    made.push(input);
    return Promise.resolve(sampleSlice());
  };
  render(<SliceCreateDrawer opened onClose={() => {}} templateId={12} />, { wrapper: apiWrapper(create) });
  const restart = await screen.findByRole<HTMLInputElement>('switch', {
    name: 'Start by itself after a restart of the machine',
  });
  expect(restart.checked).toBe(false);
  await userEvent.click(restart);
  await waitFor(() => expect(screen.getByRole<HTMLInputElement>('textbox', { name: 'Name' }).value).toBe('lab (3)'));
  await screen.findByText('Ready to run: 2 steps.');
  await userEvent.click(screen.getByRole('button', { name: 'Create slice' }));
  await waitFor(() => expect(made).toMatchObject([{ templateId: 12, restartAfterReboot: true }]));
});

test('the lease is filled in with what is allowed, sent when it was chosen, and refused on its field', async () => {
  limit = { maxMinutes: 240, atEnd: ['stop', 'destroy'], warnMinutes: 60 };
  const tooLong = 'The lease of this slice lasts 4 h at most from now.';
  const app = {
    code: 'INVALID_INPUT',
    field: 'lease.expiresAt',
    message: tooLong,
    sentences: say('LEASE_TOO_LONG', { max: '4 h' }).sentences,
  };
  const made: unknown[] = [];
  const create: typeof answer = (path, input) => {
    if (path !== 'slices.create') return answer(path, input);
    made.push(input);
    return Promise.reject(TRPCClientError.from({ error: { code: -32_600, message: tooLong, data: { app } } }));
  };
  render(<SliceCreateDrawer opened onClose={() => {}} templateId={12} />, { wrapper: apiWrapper(create) });
  const until = await screen.findByLabelText<HTMLInputElement>('Until');
  const inFourHours = Date.now() + 240 * 60_000;
  expect(Math.abs(new Date(until.value).getTime() - inFourHours)).toBeLessThan(10 * 60_000);
  await waitFor(() => expect(screen.getByRole<HTMLInputElement>('textbox', { name: 'Name' }).value).toBe('lab (3)'));
  await screen.findByText('Ready to run: 2 steps.');
  await userEvent.click(screen.getByRole('button', { name: 'Create slice' }));
  await waitFor(() => expect(made).toHaveLength(1));
  expect(made[0]).not.toHaveProperty('lease');
  await screen.findByText(tooLong);
  await userEvent.click(screen.getByRole('button', { name: '1 h' }));
  expect(screen.queryByText(tooLong)).toBeNull();
  await userEvent.click(screen.getByRole('button', { name: 'Create slice' }));
  await waitFor(() => expect(made).toHaveLength(2));
  expect(made[1]).toMatchObject({ lease: { expiresAt: new Date(until.value).toISOString(), atEnd: 'stop' } });
});
