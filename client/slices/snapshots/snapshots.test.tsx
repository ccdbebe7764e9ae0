import { cleanup, render, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { TRPCClientError } from '@trpc/client';
import { beforeEach, describe, expect, test } from 'vitest';
import type { PublicError } from '#shared/errors';
import { say, together } from '#shared/sentence';
import type { Plan } from '#shared/deployment/schema';
import type { Snapshot } from '#shared/snapshot';
import { chooseLanguage } from '../../i18n/i18n';
import { DialogHost } from '../../layouts/dialog-host';
import { apiWrapper } from '../../testing/api';
import '../../testing/render';
import { sampleDeployment, samplePlan, sampleQuota, sampleSlice } from '../../testing/samples';
import { SnapshotsPanel } from './SnapshotsPanel';

beforeEach(() => chooseLanguage('en'));

const first: Snapshot = {
  ...{ id: 3, sliceId: 7, name: 'first', automatic: false, status: 'ready', sizeMb: 96, topologyVersion: 1 },
  ...{ vms: 3, vmsRunning: 2, createdBy: { id: 1, name: 'Ada' }, createdAt: '2030-01-01T00:00:00.000Z' },
};
const before: Snapshot = { ...first, id: 4, name: 'Before first', automatic: true, topologyVersion: 2 };
const takes = (label: string): Plan['steps'] =>
  samplePlan()
    .steps.slice(0, 1)
    .map((step) => ({ ...step, resource: 'snapshot' as const, action: 'create' as const, label }));
const active = sampleSlice({ status: 'active', topologyVersion: 2 });

/** What the server answers, and what it was asked to change. */
function server({
  snapshots = [before, first],
  plan = samplePlan({ kind: 'snapshot', steps: takes('Snapshot 1') }),
  restore = samplePlan({ kind: 'restore' }),
  refuse,
}: {
  snapshots?: Snapshot[] | (() => Promise<never>);
  plan?: Plan;
  restore?: Plan;
  refuse?: PublicError;
} = {}) {
  const asked: unknown[] = [];
  const wrapper = apiWrapper((path, input) => {
    if (path === 'snapshots.list')
      return Array.isArray(snapshots) ? Promise.resolve({ items: snapshots, nextCursor: null }) : snapshots();
    if (path === 'deployments.plan')
      return Promise.resolve((input as { kind: string }).kind === 'restore' ? restore : plan);
    asked.push([path, input]);
    if (refuse !== undefined)
      return Promise.reject(
        TRPCClientError.from({ error: { code: -32_600, message: refuse.message, data: { app: refuse } } }),
      );
    return Promise.resolve(path === 'deployments.start' ? sampleDeployment({ status: 'succeeded' }) : { id: 3 });
  });
  return { asked, wrapper };
}

function show(options: Parameters<typeof server>[0] = {}, { slice = active, reason = null as string | null } = {}) {
  const { asked, wrapper } = server(options);
  render(
    <>
      <SnapshotsPanel slice={slice} reason={reason} />
      <DialogHost />
    </>,
    { wrapper },
  );
  return asked;
}
const menuOf = (name: string) => screen.findByRole('button', { name: `Actions for ${name}` });
async function choose(name: string, action: string) {
  await userEvent.click(await menuOf(name));
  await userEvent.click(await screen.findByRole('menuitem', { name: new RegExp(`^${action}`) }));
}

describe('the snapshots of a slice', () => {
  test('say who took them and when, what they are of, and which were taken by themselves', async () => {
    show();
    const row = (await screen.findByText('first')).closest('li');
    if (row === null) throw new Error('no row');
    expect(row.textContent).toContain('3 VMs · 2 with memory · 96 MiB on disk · topology version 1');
    expect(row.textContent).toContain('by Ada');
    expect(row.querySelector('time')?.getAttribute('datetime')).toBe(first.createdAt);
    const automatic = screen.getByText('Before first').closest('li');
    expect(automatic?.textContent).toContain('Before a restore');
    expect(automatic?.textContent).toContain('topology as now');
  });

  test('are none, or could not be loaded, and say so', async () => {
    show({ snapshots: [] });
    await screen.findByText('No snapshots yet');
    show({ snapshots: () => Promise.reject(new Error('no')) });
    expect((await screen.findAllByRole('button', { name: /try again/i })).length).toBeGreaterThan(0);
  });

  test('are taken under the name that is proposed, or another one', async () => {
    const asked = show();
    const name = await screen.findByRole('textbox', { name: 'Name' });
    expect(name.getAttribute('placeholder')).toBe('Snapshot 1');
    await userEvent.click(screen.getByRole('button', { name: 'Take a snapshot' }));
    await waitFor(() => expect(asked).toMatchObject([['deployments.start', { sliceId: 7, kind: 'snapshot' }]]));
    expect(JSON.stringify(asked)).not.toContain('snapshotName');
    await userEvent.type(name, 'clean{Enter}');
    await waitFor(() => expect(asked).toMatchObject([{}, ['deployments.start', { snapshotName: 'clean' }]]));
  });

  test('have names of their own: one that is taken is refused on its field', async () => {
    const params = { what: 'snapshot', name: 'first' };
    show({ refuse: { code: 'NAME_TAKEN', message: 'There is one.', field: 'name', params } });
    await userEvent.type(await screen.findByRole('textbox', { name: 'Name' }), 'first{Enter}');
    await waitFor(() =>
      expect(screen.getByRole('textbox', { name: 'Name' }).getAttribute('aria-invalid')).toBe('true'),
    );
  });

  test('of a zone that cannot take them say so before anything is tried, of many VMs the first', async () => {
    const problems = [1, 2, 3, 4, 5, 6, 7].map((n) => {
      const said = together(
        say('SNAPSHOT_UNSUPPORTED', { vm: `vm${n}`, zone: 'lab' }),
        say('KEEP_NO_ROOM', { needs: 300, free: 100 }),
      );
      return { code: 'SNAPSHOT_UNSUPPORTED', message: said.message, sentences: [...said.sentences] };
    });
    const asked = show({ plan: samplePlan({ runnable: false, problems, steps: takes('Snapshot 1') }) });
    const told = await screen.findByRole('status');
    expect(
      within(told)
        .getAllByRole('listitem')
        .map(({ textContent }) => textContent),
    ).toEqual(problems.slice(0, 5).map(({ message }) => message));
    expect(told.textContent).toContain('and 2 more reasons');
    const button = screen.getByRole('button', { name: 'Take a snapshot' });
    expect(button.getAttribute('aria-disabled')).toBe('true');
    await userEvent.click(button);
    expect(asked).toEqual([]);
  });

  test('are limited by a quota, which is shown', async () => {
    const quota = {
      ...sampleQuota({ snapshots: 10 }, { snapshots: 2 }),
      added: sampleQuota({}, { snapshots: 1 }).used,
    };
    show({ plan: samplePlan({ kind: 'snapshot', steps: takes('Snapshot 1'), quota }) });
    const meter = await screen.findByRole('meter', { name: 'Snapshots' });
    expect(meter.getAttribute('aria-valuetext')).toBe('2 → 3 of 10');
  });

  test('are gone back to after a question that says what is lost and how that is undone', async () => {
    const asked = show();
    await choose('first', 'Restore');
    const dialog = await screen.findByRole('dialog', { name: 'Go back to first?' });
    expect(dialog.textContent).toContain('What is on their disks since then');
    expect(dialog.textContent).toContain('in a snapshot called “Before first”');
    expect(asked).toEqual([]);
    await userEvent.click(within(dialog).getByRole('button', { name: 'Go back' }));
    await waitFor(() => expect(asked).toMatchObject([['deployments.start', { kind: 'restore', snapshotId: 3 }]]));
  });

  test('that nothing can go back to say why instead of asking, in the reader’s language', async () => {
    await chooseLanguage('es');
    const gone = say('SNAPSHOT_IMAGE_GONE', { snapshot: 'first', vm: 'web', image: 'old' });
    const problem = { code: 'SNAPSHOT_IMAGE_GONE', node: 'a', message: gone.message, sentences: [...gone.sentences] };
    const asked = show({ restore: samplePlan({ runnable: false, problems: [problem] }) });
    await userEvent.click(await screen.findByRole('button', { name: 'Acciones de first' }));
    await userEvent.click(await screen.findByRole('menuitem', { name: /^Restaurar/ }));
    await screen.findByText('La instantánea first tiene la MV web sobre la imagen old, que ya no está.');
    expect(screen.queryByRole('dialog')).toBeNull();
    expect(asked).toEqual([]);
  });

  test('are renamed in their place and deleted after a question', async () => {
    const asked = show();
    await choose('first', 'Rename');
    const field = await screen.findByRole('textbox', { name: 'New name' });
    await userEvent.clear(field);
    await userEvent.type(field, 'clean{Enter}');
    await waitFor(() => expect(asked).toEqual([['snapshots.rename', { id: 3, name: 'clean' }]]));
    await choose('first', 'Delete');
    const dialog = await screen.findByRole('dialog', { name: 'Delete the snapshot first?' });
    await userEvent.click(within(dialog).getByRole('button', { name: 'Delete snapshot' }));
    await waitFor(() => expect(asked).toMatchObject([{}, ['snapshots.remove', { id: 3 }]]));
  });

  test('wait while something else goes on, and are left alone by who may not', async () => {
    show({}, { slice: { ...active, busy: 'stop' } });
    expect((await screen.findByRole('status')).textContent).toContain('Another operation is under way');
    await userEvent.click(await menuOf('first'));
    const item = await screen.findByRole('menuitem', { name: /^Restore/ });
    expect(item.getAttribute('aria-disabled')).toBe('true');
    cleanup();
    const asked = show({}, { reason: 'Only its owner can.' });
    await screen.findByText('Only its owner can.');
    expect(screen.queryByRole('textbox')).toBeNull();
    await choose('first', 'Delete');
    expect(screen.queryByRole('dialog')).toBeNull();
    expect(asked).toEqual([]);
  });
});
