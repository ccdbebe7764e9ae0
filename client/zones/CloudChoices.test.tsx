import { render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, expect, test } from 'vitest';
import type { Flavour } from '#shared/flavour';
import { createZoneInput } from '#shared/zone';
import type { ConnectionTest } from '#shared/zone-test';
import { chooseLanguage } from '../i18n/i18n';
import { apiWrapper } from '../testing/api';
import '../testing/render';
import { ZoneForm } from './ZoneForm';

const flavour = (id: number, name: string, ramMb: number, retiredAt: string | null = null): Flavour => ({
  ...{ id, name, ramMb, retiredAt, vcpus: 1, diskGb: 2, inUse: 0 },
  createdAt: '2026-01-01T00:00:00.000Z',
});
const flavours = [
  flavour(1, 'nano', 128),
  flavour(2, 'large', 8_192),
  flavour(3, 'old', 128, '2026-02-01T00:00:00.000Z'),
];
const offered: ConnectionTest['offers']['flavours'] = [
  { id: 'id-s', name: 'm1.small', vcpus: 1, ramMb: 512, diskGb: 4 },
  { id: 'id-l', name: 'm1.large', vcpus: 4, ramMb: 16_384, diskGb: 40 },
];

const offeredImages: ConnectionTest['offers']['images'] = [
  { id: 'g1', name: 'debian-12' },
  { id: 'g2', name: 'tiny' },
];
const image = (id: number, name: string, kind: 'disk' | 'kernel') => ({ id, name, kind, retiredAt: null });

async function show() {
  const sent: unknown[] = [];
  const answer = (path: string, input: unknown): Promise<unknown> => {
    if (path === 'flavours.list') return Promise.resolve({ items: flavours, nextCursor: null });
    if (path === 'images.list')
      return Promise.resolve({ items: [image(1, 'tiny', 'kernel'), image(4, 'debian', 'disk')], nextCursor: null });
    if (path === 'zones.testConnection')
      return Promise.resolve({ ok: true, steps: [], offers: { flavours: offered, images: offeredImages } });
    if (path === 'zones.create') sent.push(createZoneInput.parse(input).settings);
    return Promise.resolve({ items: [], nextCursor: null });
  };
  render(<ZoneForm zone={null} onDone={() => {}} />, { wrapper: apiWrapper(answer) });
  await userEvent.type(screen.getByLabelText('Name'), 'cloud');
  await userEvent.click(screen.getByRole('combobox', { name: 'Provider' }));
  await userEvent.click(await screen.findByRole('option', { name: 'OpenStack' }));
  await userEvent.type(screen.getByLabelText('Auth URL'), 'http://c');
  return sent;
}
const fieldOf = (name: string) =>
  screen.findByRole<HTMLInputElement>('combobox', { name: `The cloud’s flavour for ${name}` });
const press = (name: string) => userEvent.click(screen.getByRole('button', { name }));
async function choose(field: HTMLElement, option: RegExp) {
  await userEvent.click(field);
  await userEvent.click(await screen.findByRole('option', { name: option }));
}

beforeEach(() => chooseLanguage('en'));

test('a tested connection gives the flavours to choose from, and what an empty field comes to', async () => {
  const sent = await show();
  const nano = await fieldOf('nano');
  expect(nano.placeholder).toBe('the smallest that fits');
  expect(screen.queryByRole('combobox', { name: /for old/ })).toBeNull();
  await press('Test connection');
  await waitFor(() => expect(nano.placeholder).toBe('the smallest that fits: m1.small'));
  expect((await fieldOf('large')).placeholder).toBe('the smallest that fits: m1.large');
  await choose(nano, /^m1.large/);
  await press('Create');
  await waitFor(() => expect(sent).toMatchObject([{ flavours: '1=id-l', otherFlavours: 'smallest' }]));
});

test('what is smaller, and what nobody chose where only that counts, is said at its field', async () => {
  await show();
  await press('Test connection');
  const large = await fieldOf('large');
  await waitFor(() => expect(large.placeholder).toContain('m1.large'));
  await choose(large, /^m1.small/);
  expect(await screen.findByText('It is smaller: such VMs cannot be made.')).toBeDefined();
  await choose(screen.getByRole('combobox', { name: 'VMs of other flavours get' }), /^none$/);
  expect(await screen.findByText('None is chosen: such VMs cannot be made.')).toBeDefined();
  // another cloud may have others
  await userEvent.type(screen.getByLabelText('Region'), 'x');
  expect(screen.queryByText('It is smaller: such VMs cannot be made.')).toBeNull();
});

test('images are chosen of those that the cloud has, and what is uploaded lacks nothing', async () => {
  const sent = await show();
  await press('Test connection');
  const missing = 'The cloud has none that is called debian: such VMs cannot be made.';
  expect(await screen.findByText(missing)).toBeDefined();
  await choose(screen.getByRole('combobox', { name: 'VMs of other images are made of' }), /^an upload/);
  expect(screen.queryByText(missing)).toBeNull();
  await choose(screen.getByRole('combobox', { name: 'The cloud’s image for debian' }), /^debian-12$/);
  await press('Create');
  await waitFor(() => expect(sent).toMatchObject([{ images: '4=g1', otherImages: 'upload' }]));
});
