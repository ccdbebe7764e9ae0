import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, test } from 'vitest';
import { newVm } from '#shared/topology/schema';
import type { EditorCatalogue } from '../editor/use-catalogue';
import { Everything } from '../testing/render';
import { useDrawnAddresses } from './use-drawn-addresses';

const catalogue: EditorCatalogue = { flavours: [], images: [], zones: [] };
const topology = {
  vms: [newVm({ key: 'a', name: 'web', flavourId: 1, imageId: 1, x: 0, y: 0 })],
  networks: [],
  edges: [],
};

function Page({ withPanel, hasProblems = false }: { withPanel: boolean; hasProblems?: boolean }) {
  const { button, table } = useDrawnAddresses({ name: 'lab', topology, catalogue, hasProblems });
  return (
    <>
      {withPanel ? <aside>{button}</aside> : null}
      {table}
    </>
  );
}

test('the table stays when the panel that opened it goes, as in a window that becomes narrow', async () => {
  const { rerender } = render(<Page withPanel />, { wrapper: Everything });
  await userEvent.click(screen.getByRole('button', { name: 'Addresses' }));
  await screen.findByRole('dialog', { name: 'Addresses of lab, as they are planned' });
  rerender(<Page withPanel={false} />);
  expect(screen.getByRole('table', { name: /lab/ }).textContent).toContain('web');
  // of a drawing with a problem there is no plan
  rerender(<Page withPanel hasProblems />);
  expect(screen.queryByRole('table')).toBeNull();
});
