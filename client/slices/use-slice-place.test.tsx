import { act, render, waitFor } from '@testing-library/react';
import { createMemoryRouter, RouterProvider } from 'react-router';
import { expect, test } from 'vitest';
import '../testing/render';
import { consoleWindow, useSlicePlace, type SlicePlace } from './use-slice-place';

function visit(address: string) {
  let place: SlicePlace | undefined;
  const Probe = () => {
    place = useSlicePlace();
    return null;
  };
  const router = createMemoryRouter([{ path: '*', Component: Probe }], { initialEntries: [address] });
  render(<RouterProvider router={router} />);
  const now = (): SlicePlace => {
    if (place === undefined) throw new Error('not shown');
    return place;
  };
  const address_ = () => router.state.location.pathname + router.state.location.search;
  return { router, now, address: address_ };
}

test('open consoles and the chosen VM were gone after a reload', async () => {
  const first = visit('/slices/7');
  act(() => first.now().showVm('web'));
  await waitFor(() => expect(first.now().vmKey).toBe('web'));
  act(() => first.now().openConsole(12));
  await waitFor(() => expect(first.now().consoles).toEqual(['12']));
  act(() => first.now().openConsole(13));
  await waitFor(() => expect(first.now().consoles).toEqual(['12', '13']));
  act(() => first.now().showTab('vms'));
  await waitFor(() => expect(first.now().tab).toBe('vms'));

  const again = visit(first.address());
  expect(again.now()).toMatchObject({ tab: 'vms', vmKey: 'web', consoles: ['12', '13'], activeConsole: '13' });
  // only a console that is opened by itself takes the whole page
  expect(again.now().startMaximised).toBe(false);
});

test('Back left the slice instead of leading to the tab before', async () => {
  const { router, now } = visit('/slices/7');
  act(() => now().showTab('events'));
  await waitFor(() => expect(now().tab).toBe('events'));
  act(() => now().showVm('web'));
  await waitFor(() => expect(now().vmKey).toBe('web'));
  act(() => now().showVm('db'));
  await waitFor(() => expect(now().vmKey).toBe('db'));
  await act(() => router.navigate(-1));
  await waitFor(() => expect(now()).toMatchObject({ tab: 'events', vmKey: null }));
  await act(() => router.navigate(-1));
  await waitFor(() => expect(now().tab).toBe('topology'));
});

test('closing the console in front leads to the one before it', async () => {
  const { now, address } = visit('/slices/7?consoles=12%2C13&console=13');
  act(() => now().closeConsole('13'));
  await waitFor(() => expect(now()).toMatchObject({ consoles: ['12'], activeConsole: '12' }));
  act(() => now().closeConsole('12'));
  await waitFor(() => expect(now().consoles).toEqual([]));
  expect(address()).toBe('/slices/7');
});

test('one console alone takes the whole page; what is no id is not opened', () => {
  expect(visit('/slices/7?console=12').now()).toMatchObject({ consoles: ['12'], startMaximised: true });
  expect(visit('/slices/7?consoles=a,-1,0,12,12,1e3&console=x').now().consoles).toEqual(['12']);
});

test('all consoles are opened side by side, and stay so after a reload and in a window of their own', async () => {
  const { now, address } = visit('/slices/7?consoles=13&console=13');
  act(() => now().openConsoles([12, 13, 14]));
  await waitFor(() => expect(now()).toMatchObject({ consoles: ['13', '12', '14'], activeConsole: '13', tiled: true }));
  expect(visit(address()).now()).toMatchObject({ consoles: ['13', '12', '14'], tiled: true, startMaximised: false });
  act(() => now().tileConsoles(false));
  await waitFor(() => expect(now()).toMatchObject({ consoles: ['13', '12', '14'], tiled: false }));
  act(() => now().closeConsoles());
  await waitFor(() => expect(now().consoles).toEqual([]));
  expect(address()).toBe('/slices/7');

  const alone = { consoles: ['12'], tiled: false, startMaximised: true };
  expect(visit(consoleWindow(7, ['12'], '12')).now()).toMatchObject(alone);
  const both = { consoles: ['12', '13'], activeConsole: '13', tiled: true, startMaximised: true };
  expect(visit(consoleWindow(7, ['12', '13'], '13')).now()).toMatchObject(both);
});

test('a VM’s screen is opened beside its serial console, and comes back after a reload', async () => {
  const { now, address } = visit('/slices/7?consoles=12&console=12');
  act(() => now().openConsole(12, { kind: 'vnc' }));
  await waitFor(() => expect(now()).toMatchObject({ consoles: ['12', '12v'], activeConsole: '12v' }));
  expect(visit(address()).now()).toMatchObject({ consoles: ['12', '12v'], activeConsole: '12v' });
  act(() => now().showConsole('12'));
  await waitFor(() => expect(now()).toMatchObject({ consoles: ['12', '12v'], activeConsole: '12' }));
  act(() => now().closeConsole('12'));
  await waitFor(() => expect(now()).toMatchObject({ consoles: ['12v'], activeConsole: '12v' }));
});
