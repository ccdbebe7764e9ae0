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

test('a slice without any says how one comes to it', () => {
  renderApp(<ForwardTable slice={sampleSlice({ vmList: [sampleVm(1, 'web')] })} onOpen={() => undefined} />);
  expect(screen.getByText(/No port of its VMs is forwarded/)).toBeTruthy();
});
