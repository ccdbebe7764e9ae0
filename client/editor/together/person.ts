import type { Present } from '#shared/presence';

/** White letters are legible on each of them (4.5 : 1 at least), and none is that of what one has chosen oneself. */
const colours = ['#b3261e', '#00639b', '#8b5000', '#5b52a3', '#984061', '#6d5e00', '#7d3c98', '#9a3412'];

/** The same colour for the same person at everybody's. */
export function colourOf({ id }: Present['user']): string {
  return colours[id % colours.length] ?? '#00639b';
}

/** At most two letters: `AB` of Ana Belén Ruiz, `A` of ana. */
export function initialsOf(name: string): string {
  return name
    .split(/\s+/)
    .filter((word) => word !== '')
    .slice(0, 2)
    .map((word) => Array.from(word)[0]?.toLocaleUpperCase() ?? '')
    .join('');
}

/** Each person once, however many pages they have open, by their names. */
export function peopleOf(others: readonly Present[]): Present['user'][] {
  return [...new Map(others.map(({ user }) => [user.id, user])).values()].toSorted(
    (a, b) => a.name.localeCompare(b.name) || a.id - b.id,
  );
}
