import type { Terminal } from '@xterm/xterm';

/** What a terminal holds as text: lines that were broken at its edge are whole again, and nothing hangs behind their ends. */
export function textOf({ buffer }: Pick<Terminal, 'buffer'>): string {
  const { normal } = buffer;
  const lines: string[] = [];
  for (let index = 0; index < normal.length; index++) {
    const line = normal.getLine(index);
    if (line === undefined) continue;
    const goesOn = normal.getLine(index + 1)?.isWrapped === true;
    const text = line.translateToString(!goesOn);
    if (line.isWrapped && lines.length > 0) lines.push(`${lines.pop()}${text}`);
    else lines.push(text);
  }
  while (lines.at(-1) === '') lines.pop();
  return lines.map((line) => `${line}\n`).join('');
}

/** The file's name: `web-2026-11-26T14-50-03Z.log`. */
export function logName(vm: string, now: Date): string {
  return `${vm}-${now.toISOString().slice(0, 19).replaceAll(':', '-')}Z.log`;
}
