import { render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import { chooseLanguage } from '../i18n/i18n';
import { apiWrapper } from '../testing/api';
import '../testing/render';
import { samplePlan, sampleSlice } from '../testing/samples';
import { SliceCreateDrawer } from './slice-create';

const named = z.object({ name: z.string() });

/** A server with one template, one zone, and the slices `lab` and `lab (2)`. */
function answer(path: string, input: unknown): Promise<unknown> {
  const zone = { id: 3, name: 'local', enabled: true, capabilities: null, free: null };
  const template = { id: 12, name: 'lab', access: 'own', owner: { id: 1, name: 'Ada' } };
  const answers: Record<string, () => unknown> = {
    'zones.list': () => ({ items: [zone] }),
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

beforeEach(() => chooseLanguage('en'));

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
