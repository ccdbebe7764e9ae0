import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, test, vi } from 'vitest';
import type { TemplateSummary } from '#shared/template';
import { renderApp } from '../testing/render';
import { TemplatesTable } from './TemplatesTable';

function template(id: number, name: string, ramMb: number): TemplateSummary {
  const at = new Date(Date.UTC(2026, 0, id)).toISOString();
  return {
    id,
    name,
    description: '',
    tags: [],
    owner: { id: 1, name: 'Ana' },
    visibility: 'private',
    access: 'own',
    revision: 1,
    vms: id,
    networks: 0,
    edges: 0,
    vcpus: id,
    ramMb,
    diskGb: 2,
    createdAt: at,
    updatedAt: at,
  };
}

function show(templates: TemplateSummary[], partial = false, withOwner = false) {
  const calls = {
    onTag: vi.fn(),
    onOwner: vi.fn(),
    onUses: vi.fn(),
    onShare: vi.fn(),
    onLeave: vi.fn(),
    onRename: vi.fn(),
    onDuplicate: vi.fn(),
    onExport: vi.fn(),
    onDelete: vi.fn(),
  };
  renderApp(<TemplatesTable templates={templates} partial={partial} withOwner={withOwner} {...calls} />);
  return calls;
}

const names = () => screen.getAllByRole('link').map((link) => link.textContent);
const three = [template(1, 'ring 10', 512), template(2, 'ring 9', 2048), template(3, 'Bus', 1536)];

test('the newest stands first, and each column sorts both ways', async () => {
  show(three);
  expect(names()).toEqual(['Bus', 'ring 9', 'ring 10']);
  await userEvent.click(screen.getByRole('button', { name: 'Name' }));
  expect(names()).toEqual(['Bus', 'ring 9', 'ring 10']);
  await userEvent.click(screen.getByRole('button', { name: 'Name' }));
  expect(names()).toEqual(['ring 10', 'ring 9', 'Bus']);
  expect(screen.getByRole('columnheader', { name: 'Name' }).getAttribute('aria-sort')).toBe('descending');
  await userEvent.click(screen.getByRole('button', { name: 'RAM' }));
  expect(names()).toEqual(['ring 10', 'Bus', 'ring 9']);
});

test('sizes are written with their units', () => {
  show([template(1, 'a', 1536)]);
  expect(screen.getByRole('cell', { name: '1.5 GiB' })).toBeDefined();
  expect(screen.getByRole('cell', { name: '2 GiB' })).toBeDefined();
});

test('the arrow keys walk from row to row and stop at the ends', async () => {
  show(three);
  const [, first, , last] = screen.getAllByRole('row');
  first?.focus();
  await userEvent.keyboard('{ArrowUp}');
  expect(document.activeElement).toBe(first);
  await userEvent.keyboard('{ArrowDown}{ArrowDown}');
  expect(document.activeElement).toBe(last);
  await userEvent.keyboard('{Home}');
  expect(document.activeElement).toBe(first);
});

test('a list that goes on says that the sort is only among what is shown', () => {
  show(three, true);
  expect(screen.getByText('Sorted among the 3 that are shown.')).toBeDefined();
});

test('the menu of a row acts on this row', async () => {
  const calls = show(three);
  await userEvent.click(screen.getByRole('button', { name: 'Actions for ring 9' }));
  const menu = await screen.findByRole('menu');
  await userEvent.click(within(menu).getByRole('menuitem', { name: 'Delete' }));
  expect(calls.onDelete).toHaveBeenCalledExactlyOnceWith(three[1]);
});

test('what is another one’s says whose it is, and refuses with the reason what only they do', async () => {
  const foreign: TemplateSummary = {
    ...template(4, 'theirs', 512),
    owner: { id: 2, name: 'Bea' },
    visibility: 'shared',
    access: 'view',
  };
  const calls = show([foreign], false, true);
  expect(screen.getByRole('cell', { name: 'Bea' })).toBeDefined();
  expect(screen.getByRole('cell', { name: 'Shared' })).toBeDefined();
  await userEvent.click(screen.getByRole('button', { name: 'Actions for theirs' }));
  const menu = await screen.findByRole('menu');
  const share = within(menu).getByRole('menuitem', { name: /^Share/ });
  expect(share.textContent).toContain('Only its owner, Bea, does this.');
  await userEvent.click(share);
  expect(calls.onShare).not.toHaveBeenCalled();
  expect(within(menu).queryByRole('menuitem', { name: 'Delete' })).toBeNull();
  await userEvent.click(within(menu).getByRole('menuitem', { name: 'Leave' }));
  expect(calls.onLeave).toHaveBeenCalledExactlyOnceWith(foreign);
});

test('tags and owners narrow the list, and a row says which slices were made of it', async () => {
  const foreign: TemplateSummary = {
    ...template(5, 'fabric', 512),
    ...{ tags: ['bgp', 'week-1'], owner: { id: 2, name: 'Bea' }, visibility: 'published', access: 'published' },
  };
  const calls = show([foreign], false, true);
  await userEvent.click(screen.getByRole('button', { name: 'Only what is tagged week-1' }));
  expect(calls.onTag).toHaveBeenCalledExactlyOnceWith('week-1');
  await userEvent.click(screen.getByRole('button', { name: 'Bea' }));
  expect(calls.onOwner).toHaveBeenCalledExactlyOnceWith(foreign);
  await userEvent.click(screen.getByRole('button', { name: 'Actions for fabric' }));
  await userEvent.click(within(await screen.findByRole('menu')).getByRole('menuitem', { name: 'Used by…' }));
  expect(calls.onUses).toHaveBeenCalledExactlyOnceWith(foreign);
});

test('what the server has in an order of its own stays in it', () => {
  renderApp(
    <TemplatesTable
      templates={[template(1, 'b', 1), template(3, 'c', 1), template(2, 'a', 1)]}
      partial
      sort="created"
      {...{ onTag: vi.fn(), onOwner: vi.fn(), onUses: vi.fn(), onShare: vi.fn(), onLeave: vi.fn() }}
      {...{ onRename: vi.fn(), onDuplicate: vi.fn(), onExport: vi.fn(), onDelete: vi.fn() }}
    />,
  );
  expect(names()).toEqual(['b', 'c', 'a']);
  expect(screen.queryByText(/^Sorted among/)).toBeNull();
});
