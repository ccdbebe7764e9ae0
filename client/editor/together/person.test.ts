import { expect, test } from 'vitest';
import { colourOf, initialsOf, peopleOf } from './person';

/** Of WCAG 2.2: how light a colour is, from 0 to 1. */
function luminance(hex: string): number {
  const [red = 0, green = 0, blue = 0] = (hex.match(/[0-9a-f]{2}/g) ?? []).map((part) => {
    const value = Number.parseInt(part, 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

test('white letters are legible on everybody’s colour, which stays theirs', () => {
  for (let id = 1; id < 50; id++) {
    const colour = colourOf({ id, name: 'x' });
    expect(1.05 / (luminance(colour) + 0.05)).toBeGreaterThanOrEqual(4.5);
    expect(colourOf({ id, name: 'renamed' })).toBe(colour);
  }
});

test('initials are of the first two words, whatever letters they have', () => {
  expect(['Ana', 'ana belén ruiz', ' Ørjan  Åse ', '😀 smile', ''].map(initialsOf)).toEqual([
    'A',
    'AB',
    'ØÅ',
    '😀S',
    '',
  ]);
});

test('each person is named once, however many pages they have open', () => {
  const page = (id: number, name: string, at: string) => ({
    ...{ page: at, user: { id, name }, pointed: { cursor: null, chosen: [] } },
  });
  const others = [page(2, 'Ben', 'a'), page(1, 'Ana', 'b'), page(2, 'Ben', 'c')];
  expect(peopleOf(others).map(({ name }) => name)).toEqual(['Ana', 'Ben']);
});
