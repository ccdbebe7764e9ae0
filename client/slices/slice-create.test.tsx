import { TRPCClientError } from '@trpc/client';
import { render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import { say } from '#shared/sentence';
import { parameterSchema } from '#shared/topology/parameters/schema';
import { newVm, type Topology } from '#shared/topology/schema';
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

test('what the template asks for is a field each, in a preview and in the slice; what is wrong stands at its field', async () => {
  const vm = newVm({ key: 'a', name: 'web', flavourId: 1, imageId: 1, x: 0, y: 0 });
  const topology: Topology = {
    ...{ vms: [{ ...vm, count: 'servers' }], networks: [], edges: [] },
    parameters: [
      parameterSchema.parse({ kind: 'count', name: 'servers', label: 'Servers', default: 2, max: 5 }),
      parameterSchema.parse({ kind: 'boolean', name: 'debug', label: 'Debug' }),
      parameterSchema.parse({ kind: 'secret', name: 'password', label: 'Password' }),
    ],
  };
  const asked: unknown[] = [];
  const made: unknown[] = [];
  const create: typeof answer = async (path, input) => {
    if (path === 'templates.get')
      return {
        ...z
          .object({})
          .loose()
          .parse(await answer(path, input)),
        topology,
      };
    if (path === 'flavours.list' || path === 'images.list') return { items: [], nextCursor: null };
    if (path === 'slices.preview') asked.push(input);
    if (path !== 'slices.create') return answer(path, input);
    made.push(input);
    return sampleSlice();
  };
  render(<SliceCreateDrawer opened onClose={() => {}} templateId={12} />, { wrapper: apiWrapper(create) });
  const servers = await screen.findByRole<HTMLInputElement>('textbox', { name: 'Servers' });
  expect(servers.value).toBe('2');
  await screen.findByText('2 VMs · 0 networks · 0 links');
  await userEvent.clear(servers);
  await userEvent.type(servers, '9');
  await screen.findByText('Servers is a whole number from 1 to 5.');
  expect(screen.queryByText(/VMs · 0 networks/)).toBeNull();
  await userEvent.clear(servers);
  await userEvent.type(servers, '4');
  await screen.findByText('4 VMs · 0 networks · 0 links');
  await waitFor(() => expect(asked.at(-1)).toEqual({ templateId: 12, zoneId: 3, values: { servers: 4 } }));
  await waitFor(() => expect(screen.getByRole<HTMLInputElement>('textbox', { name: 'Name' }).value).toBe('lab (3)'));
  await userEvent.click(screen.getByRole('button', { name: 'Create slice' }));
  await screen.findByText('Password needs a value.');
  expect(made).toEqual([]);
  await userEvent.type(screen.getByLabelText(/^Password/), 'sesam');
  await userEvent.click(screen.getByRole('button', { name: 'Create slice' }));
  await waitFor(() => expect(made).toMatchObject([{ values: { servers: 4, password: 'sesam' } }]));
  // nothing secret goes by an address
  expect(JSON.stringify(asked)).not.toContain('sesam');
});
