import { render, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { TRPCClientError } from '@trpc/client';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Plan } from '#shared/deployment/schema';
import type { PublicError } from '#shared/errors';
import type { ZoneChoice } from '#shared/slice';
import { chooseLanguage } from '../../i18n/i18n';
import { apiWrapper } from '../../testing/api';
import '../../testing/render';
import { samplePlan, sampleSlice } from '../../testing/samples';
import { SnapshotsButton } from '../snapshots/SnapshotsButton';
import { CloneButton } from './CloneButton';
import { ClonePanel } from './ClonePanel';

beforeEach(() => chooseLanguage('en'));

const slice = sampleSlice({ status: 'active' });
const zones = ['local', 'rack'].map((name, index) => ({
  ...{ id: index + 1, name, enabled: true, capabilities: null, free: { vcpus: 8, ramMb: 2048, diskGb: 50 } },
}));
const full = samplePlan({
  runnable: false,
  problems: [
    {
      code: 'NO_CAPACITY',
      message: 'Not enough RAM in zone rack.',
      params: { zone: 'rack', resource: 'ramMb', needs: 768, free: 512, lacking: 256 },
    },
  ],
});

function show(
  {
    refuse,
    plan,
    choice,
    anew = [],
  }: { refuse?: PublicError; plan?: (zoneId: number) => Plan; choice?: ZoneChoice; anew?: string[] } = {},
  snapshotId: number | null = null,
) {
  const asked: unknown[] = [];
  const wrapper = apiWrapper((path, input) => {
    if (path === 'zones.list') return Promise.resolve({ items: zones });
    if (path === 'slices.freeName') {
      const { name } = input as { name: string };
      return Promise.resolve({ name: name === 'lab' ? 'lab (2)' : name });
    }
    if (path === 'slices.chooseZone') {
      expect(input).toEqual({ sliceId: 7 });
      return Promise.resolve(choice);
    }
    if (path === 'slices.previewClone')
      return Promise.resolve({
        ...(plan ?? (() => samplePlan()))((input as { zoneId: number }).zoneId),
        ...{ anew, snapshot: snapshotId === null ? null : 'first' },
      });
    asked.push([path, input]);
    if (refuse !== undefined)
      return Promise.reject(
        TRPCClientError.from({ error: { code: -32_600, message: refuse.message, data: { app: refuse } } }),
      );
    return Promise.resolve(sampleSlice({ id: 8, name: 'lab (2)' }));
  });
  render(<ClonePanel slice={slice} snapshotId={snapshotId} onCancel={() => undefined} />, { wrapper });
  return asked;
}
const nameField = () => screen.findByRole<HTMLInputElement>('textbox', { name: 'Name' });

describe('a slice is cloned', () => {
  test('under a name that is free, into its own zone, and what comes along is said', async () => {
    const asked = show();
    const name = await nameField();
    await waitFor(() => expect(name.value).toBe('lab (2)'));
    expect(screen.getByText(/Nothing of what is on its disks or in its memory/)).toBeTruthy();
    await userEvent.click(screen.getByRole('button', { name: 'Clone' }));
    await waitFor(() => expect(asked).toMatchObject([['slices.clone', { id: 7, name: 'lab (2)', zoneId: 1 }]]));
  });

  test('into a zone that is full, which the plan says before', async () => {
    const asked = show({ plan: (zoneId) => (zoneId === 2 ? full : samplePlan()) });
    await userEvent.click(await screen.findByRole('combobox', { name: 'Zone' }));
    await userEvent.click(await screen.findByRole('option', { name: /rack/ }));
    await screen.findByText(/768 MiB needed, 512 MiB free, 256 MiB lacking/);
    await screen.findByText(/can be created as a draft/);
    expect(asked).toEqual([]);
  });

  test('into a zone that is chosen when that is asked for, which says why', async () => {
    const free = { vcpus: 8, ramMb: 2048, diskGb: 50 };
    const verdict = { free, fill: 0.5, images: { there: 1, needed: 1 }, problems: [] };
    const asked = show({
      choice: {
        ...{ zoneId: 2, because: 'free' },
        zones: zones.map(({ id, name }) => ({ ...verdict, zone: { id, name } })),
      },
    });
    await userEvent.click(await screen.findByRole('button', { name: 'Choose a zone for me' }));
    await screen.findByText('rack was chosen: most stays free in it.');
    await waitFor(() => expect(screen.getByRole<HTMLInputElement>('combobox', { name: 'Zone' }).value).toBe('rack'));
    await waitFor(async () => expect((await nameField()).value).toBe('lab (2)'));
    await userEvent.click(screen.getByRole('button', { name: 'Clone' }));
    await waitFor(() => expect(asked).toMatchObject([['slices.clone', { id: 7, zoneId: 2 }]]));
  });

  test('with the disks of a snapshot: what is not cloned, and who begins anew, is said before', async () => {
    const asked = show({ anew: ['tiny', 'late'] }, 5);
    await screen.findByText(/what was in memory is not cloned/);
    await screen.findByText(/These begin anew, .*: tiny, late/);
    expect(screen.getByText('From “first”, in zone local, where the snapshot is.')).toBeTruthy();
    expect(screen.queryByRole('combobox', { name: 'Zone' })).toBeNull();
    const name = await nameField();
    await waitFor(() => expect(name.value).toBe('lab (2)'));
    await userEvent.click(screen.getByRole('button', { name: 'Clone' }));
    await waitFor(() => expect(asked).toMatchObject([['slices.clone', { id: 7, snapshotId: 5, zoneId: 1 }]]));
  });

  test('from the menu of one of its snapshots, also while something goes on, but not while that one is being taken', async () => {
    const taken = {
      ...{ sliceId: 7, automatic: false, sizeMb: 96, topologyVersion: 1, vms: 3, vmsRunning: 2 },
      ...{ createdBy: { id: 1, name: 'Ada' }, createdAt: '2030-01-01T00:00:00.000Z' },
    };
    const asked: unknown[] = [];
    const wrapper = apiWrapper((path, input) => {
      if (path === 'snapshots.list')
        return Promise.resolve({
          items: [
            { ...taken, id: 6, name: 'second', status: 'making' },
            { ...taken, id: 5, name: 'first', status: 'ready' },
          ],
          nextCursor: null,
        });
      if (path === 'zones.list') return Promise.resolve({ items: zones });
      if (path === 'slices.freeName') return Promise.resolve({ name: 'lab (2)' });
      if (path === 'deployments.plan') return Promise.resolve(samplePlan({ kind: 'snapshot' }));
      asked.push([path, input]);
      return Promise.resolve({ ...samplePlan(), snapshot: 'first', anew: [] });
    });
    const busy = sampleSlice({ status: 'active', busy: 'reboot' });
    render(
      <>
        <SnapshotsButton slice={busy} reason={null} />
        <CloneButton slice={busy} />
      </>,
      { wrapper },
    );
    await userEvent.click(screen.getByRole('button', { name: 'Snapshots' }));
    const menu = async (name: string) => {
      await userEvent.click(await screen.findByRole('button', { name: `Actions for ${name}` }));
      return screen.findByRole('menuitem', { name: /^Clone/ });
    };
    const making = await menu('second');
    expect(making.getAttribute('aria-disabled')).toBe('true');
    await userEvent.keyboard('{Escape}');
    await userEvent.click(await menu('first'));
    const panel = await screen.findByRole('dialog', { name: `Clone “${busy.name}”` });
    await within(panel).findByText('From “first”, in zone local, where the snapshot is.');
    expect(asked).toEqual([['slices.previewClone', { id: 7, snapshotId: 5, zoneId: 1 }]]);
  });

  test('of a snapshot whose zone was closed meanwhile, which is told where the zone stands', async () => {
    show({ refuse: { code: 'ZONE_UNAVAILABLE', message: 'Zone local is closed.', field: 'zoneId' } }, 5);
    const name = await nameField();
    await waitFor(() => expect(name.value).toBe('lab (2)'));
    await userEvent.click(screen.getByRole('button', { name: 'Clone' }));
    const zone = (await screen.findByText(/where the snapshot is/)).parentElement;
    await waitFor(() => expect(zone?.textContent).toContain('Zone local is closed.'));
  });

  test('against a quota that is used up, which is said on the form, in the reader’s language, and the next try is another wish', async () => {
    await chooseLanguage('es');
    const problem = {
      code: 'QUOTA_EXCEEDED',
      message: 'That would be 3 slices; the quota is 2.',
      params: { field: 'slices', limit: 2, used: 2, more: 1 },
    } as const;
    const asked = show({ refuse: { ...problem, problems: [problem] } });
    const name = await screen.findByRole<HTMLInputElement>('textbox', { name: 'Nombre' });
    await waitFor(() => expect(name.value).toBe('lab (2)'));
    await userEvent.click(screen.getByRole('button', { name: 'Clonar' }));
    const alert = await screen.findByRole('alert');
    expect(alert.textContent).toMatch(/cuota/i);
    await userEvent.click(screen.getByRole('button', { name: 'Clonar' }));
    await waitFor(() => expect(asked).toHaveLength(2));
    const keys = asked.map((one) => (one as [string, { idempotencyKey: string }])[1].idempotencyKey);
    expect(new Set(keys).size).toBe(2);
  });

  test('under a name that is taken meanwhile, which is told on its field', async () => {
    const refusal = { code: 'NAME_TAKEN', message: 'There is a slice called lab (2) already.', field: 'name' } as const;
    show({ refuse: { ...refusal, params: { name: 'lab (2)' } } });
    const name = await nameField();
    await waitFor(() => expect(name.value).toBe('lab (2)'));
    await userEvent.click(screen.getByRole('button', { name: 'Clone' }));
    await waitFor(() => expect(name.getAttribute('aria-invalid')).toBe('true'));
    // and one that is typed says at once what is free
    await userEvent.clear(name);
    await userEvent.type(name, 'lab');
    await screen.findByText(/lab \(2\)/);
  });
});
