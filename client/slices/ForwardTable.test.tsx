import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, test, vi } from 'vitest';
import { renderApp } from '../testing/render';
import { sampleSlice, sampleVm } from '../testing/samples';
import { ForwardTable } from './ForwardTable';

test('every forwarded port stands in one place, with the address to copy', async () => {
  const forwards = [
    { protocol: 'udp' as const, guestPort: 53, hostAddress: '192.0.2.7', hostPort: 20_001 },
    { protocol: 'tcp' as const, guestPort: 53, hostAddress: null, hostPort: null },
  ];
  const onOpen = vi.fn();
  renderApp(<ForwardTable slice={sampleSlice({ vmList: [sampleVm(1, 'web', { forwards })] })} onOpen={onOpen} />);
  const [, udp, tcp] = screen.getAllByRole('row');
  if (udp === undefined || tcp === undefined) throw new Error('A row for each');
  expect(within(udp).getByText('UDP')).toBeTruthy();
  expect(within(tcp).getByText('given on deploy')).toBeTruthy();
  const user = userEvent.setup();
  await user.click(within(udp).getByRole('button', { name: 'Copy 192.0.2.7:20001' }));
  expect(await navigator.clipboard.readText()).toBe('192.0.2.7:20001');
  await user.click(within(tcp).getByRole('button', { name: 'Show VM web' }));
  expect(onOpen).toHaveBeenCalledWith(sampleVm(1, 'web').key);
});

test('a port that leads to SSH has the command beside it, or what lacks for it', async () => {
  const forwards = [{ protocol: 'tcp' as const, guestPort: 22, hostAddress: '192.0.2.7', hostPort: 20_017 }];
  const web = sampleVm(1, 'web', { forwards, sshUser: 'trama', status: 'running' });
  const off = sampleVm(2, 'off', { forwards, sshUser: 'trama', status: 'stopped' });
  const tiny = sampleVm(3, 'tiny', { forwards, status: 'running' });
  const table = (ownerSshKeys: number) => (
    <ForwardTable slice={sampleSlice({ ownerSshKeys, vmList: [web, off, tiny] })} onOpen={() => undefined} />
  );
  const { unmount } = renderApp(table(1));
  const user = userEvent.setup();
  await user.click(screen.getByRole('button', { name: 'Copy ssh -p 20017 trama@192.0.2.7' }));
  expect(await navigator.clipboard.readText()).toBe('ssh -p 20017 trama@192.0.2.7');
  expect(screen.getAllByText(/SSH/).map((line) => line.textContent.trim())).toEqual([
    'One can sign in by SSH once the VM runs.',
  ]);
  unmount();
  renderApp(table(0));
  expect(screen.getAllByText(/^To sign in by SSH, .* key/)).toHaveLength(2);
});

test('a slice without any says how one comes to it', () => {
  renderApp(<ForwardTable slice={sampleSlice({ vmList: [sampleVm(1, 'web')] })} onOpen={() => undefined} />);
  expect(screen.getByText(/No port of its VMs is forwarded/)).toBeTruthy();
});
