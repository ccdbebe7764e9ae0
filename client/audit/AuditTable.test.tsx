import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, expect, test } from 'vitest';
import type { AuditEntry } from '#shared/audit';
import { chooseLanguage } from '../i18n/i18n';
import { renderApp } from '../testing/render';
import { auditQuery } from './AuditFilters';
import { AuditTable } from './AuditTable';
import { actionWords } from '#shared/audit-words';
import { auditText } from './audit-words';

const entry: AuditEntry = {
  id: 7,
  at: '2026-03-01T10:00:00.000Z',
  user: { id: 1, name: 'Ada', email: 'ada@example.org' },
  action: 'slices.create',
  objectType: 'slice',
  objectId: 12,
  objectName: 'lab',
  ip: '192.0.2.1',
  token: { id: 3, kind: 'pat', name: 'ci' },
  result: 'OK',
  details: { name: 'lab', vms: 3 },
};

beforeEach(() => chooseLanguage('en'));

test('a deed is told in words, with where it came from', () => {
  renderApp(<AuditTable entries={[entry]} withUser />);
  const row = screen.getAllByRole('row')[1];
  if (row === undefined) throw new Error('no row');
  for (const text of ['Create slice', 'Ada', '192.0.2.1', 'Token ci', 'Done'])
    expect(within(row).getByText(text)).toBeDefined();
  expect(within(row).getByRole('link', { name: 'Slice lab' }).getAttribute('href')).toBe('/slices/12');
});

test('who signs in makes a session; an account is a link for administrators only', () => {
  const signIn = {
    ...entry,
    action: 'auth.login',
    objectType: 'api_token',
    objectName: 'Firefox 143, Linux',
    details: null,
  };
  const update = { ...entry, id: 8, action: 'users.update', objectType: 'user', objectName: 'Bea', details: null };
  const { unmount } = renderApp(<AuditTable entries={[signIn, update]} withUser />);
  expect(screen.getByText('Session Firefox 143, Linux')).toBeDefined();
  expect(screen.getByRole('link', { name: 'User Bea' }).getAttribute('href')).toBe('/users/12');
  unmount();
  renderApp(<AuditTable entries={[update]} />);
  expect(screen.queryByRole('link')).toBeNull();
  expect(screen.getByText('User Bea')).toBeDefined();
});

test('what was refused says so, and nobody known is named so', () => {
  renderApp(<AuditTable entries={[{ ...entry, user: null, token: null, result: 'FORBIDDEN' }]} withUser />);
  expect(screen.getByText('Refused').closest('[title]')?.getAttribute('title')).toBe('FORBIDDEN');
  expect(screen.getByText('Nobody known')).toBeDefined();
});

test('Enter on a row shows what was recorded', async () => {
  renderApp(<AuditTable entries={[entry]} />);
  screen.getAllByRole('row')[1]?.focus();
  await userEvent.keyboard('{Enter}');
  const panel = await screen.findByRole('dialog');
  expect(within(panel).getByText('slices.create')).toBeDefined();
  expect(within(panel).getByText('lab')).toBeDefined();
  expect(within(panel).getByText('3')).toBeDefined();
});

test('a procedure’s name and a deed’s are the same words, and an unknown one stays as it is', async () => {
  const say = (action: string) => actionWords(action, null, auditText);
  expect(say('slices.openConsole')).toBe('Open console');
  expect(say('slices.open-console')).toBe('Open console');
  expect(say('moon.shine')).toBe('moon.shine');
  await chooseLanguage('es');
  expect(say('slices.openConsole')).toBe('Abrir consola');
});

test('a day of the filters is a whole day where the reader is, and nonsense is no filter', () => {
  const of = (values: Record<string, string>) =>
    auditQuery({ get: (name) => values[name] ?? '', set: () => undefined });
  const query = of({ action: 'slices', from: '2026-03-01', until: '2026-03-31', result: 'ok' });
  expect(query).toEqual({
    action: 'slices.',
    result: 'ok',
    from: new Date(2026, 2, 1).toISOString(),
    until: new Date(2026, 3, 1).toISOString(),
  });
  expect(of({ action: 'x', from: 'tomorrow', result: 'maybe' })).toEqual({
    action: undefined,
    result: undefined,
    from: undefined,
    until: undefined,
  });
});

test('the audit log said "Start deployment, Done" of every operation: it says which one, and that it was asked for', async () => {
  const asked = (id: number, action: string, details: AuditEntry['details']) => ({ ...entry, id, action, details });
  const entries = [
    asked(1, 'deployments.start', { name: 'lab', kind: 'deploy', vmId: null }),
    asked(2, 'deployments.start', { name: 'lab', kind: 'stop', vmId: 5 }),
    asked(3, 'deployments.retry', { name: 'lab', kind: 'destroy', vmId: null }),
    // as older servers wrote it
    asked(4, 'deployments.cancel', { deploymentId: 9 }),
  ];
  renderApp(<AuditTable entries={entries} />);
  for (const words of ['Deploy slice', 'Stop VM', 'Take up again: Destroy slice', 'Cancel operation'])
    expect(screen.getByText(words)).toBeDefined();
  expect(screen.getAllByText('Asked for')).toHaveLength(4);
  expect(screen.queryByText('Done')).toBeNull();
  await chooseLanguage('es');
  expect(await screen.findByText('Detener MV')).toBeDefined();
});

test('the log called an operation done that had failed: its end says how it went, why, and whose VM it was', async () => {
  const end = (id: number, result: string, details: AuditEntry['details']) => ({
    ...entry,
    id,
    action: 'deployments.end',
    result,
    details,
  });
  const cause = 'VM web could not be started: the image is broken; retry or destroy the slice.';
  renderApp(
    <AuditTable
      entries={[
        end(1, 'OK', { kind: 'deploy', vmId: null }),
        end(2, 'FAILED', { kind: 'start', vmId: 5, vm: 'web', error: cause }),
        end(3, 'CANCELLED', { kind: 'reboot', vmId: null }),
        { ...end(4, 'OK', { kind: 'deploy', vmId: null, because: 'slices.set-restart', onBehalfOf: 1 }), user: null },
      ]}
      withUser
    />,
  );
  for (const text of ['Start VM', 'VM web of slice lab', 'Failed', 'Cancelled', 'Trama itself'])
    expect(screen.getByText(text)).toBeDefined();
  expect(screen.getAllByText('Done')).toHaveLength(2);
  expect(screen.getByText('Failed').closest('[title]')?.getAttribute('title')).toBe(cause);
  screen.getAllByRole('row')[2]?.focus();
  await userEvent.keyboard('{Enter}');
  expect(within(await screen.findByRole('dialog')).getAllByText(cause).length).toBeGreaterThan(0);
});

test('a slice that was renamed is called by its new name', () => {
  renderApp(
    <AuditTable
      entries={[{ ...entry, action: 'slices.rename', objectName: null, details: { from: 'lab', to: 'lab-2' } }]}
    />,
  );
  expect(screen.getByRole('link', { name: 'Slice lab-2' })).toBeDefined();
});
