import { screen } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import { expect, it, vi } from 'vitest';
import { renderApp } from '../testing/render';
import { PresetMenu, type PresetChoice } from './PresetMenu';

it('has the VMs in between route where one asks for it, and asks only for shapes that have any', async () => {
  const user = userEvent.setup();
  const onApply = vi.fn<(choice: PresetChoice) => void>();
  const catalogue = { flavours: [], images: [], zones: [] };
  renderApp(<PresetMenu catalogue={catalogue} defaults={{ flavourId: 1, imageId: 2 }} onApply={onApply} />);
  await user.click(screen.getByRole('button', { name: 'Presets' }));
  // jsdom places no popover, which is hidden until it is
  const hidden = { hidden: true };
  await user.click(await screen.findByRole('switch', { name: /VMs in between route/, ...hidden }));
  await user.click(screen.getByRole('radio', { name: 'Bus', ...hidden }));
  expect(screen.queryByRole('switch', hidden)).toBeNull();
  await user.click(screen.getByRole('radio', { name: 'Line', ...hidden }));
  await user.click(screen.getByRole('button', { name: 'Insert', ...hidden }));
  const choice = { kind: 'line', values: { size: 3 }, routers: true, flavourId: 1, imageId: 2 } as const;
  expect(onApply).toHaveBeenCalledExactlyOnceWith(choice);
});
