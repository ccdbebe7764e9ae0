import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, expect, test } from 'vitest';
import { withAddresses } from '#shared/topology/addresses';
import { newVm } from '#shared/topology/schema';
import { chooseLanguage } from '../i18n/i18n';
import { apiWrapper } from '../testing/api';
import '../testing/render';
import { GuestTexts } from './GuestTexts';

beforeEach(() => chooseLanguage('en'));

const vm = (key: string, name: string) => newVm({ key, name, flavourId: 1, imageId: 1, x: 0, y: 0 });
const content = '{{ vm.name }} of {{ slice.name }}, {{ slice.owner }}, by {{ link.to.db.address }}';
const topology = withAddresses({
  vms: [
    { ...vm('a', 'web'), files: [{ path: '/etc/motd', content, mode: '0644' }], userData: 'fqdn: {{ vm.name }}.lab' },
    vm('b', 'db'),
  ],
  networks: [],
  edges: [{ key: 'e', source: 'a', target: 'b' }],
});
const slice = { id: 7, name: 'lab', owner: { id: 1, name: 'Ada' } };
const show = (key: string, answer = () => Promise.resolve({ version: 1, topology, changed: null })) => {
  const asked: string[] = [];
  const wrapper = apiWrapper((path) => {
    asked.push(path);
    return answer();
  });
  render(<GuestTexts slice={slice} vm={{ key }} />, { wrapper });
  return asked;
};
const open = () => userEvent.click(screen.getByText('What the guest is given'));

test('what a guest is given is asked for when it is opened, and shown filled in', async () => {
  const asked = show('a');
  expect(asked).toEqual([]);
  await open();
  const address = topology.edges[0]?.targetNic?.addresses[0]?.split('/')[0] ?? '';
  expect(await screen.findByText(`web of lab, Ada, by ${address}`)).toBeDefined();
  expect(screen.getByText('/etc/motd')).toBeDefined();
  expect(screen.getByText('fqdn: web.lab')).toBeDefined();
  expect(asked).toEqual(['slices.topology']);
});

test('a guest that is given nothing says so', async () => {
  show('b');
  await open();
  expect(await screen.findByText('No start-up files, environment, user-data or commands.')).toBeDefined();
});
