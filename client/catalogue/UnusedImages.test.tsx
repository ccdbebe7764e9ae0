import { render, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, expect, test } from 'vitest';
import type { UnusedImage } from '#shared/image';
import { chooseLanguage } from '../i18n/i18n';
import { Dialogs } from '../layouts/Dialogs';
import { apiWrapper } from '../testing/api';
import '../testing/render';
import { UnusedImages } from './UnusedImages';

beforeEach(() => chooseLanguage('en'));

const prepared: UnusedImage = {
  ...{ id: 1, name: 'alma', kind: 'disk', owner: null, roomMb: 512, zones: ['local'] },
  ...{ unusedSince: '2026-01-01T00:00:00.000Z', wasUsed: true },
};
const own: UnusedImage = { ...prepared, id: 2, name: 'lab', owner: { id: 3, name: 'Ada' }, zones: [], wasUsed: false };

function show(items: UnusedImage[]) {
  const asked: string[] = [];
  const wrapper = apiWrapper(async (path, input) => {
    asked.push(`${path} ${JSON.stringify(input)}`);
    return path === 'images.unused' ? { items, more: false } : null;
  });
  render(
    <>
      <Dialogs />
      <UnusedImages />
    </>,
    { wrapper },
  );
  return asked;
}
const pruned = (asked: string[]) => asked.filter((call) => call.startsWith('images.prune'));

test('what zones have prepared is chosen, what is somebody’s own only if one says so; what goes is named before', async () => {
  const asked = show([prepared, own]);
  expect(await screen.findByRole('checkbox', { name: 'alma, 512 MiB' })).toHaveProperty('checked', true);
  expect(screen.getByRole('checkbox', { name: 'lab, 512 MiB' })).toHaveProperty('checked', false);
  expect(screen.getByText(/Prepared in local · not used since/)).toBeDefined();
  expect(screen.getByText(/Ada’s own · never used, there since/)).toBeDefined();
  await userEvent.click(screen.getByRole('checkbox', { name: 'lab, 512 MiB' }));
  await userEvent.click(screen.getByRole('button', { name: 'Free 1 GiB' }));
  const dialog = await screen.findByRole('dialog', { name: 'Prune 2 images?' });
  expect(dialog.textContent).toContain('Ada’s own image lab, for good (512 MiB)');
  expect(pruned(asked)).toEqual([]);
  await userEvent.click(within(dialog).getByRole('button', { name: 'Free 1 GiB' }));
  await waitFor(() => expect(pruned(asked)).toEqual(['images.prune {"id":1}', 'images.prune {"id":2}']));
});

test('where everything is used that is said', async () => {
  show([]);
  expect(await screen.findByText(/every image that takes room is used/)).toBeDefined();
});
