import { render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, expect, test } from 'vitest';
import type { Happening, Notification } from '#shared/notification';
import { say } from '#shared/sentence';
import { chooseLanguage, loadTexts } from '../i18n/i18n';
import { apiWrapper } from '../testing/api';
import '../testing/render';
import { Bell } from './Bell';
import { sentenceOf, sliceOfPath } from './words';

beforeEach(async () => {
  await chooseLanguage('en');
  await loadTexts(['notifications']);
});

const lab = { id: 7, name: 'lab' };
const operation = { slice: lab, deploymentId: 3, operation: 'stop', vm: { id: 1, name: 'web' } } as const;
const told = say('ZONE_SILENT');
const failed: Happening = {
  kind: 'deployment.failed',
  ...operation,
  error: told.message,
  sentences: [...told.sentences],
};
const notification = (id: number, happening: Happening): Notification => ({
  id,
  at: '2030-01-01T00:00:00.000Z',
  readAt: null,
  message: 'in English',
  happening,
});

test('one reads what happened in one’s own language, its cause as well', async () => {
  expect(sentenceOf(failed)).toBe('Stop VM web of lab: failed. The zone does not answer.');
  await chooseLanguage('es');
  expect(sentenceOf(failed)).toBe('Detener MV web de lab: ha fallado. La zona no responde.');
  expect(sentenceOf({ kind: 'deployment.succeeded', ...operation, vm: null, operation: 'deploy' })).toMatch(
    /lab: hecho\.$/,
  );
});

test('a page of a slice is known by its address', () => {
  expect(['/slices/12', '/slices/12/', '/slices', '/slices/new', '/templates/12'].map(sliceOfPath)).toEqual([
    12,
    12,
    null,
    null,
    null,
  ]);
});

test('the bell counts, lists what it counts, and marks it as read', async () => {
  const items = [notification(9, failed), notification(8, { kind: 'template.shared', template: lab, by: lab })];
  const asked: unknown[] = [];
  const answer = (path: string, input: unknown) => {
    if (path === 'notifications.watch') return Promise.resolve({ id: '9', data: { unread: 2, fresh: [] } });
    if (path === 'notifications.list') return Promise.resolve({ items, nextCursor: null });
    asked.push([path, input]);
    return Promise.resolve({ unread: 0 });
  };
  render(<Bell />, { wrapper: apiWrapper(answer) });
  await userEvent.click(await screen.findByRole('button', { name: 'Notifications, 2 unread' }));
  const link = await screen.findByRole('link', { name: 'Stop VM web of lab: failed. The zone does not answer.' });
  expect(link.getAttribute('href')).toBe('/slices/7');
  await userEvent.click(screen.getByRole('button', { name: /^Mark as read: lab shares/ }));
  await userEvent.click(screen.getByRole('button', { name: 'Mark all as read' }));
  await waitFor(() =>
    expect(asked).toEqual([
      ['notifications.markRead', { ids: [8] }],
      ['notifications.markRead', { upTo: 9 }],
    ]),
  );
});
