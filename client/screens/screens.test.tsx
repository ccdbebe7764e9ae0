import { render, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, expect, test } from 'vitest';
import type { User } from '#shared/auth';
import type { Role } from '#shared/permissions';
import { mostScreens, type Screen } from '#shared/screens';
import type { SliceSummary } from '#shared/slice';
import type { VmStatus } from '#shared/slice-status';
import { consoleId } from '../console/console-id';
import { chooseLanguage } from '../i18n/i18n';
import { consoleWindow } from '../slices/use-slice-place';
import { apiWrapper } from '../testing/api';
import '../testing/render';
import { sampleSlice, sampleVm } from '../testing/samples';
import { Component as ScreensPage } from './ScreensPage';
import { SliceScreens } from './SliceScreens';

/** What stands further down is not seen. */
let hidden: string[] = [];
beforeEach(async () => {
  hidden = [];
  window.IntersectionObserver = class implements IntersectionObserver {
    readonly root = null;
    readonly rootMargin = '';
    readonly scrollMargin = '';
    readonly thresholds = [];
    readonly #callback: IntersectionObserverCallback;
    constructor(callback: IntersectionObserverCallback) {
      this.#callback = callback;
    }
    observe(target: Element): void {
      const isIntersecting = !hidden.some((name) => target.textContent.includes(name));
      const rect = target.getBoundingClientRect();
      const where = { boundingClientRect: rect, intersectionRect: rect, rootBounds: null };
      this.#callback([{ target, isIntersecting, intersectionRatio: 1, time: 0, ...where }], this);
    }
    unobserve(): void {}
    disconnect(): void {}
    takeRecords(): IntersectionObserverEntry[] {
      return [];
    }
  };
  await chooseLanguage('en');
});

const shown = (id: number, name: string, values: Partial<Screen> & { status?: VmStatus } = {}): Screen => {
  const { status = 'running', ...rest } = values;
  return {
    vm: { id, name, status },
    ...{ kind: 'serial', at: '2030-01-01T00:00:00.000Z', picture: null, lines: null },
    ...rest,
  };
};
const picture = { png: 'iVBORw0KGgo=', width: 4, height: 3 };

test('what runs is shown small and leads to its console; what shows nothing or does not run says so', async () => {
  const screens = [
    shown(1, 'desk', { kind: 'vnc', picture }),
    shown(2, 'web', { lines: ['login: <b>', '  # '] }),
    shown(3, 'blank', { lines: [] }),
    shown(4, 'off', { status: 'stopped' }),
  ];
  const slice = sampleSlice({ vmList: screens.map(({ vm }) => sampleVm(vm.id, vm.name)) });
  const opened: unknown[] = [];
  const asked: unknown[] = [];
  const wrapper = apiWrapper(async (path, input) => {
    asked.push([path, input]);
    return { screens };
  });
  render(<SliceScreens slice={slice} onOpenConsole={(...console) => opened.push(console)} />, { wrapper });
  const list = await screen.findByRole('list', { name: 'Screens of the VMs' });
  const cards = within(list).getAllByRole('listitem');
  // in the order of their names, whatever that of the answer
  expect(asked[0]).toEqual(['slices.screens', { id: 7, vmIds: [3, 1, 4, 2] }]);
  expect(cards.map(({ textContent }) => textContent)).toEqual([
    expect.stringMatching(/^It shows nothing\.blank/),
    expect.stringMatching(/^desk/),
    expect.stringMatching(/^It does not run\.off/),
    expect.stringMatching(/^login: <b> {2}# web/),
  ]);
  expect(list.querySelector('img')?.getAttribute('src')).toBe(`data:image/png;base64,${picture.png}`);
  expect(screen.queryByRole('button', { name: 'Open the console of off' })).toBeNull();
  for (const name of ['desk', 'blank'])
    await userEvent.click(screen.getByRole('button', { name: `Open the console of ${name}` }));
  expect(opened).toEqual([
    [1, 'vnc'],
    [3, 'serial'],
  ]);
});

test('many are shown page by page, and only those that are seen are asked for', async () => {
  const vmList = Array.from({ length: mostScreens + 2 }, (_, at) =>
    sampleVm(at + 1, `vm-${String(at + 1).padStart(2, '0')}`),
  );
  const asked: number[][] = [];
  const wrapper = apiWrapper(async (_path, input) => {
    const { vmIds } = input as { vmIds: number[] };
    asked.push(vmIds);
    return { screens: vmIds.map((id) => shown(id, `vm-${id}`)) };
  });
  render(<SliceScreens slice={sampleSlice({ vmList })} onOpenConsole={() => undefined} />, { wrapper });
  expect(await screen.findAllByRole('listitem')).toHaveLength(mostScreens);
  await userEvent.click(screen.getByRole('button', { name: 'Page 2' }));
  await waitFor(() => expect(screen.getAllByRole('listitem')).toHaveLength(2));
  expect([asked[0]?.length, asked.at(-1)?.length]).toEqual([mostScreens, 2]);
});

test('a slice without VMs says so and asks for nothing', () => {
  const wrapper = apiWrapper(() => Promise.reject(new Error('asked')));
  render(<SliceScreens slice={sampleSlice({ vmList: [] })} onOpenConsole={() => undefined} />, { wrapper });
  expect(screen.getByText('This slice has no VMs.')).toBeDefined();
});

const user = (role: Role): User => ({
  ...{ id: 1, kind: 'person', email: 'ada@example.org', name: 'Ada', role, secondFactor: false },
  createdAt: '2030-01-01T00:00:00.000Z',
});
function summary(id: number, name: string, change: Partial<SliceSummary> = {}): SliceSummary {
  const { id: _id, name: _name, ...slice } = sampleSlice({ status: 'active' });
  return { ...slice, id, name, vms: 2, vmsRunning: 1, owner: { id: 2, name: 'Bob' }, ...change };
}

/** The page of somebody, in whose slices nothing is of a template; answers what the list was asked for, and of which slices the screens were. */
function showPage(role: Role, slices: SliceSummary[]) {
  const lists: unknown[] = [];
  const looks: unknown[] = [];
  const wrapper = apiWrapper(async (path, input) => {
    if (path === 'auth.me') return { user: user(role), registrationOpen: true, registrationDomains: null };
    if (path === 'zones.list') return { items: [{ id: 3, name: 'local' }] };
    if (path === 'templates.list')
      return { items: [{ id: 4, name: 'course', access: 'own', owner: { id: 1, name: 'Ada' } }], nextCursor: null };
    if (path === 'templates.get') return { id: 4, name: 'course' };
    if (path === 'users.list') return { items: [{ id: 2, name: 'Bob', kind: 'person' }], nextCursor: null };
    if (path === 'users.get') return { id: 2, name: 'Bob', kind: 'person' };
    if (path === 'slices.changes') return new Promise(() => undefined);
    if (path === 'slices.screens') {
      looks.push(input);
      return { screens: [shown(9, 'web', { kind: 'vnc', picture })] };
    }
    if (path !== 'slices.list') throw new Error(path);
    lists.push(input);
    const isNarrow =
      typeof input === 'object' && input !== null && 'templateId' in input && input.templateId !== undefined;
    return { items: isNarrow ? [] : slices, nextCursor: null };
  });
  render(<ScreensPage />, { wrapper });
  return { lists, looks };
}

test('slices are shown with their screens, those further down and those that do not run without a look at them', async () => {
  hidden = ['below'];
  const { looks } = showPage('user', [summary(7, 'lab'), summary(8, 'below'), summary(9, 'rests', { vmsRunning: 0 })]);
  const section = within(await screen.findByRole('region', { name: 'lab' }));
  const open = await section.findByRole('link', { name: 'Open the console of web' });
  const id = consoleId(9, 'vnc');
  expect(open.getAttribute('href')).toBe(consoleWindow(7, [id], id));
  expect(section.getByText('Bob · local')).toBeDefined();
  expect(section.getByRole('link', { name: '1 more' }).getAttribute('href')).toBe('/slices/7?tab=screens');
  expect(within(screen.getByRole('region', { name: 'rests' })).getByText('None of its VMs runs.')).toBeDefined();
  expect([...new Set(looks.map((look) => JSON.stringify(look)))]).toEqual(['{"id":7}']);
  // whose they are is nothing that others than administrators choose from
  expect(screen.queryByLabelText('Owner')).toBeNull();
});

test('without slices there is nothing to be narrowed', async () => {
  const { lists } = showPage('admin', []);
  expect(await screen.findByText('There are no slices to look at')).toBeDefined();
  expect(lists).toMatchObject([{ limit: 10, of: 'all' }]);
  expect(screen.queryByRole('combobox')).toBeNull();
});

test('they are narrowed by template, zone and owner; without a match that is said, and taken back', async () => {
  const { lists } = showPage('admin', [summary(7, 'lab')]);
  await userEvent.click(await screen.findByText('Everybody’s'));
  const choose = async (label: string, what: string) => {
    await userEvent.click(await screen.findByRole('combobox', { name: label }));
    await userEvent.click(await screen.findByRole('option', { name: new RegExp(`^${what}`) }));
  };
  await choose('Zone', 'local');
  await choose('Owner', 'Bob');
  await waitFor(() => expect(lists.at(-1)).toMatchObject({ of: 'everyone', zoneId: 3, ownerId: 2 }));
  expect(await screen.findByRole('region', { name: 'lab' })).toBeDefined();
  await choose('Template', 'course');
  await waitFor(() => expect(lists.at(-1)).toMatchObject({ zoneId: 3, ownerId: 2, templateId: 4 }));
  await userEvent.click(await screen.findByRole('button', { name: /^Clear/ }));
  expect(await screen.findByRole('region', { name: 'lab' })).toBeDefined();
  for (const label of ['Zone', 'Owner', 'Template'])
    expect(screen.getByRole<HTMLInputElement>('combobox', { name: label }).value).toBe('');
});
