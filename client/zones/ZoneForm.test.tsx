import { render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, expect, test } from 'vitest';
import { createZoneInput, updateZoneInput, type Zone } from '#shared/zone';
import { qemuDefaults } from '#shared/zone-settings';
import { chooseLanguage } from '../i18n/i18n';
import { apiWrapper } from '../testing/api';
import '../testing/render';
import { ZoneForm } from './ZoneForm';

const zone: Zone = {
  id: 7,
  name: 'lab',
  provider: 'simulator',
  enabled: true,
  physical: null,
  limits: { vcpus: null, ramMb: null, diskGb: null },
  overcommit: { vcpus: 8, ram: 4, disk: 4 },
  settings: {
    ...{ provider: 'simulator', launchLimit: 4, subnetsDenied: '10.9.0.0/16' },
    ...{ callDelayMs: 0, bootDelayMs: 20, accessKey: { set: true } },
  },
  capacity: null,
  allocated: { vcpus: 0, ramMb: 0, diskGb: 0 },
  free: null,
  runningVms: 0,
  slices: 0,
  capabilities: null,
  vmLimits: null,
  facts: [],
  observedAt: null,
  home: null,
  released: false,
  createdAt: '2026-01-01T00:00:00.000Z',
};

/** Shows the form; what it sends has passed the server's schema. */
function show(edited: Zone | null) {
  const sent: unknown[] = [];
  const answer = (path: string, input: unknown) => {
    if (path === 'zones.update') sent.push(updateZoneInput.parse(input).settings);
    else if (path === 'zones.create') sent.push(createZoneInput.parse(input).settings);
    return Promise.resolve(zone);
  };
  render(<ZoneForm zone={edited} onDone={() => {}} />, { wrapper: apiWrapper(answer) });
  const press = (name: string) => userEvent.click(screen.getByRole('button', { name }));
  return {
    press,
    async saved(): Promise<unknown> {
      await press(edited === null ? 'Create' : 'Save');
      await waitFor(() => expect(sent).toHaveLength(1));
      return sent[0];
    },
  };
}

beforeEach(() => chooseLanguage('en'));
const kept = {
  ...{ provider: 'simulator', launchLimit: 4, subnetsDenied: '10.9.0.0/16' },
  ...{ callDelayMs: 0, bootDelayMs: 20 },
};

test('a secret that nobody touches stays, and is nowhere on the page', async () => {
  const { saved } = show(zone);
  expect(screen.getByText('Set. It is not shown.')).toBeDefined();
  expect(screen.queryByLabelText('Access key', { selector: 'input' })).toBeNull();
  expect(await saved()).toEqual(kept);
});

test('a secret is replaced by what is typed, and kept when one thinks better of it', async () => {
  const { press, saved } = show(zone);
  await press('Replace');
  const field = screen.getByLabelText<HTMLInputElement>('Access key', { selector: 'input' });
  expect(field.type).toBe('password');
  expect(document.activeElement).toBe(field);
  await userEvent.type(field, 'first thought');
  await press('Keep: Access key');
  await press('Replace');
  await userEvent.type(screen.getByLabelText('Access key', { selector: 'input' }), 'new key');
  expect(await saved()).toEqual({ ...kept, accessKey: 'new key' });
});

test('a secret is cleared on save only, and until then it can be kept', async () => {
  const { press, saved } = show(zone);
  await press('Clear');
  expect(screen.getByText('Cleared when this is saved.')).toBeDefined();
  await press('Keep: Access key');
  expect(screen.getByText('Set. It is not shown.')).toBeDefined();
  await press('Clear');
  expect(await saved()).toEqual({ ...kept, accessKey: null });
});

test('a new zone has the settings of the provider that is chosen, and says who reaches forwarded ports', async () => {
  const { saved } = show(null);
  await userEvent.type(screen.getByRole('textbox', { name: 'Name' }), 'new');
  expect(screen.queryByLabelText('Access key', { selector: 'input' })).toBeNull();
  const address = screen.getByRole('textbox', { name: 'Forwarded ports listen on' });
  expect(screen.getByText(/Every user and program of the zone’s server/)).toBeDefined();
  await userEvent.type(address, '0.0.0.0');
  expect(screen.getByText(/at any of its addresses/)).toBeDefined();
  await userEvent.clear(address);
  await userEvent.type(address, '10.0.0.5');
  expect(screen.getByText('Whoever reaches 10.0.0.5 reaches them.')).toBeDefined();
  await userEvent.type(screen.getByRole('textbox', { name: 'VMs that boot at once' }), '3');
  expect(await saved()).toEqual({ ...qemuDefaults, launchLimit: 3, forwardAddress: '10.0.0.5' });
});

test('an address that is none is refused on its field', async () => {
  const { press } = show(null);
  await userEvent.type(screen.getByRole('textbox', { name: 'Name' }), 'new');
  await userEvent.type(screen.getByRole('textbox', { name: 'Forwarded ports listen on' }), 'here');
  await press('Create');
  expect(await screen.findByText(/An IPv4 address of the zone’s server/)).toBeDefined();
});

test('a setting that is emptied has its default again', async () => {
  const { saved } = show(zone);
  for (const name of ['VMs that boot at once', 'Booting takes, in ms'])
    await userEvent.clear(screen.getByRole('textbox', { name }));
  expect(await saved()).toEqual({ ...kept, launchLimit: null, bootDelayMs: 0 });
});
