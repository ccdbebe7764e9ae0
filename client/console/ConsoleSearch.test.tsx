import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, test, vi } from 'vitest';
import { Everything } from '../testing/render';
import { ConsoleSearch } from './ConsoleSearch';
import { maxMatches, type Matches } from './matches';

function open(matches: Matches) {
  const onFind = vi.fn();
  const onClose = vi.fn();
  const shown = (now: Matches) => (
    <Everything>
      <ConsoleSearch vmName="web" asked={1} matches={now} onFind={onFind} onClose={onClose} />
    </Everything>
  );
  const { rerender } = render(shown(matches));
  const field = screen.getByRole<HTMLInputElement>('textbox', { name: 'Search the console' });
  return { onFind, onClose, field, said: screen.getByRole('status'), become: (now: Matches) => rerender(shown(now)) };
}
const nothing = { index: -1, count: 0 };

test('searches as one types, back by Enter, forth by Shift+Enter, and ends by Escape', async () => {
  const { onFind, onClose, field, said, become } = open(nothing);
  expect(document.activeElement).toBe(field);
  await userEvent.keyboard('ab');
  const wanted = { text: 'ab', caseSensitive: false, regex: false };
  expect(onFind).toHaveBeenLastCalledWith(wanted, 'beginning');
  expect(said.textContent).toBe('Not found');
  become({ index: 4, count: 5 });
  expect(said.textContent).toBe('5 of 5');
  become({ index: -1, count: maxMatches });
  expect(said.textContent).toBe('More than 1000');
  await userEvent.keyboard('{Shift>}{Enter}{/Shift}');
  expect(onFind).toHaveBeenLastCalledWith(wanted, 'end');
  await userEvent.keyboard('{Enter}');
  expect(onFind).toHaveBeenLastCalledWith(wanted, 'beginning');
  await userEvent.click(screen.getByRole('button', { name: 'Match case' }));
  expect(onFind).toHaveBeenLastCalledWith({ ...wanted, caseSensitive: true }, 'beginning');
  expect(screen.getByRole('button', { name: 'Match case' }).getAttribute('aria-pressed')).toBe('true');
  field.focus();
  await userEvent.keyboard('{Escape}');
  expect(onClose).toHaveBeenCalledTimes(1);
});

test('says of a pattern that is none, and forgets it once it is one', async () => {
  const { onFind, field } = open(nothing);
  onFind.mockImplementation(({ text, regex }: { text: string; regex: boolean }) => regex && new RegExp(text));
  await userEvent.click(screen.getByRole('button', { name: 'Regular expression' }));
  await userEvent.type(field, 'a(');
  expect(screen.getByText('This is not a regular expression.')).toBeTruthy();
  expect(field.getAttribute('aria-invalid')).toBe('true');
  await userEvent.type(field, 'b)');
  expect(screen.queryByText('This is not a regular expression.')).toBeNull();
});
