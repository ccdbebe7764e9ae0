import { render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { createMemoryRouter, RouterProvider, useLocation } from 'react-router';
import { expect, test } from 'vitest';
import '../testing/render';
import { usePanel } from './panel';

function Page() {
  const panel = usePanel(['new', 'edit']);
  const { pathname, search } = useLocation();
  return (
    <>
      <output>{`${pathname}${search} ${panel.name ?? '-'} ${panel.id ?? '-'}`}</output>
      <button onClick={() => panel.open('new')}>new</button>
      <button onClick={() => panel.open('edit', 12)}>edit</button>
      <button onClick={panel.close}>close</button>
      <button
        onClick={() => {
          panel.close();
          panel.close();
        }}
      >
        close twice
      </button>
    </>
  );
}

function show(...entries: string[]) {
  const router = createMemoryRouter([{ path: '*', Component: Page }], { initialEntries: entries });
  render(<RouterProvider router={router} />);
  return router;
}
const sees = (text: string) => waitFor(() => expect(screen.getByRole('status').textContent).toBe(text));
const press = (name: string) => userEvent.click(screen.getByRole('button', { name }));

test('Back did not close a panel', async () => {
  const router = show('/flavours?q=na');
  await press('edit');
  await sees('/flavours?q=na&panel=edit-12 edit 12');
  await router.navigate(-1);
  await sees('/flavours?q=na - -');
});

test('a panel was gone after a reload', async () => {
  show('/flavours?panel=edit-12');
  await sees('/flavours?panel=edit-12 edit 12');
  // there is nothing of this page to go back to
  await press('close');
  await sees('/flavours - -');
});

test('closing a panel leaves no second step back to the same list', async () => {
  const router = show('/', '/flavours');
  await press('new');
  await sees('/flavours?panel=new new -');
  await press('close');
  await sees('/flavours - -');
  await router.navigate(-1);
  await sees('/ - -');
});

test('closing twice at once leaves the list where it is', async () => {
  show('/', '/flavours');
  await press('new');
  await press('close twice');
  await sees('/flavours - -');
});

test('a panel that the page does not know is no panel', async () => {
  show('/flavours?panel=drop-12');
  await sees('/flavours?panel=drop-12 - 12');
});
