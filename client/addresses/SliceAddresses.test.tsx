import { render, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, expect, test, vi } from 'vitest';
import type { VmInside } from '#shared/guest';
import type { Slice } from '#shared/slice';
import { macOf } from '#shared/topology/addresses';
import { newVm, type Topology } from '#shared/topology/schema';
import { chooseLanguage } from '../i18n/i18n';
import { apiWrapper } from '../testing/api';
import '../testing/render';
import { sampleSlice, sampleVm } from '../testing/samples';
import { SliceAddresses } from './SliceAddresses';

vi.mock('../hooks/download', () => ({ downloadText: vi.fn() }));
const { downloadText } = await import('../hooks/download');
beforeEach(async () => {
  vi.mocked(downloadText).mockClear();
  await chooseLanguage('en');
});

const forward = { protocol: 'tcp' as const, guestPort: 22, hostAddress: '192.0.2.7', hostPort: 20_017 };
const vmList = [
  sampleVm(1, 'web', { status: 'running', forwards: [forward], sshUser: 'trama' }),
  sampleVm(2, 'db', { status: 'stopped' }),
];
const drawn = (key: string, name: string) => newVm({ key, name, flavourId: 1, imageId: 1, x: 0, y: 0 });
const topology: Topology = {
  vms: [drawn('vm-1', 'web'), drawn('vm-2', 'db')],
  networks: [],
  edges: [
    {
      ...{ key: 'e1', source: 'vm-1', target: 'vm-2' },
      sourceNic: { index: 0, addresses: ['10.0.0.1/30'] },
      targetNic: { index: 2, addresses: ['10.0.0.2/30'] },
    },
  ],
};
const inside: VmInside = {
  ...{ askedAt: '2030-01-01T00:00:00.000Z', reason: null, exec: [] },
  guest: {
    nics: [{ name: 'ens3', mac: macOf(11, 'source'), addresses: ['10.9.9.9/24'] }],
    ...{ uptimeSeconds: null, load: null, memory: null, disk: null },
  },
};

function show(slice: Slice = sampleSlice({ vmList }), own: Topology = topology) {
  const asked: [string, unknown][] = [];
  const wrapper = apiWrapper((path, input) => {
    asked.push([path, input]);
    return Promise.resolve(path === 'slices.topology' ? { version: 1, topology: own, changed: null } : inside);
  });
  const onOpen = vi.fn();
  render(<SliceAddresses slice={slice} onOpen={onOpen} />, { wrapper });
  return { asked, onOpen, user: userEvent.setup() };
}
const rowOf = async (vm: string) => {
  const button = await screen.findByRole('button', { name: `Show VM ${vm}` });
  const row = button.closest('tr');
  if (row === null) throw new Error('It stands in no row.');
  return within(row);
};

test('every NIC stands in one table, with values to copy; a search lets through what holds it, and that is exported', async () => {
  const { user, onOpen, asked } = show();
  const web = await rowOf('web');
  for (const text of ['eth0', '10.0.0.1/30', macOf(11, 'source'), '192.0.2.7:20017'])
    expect(web.getByText(text)).toBeTruthy();
  expect((await rowOf('db')).getByText('eth2')).toBeTruthy();
  await user.click(web.getByRole('button', { name: 'Copy 10.0.0.1/30' }));
  expect(await navigator.clipboard.readText()).toBe('10.0.0.1/30');
  await user.click(web.getByRole('button', { name: 'Show VM web' }));
  expect(onOpen).toHaveBeenCalledWith('vm-1');

  await user.type(screen.getByRole('searchbox'), '10.0.0.2');
  await waitFor(() => expect(screen.queryByRole('button', { name: 'Show VM web' })).toBeNull());
  await user.click(screen.getByRole('button', { name: 'Export' }));
  const [file, clipboard] = await screen.findAllByRole('menuitem', { name: 'Lines for /etc/hosts' });
  if (file === undefined || clipboard === undefined) throw new Error('As a file, and to the clipboard');
  await user.click(file);
  expect(downloadText).toHaveBeenCalledWith('lab.hosts', '10.0.0.2\tdb db.web\n', 'text/plain');
  // nobody is asked who need not be
  expect(asked).toEqual([['slices.topology', { id: 7 }]]);
});

test('guests that run are asked when one wants to know, and what is not as planned is marked', async () => {
  const { user, asked } = show();
  await rowOf('web');
  await user.click(screen.getByRole('button', { name: 'Ask the guests' }));
  const web = await rowOf('web');
  expect(await web.findByText('10.9.9.9/24')).toBeTruthy();
  expect(web.getByText('not what was planned')).toBeTruthy();
  expect((await rowOf('db')).getByText('not said')).toBeTruthy();
  expect(asked.slice(1)).toEqual([['slices.vmStatus', { sliceId: 7, vmId: 1 }]]);
});

test('where no VM runs nobody can be asked, which is said', async () => {
  const { asked, user } = show(sampleSlice({ vmList: vmList.map((vm) => ({ ...vm, status: 'stopped' as const })) }));
  await rowOf('web');
  const button = screen.getByRole('button', { name: 'Ask the guests' });
  expect(button.getAttribute('aria-description')).toBe('None of its VMs runs.');
  await user.click(button);
  expect(asked).toHaveLength(1);
});

test('of thousands two hundred are drawn, in the order that is asked for, until one asks for more', async () => {
  const many = Array.from({ length: 250 }, (_, at) => drawn(`vm-${at + 1}`, `r${at}`));
  const { user } = show(sampleSlice(), { ...topology, vms: many, edges: [] });
  await rowOf('r0');
  expect(screen.getAllByRole('row')).toHaveLength(201);
  await user.click(screen.getByRole('button', { name: 'VM' }));
  await user.click(screen.getByRole('button', { name: 'VM' }));
  expect(await screen.findByRole('button', { name: 'Show VM r249' })).toBeTruthy();
  await user.click(screen.getByRole('button', { name: 'Show more' }));
  expect(screen.getAllByRole('row')).toHaveLength(251);
  expect(screen.queryByRole('button', { name: 'Show more' })).toBeNull();
});
