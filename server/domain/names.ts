import { AppError } from '#shared/errors';
import { limits } from '#shared/limits';
import { duplicateIndex } from '#server/db/errors';

/** NAME_TAKEN on the field `name`, in place of what the unique index `index` says; anything else as it is. */
export function nameTakenBy(index: string, what: string, name: string) {
  return (error: unknown): never => {
    if (duplicateIndex(error) !== index) throw error;
    throw new AppError('NAME_TAKEN', `There is a ${what} called ${name} already.`, {
      field: 'name',
      params: { name },
      cause: error,
    });
  };
}

/** `text` cut to at most `length` UTF-16 units, never in the middle of a character. */
function cut(text: string, length: number): string {
  let result = '';
  for (const character of text) {
    if (result.length + character.length > length) break;
    result += character;
  }
  return result.trimEnd();
}

/** The `n`-th name to try (from 1): `web (copy)`, `web (copy 2)` … A copy of a copy does not pile them up. */
export function copyName(name: string, n: number): string {
  const base = name.replace(/ \(copy(?: \d+)?\)$/u, '');
  const suffix = n === 1 ? ' (copy)' : ` (copy ${n})`;
  return cut(base, limits.nameLength - suffix.length) + suffix;
}

/** The `n`-th name to try (from 1): `web`, `web (2)`, `web (3)` … */
export function numberedName(name: string, n: number): string {
  const suffix = n === 1 ? '' : ` (${n})`;
  return cut(name, limits.nameLength - suffix.length) + suffix;
}

/** Numbers things in words: `1 template`, `3 slices`. */
function counted(count: number, singular: string, plural = `${singular}s`): string {
  return `${count} ${count === 1 ? singular : plural}`;
}

/** `2 templates and 1 slice`; what is zero is left out. */
export function usersInWords(users: { templates: number; slices: number }): string {
  return [
    ...(users.templates > 0 ? [counted(users.templates, 'template')] : []),
    ...(users.slices > 0 ? [counted(users.slices, 'slice')] : []),
  ].join(' and ');
}
