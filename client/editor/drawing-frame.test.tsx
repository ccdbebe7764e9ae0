import { act, fireEvent, screen, waitFor, within } from '@testing-library/react';
import { beforeEach, describe, expect, test } from 'vitest';
import { newVm, type Topology } from '#shared/topology/schema';
import { chooseLanguage } from '../i18n/i18n';
import { renderDrawing } from '../testing/drawing';
import type { EditorState } from './use-editor';
import type { EditorCatalogue } from './use-catalogue';

const catalogue: EditorCatalogue = { flavours: [], images: [], zones: [] };
const vm = (name: string, at: number) =>
  newVm({ key: name, name, flavourId: 1, imageId: 1, x: at * 300, y: name.startsWith('spine') ? 0 : 300 });
const topology: Topology = {
  vms: ['spine1', 'spine2', 'leaf1', 'leaf2', 'leaf3'].map((name, at) => vm(name, at)),
  networks: [{ key: 'lan', name: 'lan', x: 0, y: 600 }],
  edges: [{ key: 'l1', source: 'spine1', target: 'leaf1' }],
};

let editor: () => EditorState;

const key = (name: string, held: { ctrlKey?: boolean } = {}) => fireEvent.keyDown(window, { key: name, ...held });
const select = (...nodes: string[]) => act(() => editor().select({ nodes, edges: [] }));
const links = () =>
  editor()
    .document.topology.edges.map(({ source, target }) => `${source}-${target}`)
    .slice(1);
const names = () => editor().document.topology.vms.map(({ name }) => name);

beforeEach(async () => {
  await chooseLanguage('en');
  editor = renderDrawing(topology, catalogue);
  await screen.findByRole('button', { name: /^VM spine1/ });
});

describe('the palette', () => {
  const field = () => screen.findByRole('combobox', { name: 'What to do, or the name of a node' });
  const type = (element: HTMLElement, value: string) => fireEvent.change(element, { target: { value } });
  const options = () => screen.getAllByRole('option').map((option) => option.textContent);
  const active = (element: HTMLElement) =>
    document.getElementById(element.getAttribute('aria-activedescendant') ?? '')?.textContent;

  test('finds acts and nodes by words of their names, and the arrow keys go round', async () => {
    key('k', { ctrlKey: true });
    const input = await field();
    type(input, 'leaf');
    expect(options()).toEqual(['leaf1', 'leaf2', 'leaf3']);
    expect(screen.getByText('3 found')).toBeTruthy();
    expect(active(input)).toBe('leaf1');
    fireEvent.keyDown(input, { key: 'ArrowUp' });
    expect(active(input)).toBe('leaf3');
    fireEvent.keyDown(input, { key: 'ArrowDown' });
    expect(active(input)).toBe('leaf1');
    // words in any order, without regard to case
    type(input, 'PATTERN connect');
    expect(options()).toEqual(['Connect by pattern…B']);
    type(input, 'nothing is called so');
    expect(screen.queryAllByRole('option')).toEqual([]);
    expect(screen.getByText('0 found')).toBeTruthy();
    expect(input.getAttribute('aria-activedescendant')).toBeNull();
    // and Enter does nothing then
    fireEvent.keyDown(input, { key: 'Enter' });
    expect(await field()).toBe(input);
  });

  test('offers only what can be done now, and does it once it has gone', async () => {
    key('k', { ctrlKey: true });
    type(await field(), 'lock in place');
    // nothing is chosen
    expect(screen.queryAllByRole('option')).toEqual([]);
    fireEvent.keyDown(await field(), { key: 'Escape' });
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
    select('leaf2');
    key('k', { ctrlKey: true });
    type(await field(), 'lock in place');
    fireEvent.keyDown(await field(), { key: 'Enter' });
    await screen.findByRole('button', { name: /^VM leaf2,.*locked/ });
    expect(screen.queryByRole('dialog')).toBeNull();
  });

  test('that only finds nodes chooses the one that is taken', async () => {
    key('f', { ctrlKey: true });
    const input = await screen.findByRole('combobox', { name: /^Name or label/ });
    expect(options()).toHaveLength(6);
    type(input, 'lan');
    fireEvent.click(screen.getByRole('option', { name: 'lan' }));
    await waitFor(() => expect(editor().selection.nodes).toEqual(['lan']));
  });
});

describe('connecting by pattern', () => {
  const dialog = () => screen.findByRole('dialog', { name: 'Connect by pattern…' });
  const fill = (inside: HTMLElement, label: string, value: string) =>
    fireEvent.change(within(inside).getByRole('textbox', { name: label }), { target: { value } });
  const submit = (inside: HTMLElement) => within(inside).getByRole<HTMLButtonElement>('button', { name: 'Connect' });

  test('says how many it means and makes, and makes no link twice, in one step', async () => {
    key('b');
    const inside = await dialog();
    expect(submit(inside).disabled).toBe(true);
    fill(inside, 'From', 'leaf*');
    fill(inside, 'To', 'spine*');
    expect(within(inside).getByText('3 nodes')).toBeTruthy();
    expect(within(inside).getByText('2 nodes')).toBeTruthy();
    // six, of which one is there already
    expect(within(inside).getByRole('status').textContent).toBe('Makes 5 links.');
    fireEvent.click(submit(inside));
    await waitFor(() => expect(links()).toHaveLength(5));
    expect(new Set(links()).size).toBe(5);
    // what was made is chosen
    expect(editor().selection.edges).toHaveLength(5);
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
    key('z', { ctrlKey: true });
    expect(links()).toEqual([]);
  });

  test('in pairs links the first with the first', async () => {
    key('b');
    const inside = await dialog();
    fill(inside, 'From', 'spine*');
    fill(inside, 'To', 'leaf*');
    fireEvent.click(within(inside).getByRole('radio', { name: 'In pairs, in order' }));
    // the first pair is linked already
    expect(within(inside).getByRole('status').textContent).toBe('Makes 1 link.');
    fireEvent.click(submit(inside));
    await waitFor(() => expect(links()).toEqual(['spine2-leaf2']));
  });

  test('makes nothing of what nothing is called, nor of networks among themselves', async () => {
    key('b');
    const inside = await dialog();
    fill(inside, 'From', 'lan');
    fill(inside, 'To', 'lan');
    expect(submit(inside).disabled).toBe(true);
    fill(inside, 'To', 'nobody');
    expect(within(inside).getByRole('status').textContent).toBe('Makes 0 links.');
    fireEvent.click(within(inside).getByRole('button', { name: 'Cancel' }));
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
    expect(links()).toEqual([]);
  });
});

describe('renaming by pattern', () => {
  const dialog = () => screen.findByRole('dialog', { name: 'Rename…' });
  const pattern = (inside: HTMLElement) => within(inside).getByRole<HTMLInputElement>('textbox', { name: 'New name' });
  const submit = (inside: HTMLElement) => within(inside).getByRole<HTMLButtonElement>('button', { name: 'Rename' });

  test('shows the names before, counts from where it is told to, and is one step', async () => {
    select('leaf1', 'leaf2', 'leaf3');
    key('F2');
    const inside = await dialog();
    expect(pattern(inside).value).toBe('*');
    // that changes nothing
    expect(submit(inside).disabled).toBe(true);
    fireEvent.change(pattern(inside), { target: { value: 'edge##' } });
    fireEvent.change(within(inside).getByLabelText('First number'), { target: { value: '7' } });
    expect(within(inside).getByRole('status').textContent).toBe('leaf1 → edge07, leaf2 → edge08, leaf3 → edge09');
    fireEvent.click(submit(inside));
    await waitFor(() => expect(names()).toEqual(['spine1', 'spine2', 'edge07', 'edge08', 'edge09']));
    key('z', { ctrlKey: true });
    expect(names()).toEqual(['spine1', 'spine2', 'leaf1', 'leaf2', 'leaf3']);
  });

  test('says what may not be a name and what would be there twice, and does neither', async () => {
    select('leaf1', 'leaf2');
    key('F2');
    const inside = await dialog();
    const refused = (value: string) => {
      fireEvent.change(pattern(inside), { target: { value } });
      expect(submit(inside).disabled).toBe(true);
      const told = pattern(inside).getAttribute('aria-describedby')?.split(' ') ?? [];
      return told.map((id) => document.getElementById(id)?.textContent ?? '').join(' ');
    };
    expect(refused('no_host name')).toContain('no_host name may not be a name.');
    expect(refused('same')).toContain('same would be there twice.');
    // of one that is not renamed, in other letters
    expect(refused('SPINE#')).toContain('spine1 would be there twice.');
    fireEvent.submit(pattern(inside));
    expect(names()).toEqual(['spine1', 'spine2', 'leaf1', 'leaf2', 'leaf3']);
  });
});

describe('a menu', () => {
  // jsdom lays nothing out, and what stands nowhere is taken to be out of view
  const hidden = { hidden: true };
  const opened = (name: string) =>
    waitFor(() => {
      const menu = screen.getByRole('menu', hidden);
      expect(menu.getAttribute('aria-label')).toBe(name);
      return menu;
    });
  const items = (menu: HTMLElement) => within(menu).getAllByRole('menuitem', hidden);
  const item = (menu: HTMLElement, name: string) => {
    const found = items(menu).find(({ textContent }) => textContent.startsWith(name));
    if (found === undefined) throw new Error(`The menu has no ${name}.`);
    return found;
  };

  test('of a node is of what is chosen with it, and says only what can be done', async () => {
    select('leaf1', 'leaf2');
    fireEvent.contextMenu(screen.getByRole('button', { name: /^VM leaf2/ }));
    const menu = await opened('What can be done with the selected nodes');
    expect(editor().selection.nodes).toEqual(['leaf1', 'leaf2']);
    // two cannot begin a link, and nothing is locked
    for (const name of ['Connect', 'Unlock']) expect(() => item(menu, name)).toThrow(`has no ${name}`);
    fireEvent.click(item(menu, 'Delete'));
    await waitFor(() => expect(names()).toEqual(['spine1', 'spine2', 'leaf3']));
  });

  test('of another node is of that one', async () => {
    select('leaf1', 'leaf2');
    fireEvent.contextMenu(screen.getByRole('button', { name: /^VM spine2/ }));
    const menu = await opened('What can be done with the selected nodes');
    expect(editor().selection.nodes).toEqual(['spine2']);
    fireEvent.keyDown(menu, { key: 'Escape' });
    await waitFor(() => expect(screen.queryByRole('menu', hidden)).toBeNull());
  });

  test('of the empty canvas adds where it was opened', async () => {
    const pane = document.querySelector('.react-flow__pane');
    if (pane === null) throw new Error('no pane');
    fireEvent.contextMenu(pane, { clientX: 50, clientY: 60 });
    const menu = await opened('What can be done with the drawing');
    // without a flavour and an image no VM can be made
    expect(item(menu, 'Add VM here').hasAttribute('data-disabled')).toBe(true);
    fireEvent.click(item(menu, 'Add network here'));
    await waitFor(() => expect(editor().document.topology.networks).toHaveLength(2));
    const [, added] = editor().document.topology.networks;
    expect(editor().selection.nodes).toEqual([added?.key]);
  });
});

test('all of it speaks Spanish', async () => {
  await act(() => chooseLanguage('es'));
  select('leaf1');
  key('F2');
  expect(await screen.findByRole('dialog', { name: 'Cambiar nombre…' })).toBeTruthy();
  expect(screen.getByRole('textbox', { name: 'Nombre nuevo' })).toBeTruthy();
  fireEvent.keyDown(screen.getByRole('dialog'), { key: 'Escape' });
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
  key('b');
  expect(await screen.findByRole('dialog', { name: 'Conectar por patrón…' })).toBeTruthy();
  fireEvent.keyDown(screen.getByRole('dialog'), { key: 'Escape' });
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
  key('k', { ctrlKey: true });
  expect(await screen.findByRole('dialog', { name: 'Buscar cualquier cosa' })).toBeTruthy();
});
