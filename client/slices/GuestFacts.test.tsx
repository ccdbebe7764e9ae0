import { render, screen, within } from '@testing-library/react';
import { beforeEach, expect, test } from 'vitest';
import type { BootRun, VmInside } from '#shared/guest';
import { asError, asReason, say } from '#shared/sentence';
import { macOf } from '#shared/topology/addresses';
import { chooseLanguage } from '../i18n/i18n';
import { apiWrapper } from '../testing/api';
import { sampleVm } from '../testing/samples';
import '../testing/render';
import { GuestFacts } from './GuestFacts';
import { addressesInstead } from './vm-facts';

beforeEach(() => chooseLanguage('en'));

const askedAt = '2030-01-01T00:00:00.000Z';
const said: VmInside = {
  askedAt,
  reason: null,
  exec: [],
  guest: {
    uptimeSeconds: 3_725,
    load: [0.5, 1.25, 2],
    memory: { totalMb: 96, availableMb: 64 },
    disk: null,
    nics: [
      { name: 'eth0', mac: '02:00:00:00:00:07', addresses: ['10.0.0.1/30', 'fe80::1/64'] },
      { name: '<b>x</b>', mac: null, addresses: [] },
    ],
  },
};
const show = (status: 'running' | 'stopped', answer: VmInside = said) => {
  const asked: unknown[] = [];
  const wrapper = apiWrapper((path, input) => {
    asked.push([path, input]);
    return Promise.resolve(answer);
  });
  render(<GuestFacts slice={{ id: 7 }} vm={sampleVm(1, 'web', { status })} />, { wrapper });
  return asked;
};

test('what a guest says is shown in words, what it does not say too, and names of its own are text', async () => {
  const asked = show('running');
  const inside = within(await screen.findByRole('region', { name: 'Inside the guest' }));
  expect(await inside.findByText('1 h 2 min')).toBeDefined();
  expect(inside.getByText('0.50 · 1.25 · 2.00')).toBeDefined();
  expect(inside.getByText('64 MiB of 96 MiB available')).toBeDefined();
  expect(inside.getByText('not said')).toBeDefined();
  for (const text of ['eth0', '02:00:00:00:00:07', '10.0.0.1/30', 'fe80::1/64', '<b>x</b>', 'no address'])
    expect(inside.getByText(text)).toBeDefined();
  expect(asked).toEqual([['slices.vmStatus', { sliceId: 7, vmId: 1 }]]);
});

test('of a guest that says nothing it is said why; one that does not run is not asked', async () => {
  show('running', { ...said, guest: null, ...asReason(say('GUEST_NO_AGENT')) });
  expect(
    await screen.findByText(/^Unknown\. No guest agent answers in the guest\. .* install qemu-guest-agent\.$/),
  ).toBeDefined();
  expect(show('stopped')).toEqual([]);
});

test('what became of the commands after the boot is shown, with what they printed', async () => {
  const run: BootRun = {
    command: 'ip route',
    output: 'default via 10.0.0.2\n',
    truncated: true,
    exitCode: 0,
    timedOut: false,
    durationMs: 5,
    error: null,
    sentences: null,
  };
  const unknown = { ...run, exitCode: null, output: '', ...asError(say('EXEC_CUT_OFF')) };
  show('running', {
    ...said,
    exec: [
      run,
      { ...run, command: 'false', output: '', exitCode: 1 },
      { ...run, exitCode: null, timedOut: true },
      unknown,
    ],
  });
  expect(await screen.findAllByText(/default via 10\.0\.0\.2/)).toHaveLength(2);
  const ends = screen.getAllByRole('figure').map((figure) => figure.querySelector('figcaption')?.textContent);
  expect(ends).toEqual([
    'ip route · done',
    'false · exit code 1',
    'ip route · took too long',
    expect.stringMatching(/^ip route · The server was ended while it ran/),
  ]);
});

test('a guest has what the address plan says, something else, nothing, or does not say', () => {
  const mac = macOf(3, 'source');
  const planned = { address: '10.0.0.1/30', mac };
  const has = (...addresses: string[]) => addressesInstead(planned, [{ name: 'eth0', mac, addresses }]);
  expect(has('fe80::1/64', '10.0.0.1/30')).toBeNull();
  expect(has('10.9.9.9/24', 'fe80::1/64', 'fd00::1/64')).toEqual(['10.9.9.9/24', 'fd00::1/64']);
  expect(has('fe80::1/64')).toEqual([]);
  expect(addressesInstead(planned, [])).toBeNull();
  expect(addressesInstead(planned, null)).toBeNull();
});
