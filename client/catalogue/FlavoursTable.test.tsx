import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, test, vi } from 'vitest';
import type { Flavour } from '#shared/flavour';
import { limits } from '#shared/limits';
import { renderApp } from '../testing/render';
import { FlavoursTable } from './FlavoursTable';

const nano: Flavour = {
  id: 1,
  name: 'nano',
  vcpus: 1,
  ramMb: 1024,
  diskGb: 2,
  retiredAt: null,
  createdAt: '2026-01-01T00:00:00.000Z',
  inUse: 0,
};

async function openMenu(flavour: Flavour, mayManage: boolean) {
  const onRetire = vi.fn();
  renderApp(
    <FlavoursTable flavours={[flavour]} partial={false} mayManage={mayManage} onEdit={vi.fn()} onRetire={onRetire} />,
  );
  await userEvent.click(screen.getByRole('button', { name: 'Actions for nano' }));
  const retire = await screen.findByRole('menuitem', { name: /^Retire/ });
  return { onRetire, retire };
}

test('an administrator retires a flavour that nothing uses', async () => {
  const { onRetire, retire } = await openMenu(nano, true);
  expect(retire.getAttribute('aria-disabled')).toBeNull();
  await userEvent.click(retire);
  expect(onRetire).toHaveBeenCalledExactlyOnceWith(nano);
});

test.each([
  ['it is in use', { ...nano, inUse: 3 }, true, '3 VMs of templates and slices use it. Change or destroy those first.'],
  ['it is retired', { ...nano, retiredAt: nano.createdAt }, true, 'It is retired already.'],
  ['the reader is no administrator', nano, false, 'Only administrators can change this.'],
])('it says why it cannot when %s', async (_when, flavour, mayManage, reason) => {
  const { onRetire, retire } = await openMenu(flavour, mayManage);
  expect(retire.getAttribute('aria-disabled')).toBe('true');
  expect(retire.textContent).toContain(reason);
  await userEvent.click(retire);
  expect(onRetire).not.toHaveBeenCalled();
});

test('“in use by 27 VMs” counted VMs of templates, too, and did not say so', () => {
  const flavours = [27, 1, limits.usesCounted].map((inUse, at) => ({ ...nano, id: at + 1, name: `size-${at}`, inUse }));
  renderApp(<FlavoursTable flavours={flavours} partial={false} mayManage onEdit={vi.fn()} onRetire={vi.fn()} />);
  expect(screen.getByText('by 27 VMs of templates and slices')).toBeDefined();
  expect(screen.getByText('by 1 VM of a template or slice')).toBeDefined();
  expect(screen.getByText(`by ${limits.usesCounted} VMs of templates and slices, or more`)).toBeDefined();
});
