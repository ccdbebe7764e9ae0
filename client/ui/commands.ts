export interface SentencePart {
  text: string;
  command: boolean;
}

/** What stands in backticks, or is plainly an installation by the package manager up to the end of its arguments. */
const commands = /`([^`]+)`|((?:sudo )?apt(?:-get)? install(?: [\w.+:-]*[\w+])+)/g;

/** Cuts a sentence into plain text and the commands that it tells the reader to type. */
export function splitCommands(sentence: string): SentencePart[] {
  const parts: SentencePart[] = [];
  let end = 0;
  for (const match of sentence.matchAll(commands)) {
    if (match.index > end) parts.push({ text: sentence.slice(end, match.index), command: false });
    parts.push({ text: match[1] ?? match[0], command: true });
    end = match.index + match[0].length;
  }
  if (end < sentence.length) parts.push({ text: sentence.slice(end), command: false });
  return parts;
}
