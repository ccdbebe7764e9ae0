import { fireEvent, render, screen } from '@testing-library/react';
import { expect, test } from 'vitest';
import '../testing/render';
import { useShortcuts } from './shortcuts';

/** What the clipboard of an event was given. */
function clipboardEvent(type: 'copy' | 'cut' | 'paste', text = '') {
  const given: string[] = [];
  const event = new Event(type, { bubbles: true, cancelable: true });
  Object.assign(event, {
    clipboardData: { setData: (_type: string, value: string) => given.push(value), getData: () => text },
  });
  return { event, given };
}

function Page({ pasted = [] }: { pasted?: string[] }) {
  useShortcuts(() => {}, {
    copy: () => 'copied nodes',
    cut: () => 'cut nodes',
    paste: (text) => {
      if (text !== 'nodes') return false;
      pasted.push(text);
      return true;
    },
  });
  return (
    <>
      <input aria-label="Name" defaultValue="web" />
      <button>Tool</button>
      <div role="dialog">
        <input aria-label="Asked" defaultValue="web" />
      </div>
    </>
  );
}

test('copying did nothing while the focus was in a field in which nothing was marked', () => {
  render(<Page />);
  const field = screen.getByRole<HTMLInputElement>('textbox', { name: 'Name' });
  field.setSelectionRange(1, 1);
  for (const [type, text] of [
    ['copy', 'copied nodes'],
    ['cut', 'cut nodes'],
  ] as const) {
    const { event, given } = clipboardEvent(type);
    fireEvent(field, event);
    expect(given).toEqual([text]);
  }
});

test('what is marked in a field is copied from the field', () => {
  render(<Page />);
  const field = screen.getByRole<HTMLInputElement>('textbox', { name: 'Name' });
  field.setSelectionRange(0, 3);
  const { event, given } = clipboardEvent('copy');
  fireEvent(field, event);
  expect(given).toEqual([]);
});

test('nodes were pasted as text into the field that had the focus', () => {
  const pasted: string[] = [];
  render(<Page pasted={pasted} />);
  for (const place of [screen.getByRole('textbox', { name: 'Name' }), screen.getByRole('button', { name: 'Tool' })]) {
    const { event } = clipboardEvent('paste', 'nodes');
    fireEvent(place, event);
    expect(event.defaultPrevented).toBe(true);
  }
  expect(pasted).toHaveLength(2);
  const words = clipboardEvent('paste', 'words');
  fireEvent(screen.getByRole('textbox', { name: 'Name' }), words.event);
  expect(words.event.defaultPrevented).toBe(false);
});

test('a dialog keeps its own copying and pasting', () => {
  const pasted: string[] = [];
  render(<Page pasted={pasted} />);
  const field = screen.getByRole<HTMLInputElement>('textbox', { name: 'Asked' });
  field.setSelectionRange(1, 1);
  const copy = clipboardEvent('copy');
  fireEvent(field, copy.event);
  expect(copy.given).toEqual([]);
  fireEvent(field, clipboardEvent('paste', 'nodes').event);
  expect(pasted).toEqual([]);
});
