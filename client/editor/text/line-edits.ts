import { diffArrays } from 'diff';

/** Characters of the text before that are exchanged for others. */
export interface TextEdit {
  from: number;
  to: number;
  insert: string;
}

/** Lines that differ beyond this are exchanged as one: who writes all of it anew has nowhere to stay. */
const mostLines = 400;

/**
 * What makes `after` of `before`, line by line and inside of lines as short as can be, so that a cursor, a fold or a place that
 * is scrolled to stays where it was. In order, none touching another. Pure.
 */
export function editsBetween(before: string, after: string): TextEdit[] {
  if (before === after) return [];
  const changes = diffArrays(linesOf(before), linesOf(after), { maxEditLength: mostLines });
  if (changes === undefined) return [trimmed(before, { from: 0, to: before.length, insert: after })];
  const edits: TextEdit[] = [];
  let at = 0;
  let open: TextEdit | null = null;
  const close = () => {
    if (open !== null) edits.push(trimmed(before, open));
    open = null;
  };
  for (const { added, removed, value } of changes) {
    const text = value.join('');
    if (!added && !removed) {
      close();
      at += text.length;
      continue;
    }
    open ??= { from: at, to: at, insert: '' };
    if (added) open.insert += text;
    else {
      at += text.length;
      open.to = at;
    }
  }
  close();
  return edits;
}

/** Each with its end. */
const linesOf = (text: string) => text.match(/[^\n]*\n|[^\n]+$/g) ?? [];

/** Without what is the same at its beginning and its end. */
function trimmed(before: string, { from, to, insert }: TextEdit): TextEdit {
  const most = Math.min(to - from, insert.length);
  let front = 0;
  while (front < most && before[from + front] === insert[front]) front += 1;
  let back = 0;
  while (back < most - front && before[to - 1 - back] === insert[insert.length - 1 - back]) back += 1;
  return { from: from + front, to: to - back, insert: insert.slice(front, insert.length - back) };
}
