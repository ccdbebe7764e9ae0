import { Terminal } from '@xterm/xterm';
import { describe, expect, it } from 'vitest';
import { logName, textOf } from './console-log';
import { actOfKey } from './terminal-keys';
import { markedFor, splitInput } from './typed-input';

const written = (terminal: Terminal, text: string) => new Promise<void>((resolve) => terminal.write(text, resolve));

describe('splitInput', () => {
  it('what a terminal answers by itself went to whoever was typed to', async () => {
    const terminal = new Terminal();
    const typed: string[] = [];
    const answered: string[] = [];
    splitInput(
      terminal,
      (text) => typed.push(text),
      (text) => answered.push(text),
    );
    terminal.input('ls\r');
    // where the cursor is, and what it can do
    await written(terminal, 'prompt \u001b[6n\u001b[c');
    terminal.input('x', true);
    expect(typed).toEqual(['ls\r', 'x']);
    expect(answered).toEqual(['\u001b[1;8R', '\u001b[?1;2c']);
  });
});

describe('markedFor', () => {
  it('a paste into several consoles brought its marks to guests that do not know them', async () => {
    const terminal = new Terminal();
    const pasted = '\u001b[200~ls\r\u001b[201~';
    expect(markedFor(pasted, terminal.modes)).toBe('ls\r');
    await written(terminal, '\u001b[?2004h');
    expect(markedFor(pasted, terminal.modes)).toBe(pasted);
    expect(markedFor('\u001b[A', terminal.modes)).toBe('\u001b[A');
  });
});

describe('the log of a console', () => {
  it('has the lines that were said, not those of the window', async () => {
    const terminal = new Terminal({ cols: 10, rows: 4, scrollback: 5000 });
    await written(terminal, `first\r\n${'abcdefghij'.repeat(3)}!\r\n\r\n\u001b[31mred\u001b[0m and  two\r\n`);
    expect(textOf(terminal)).toBe(`first\n${'abcdefghij'.repeat(3)}!\n\nred and  two\n`);
  });

  it('keeps 5,000 lines above the screen, the newest', async () => {
    const terminal = new Terminal({ cols: 20, rows: 5, scrollback: 5000 });
    await written(terminal, Array.from({ length: 6000 }, (_, index) => `line ${index}\r\n`).join(''));
    const lines = textOf(terminal).split('\n');
    expect(lines.at(-2)).toBe('line 5999');
    expect(lines.length).toBeGreaterThan(5000);
    expect(lines[0]).toBe('line 996');
  });

  it('is empty where nothing was said, and named after its VM and the time', () => {
    expect(textOf(new Terminal())).toBe('');
    expect(logName('web', new Date('2026-11-26T14:50:03.512Z'))).toBe('web-2026-11-26T14-50-03Z.log');
  });
});

describe('the keys of a terminal', () => {
  const press = (code: string, with_: Partial<Record<'ctrlKey' | 'shiftKey' | 'altKey' | 'metaKey', boolean>>) =>
    actOfKey({ code, ctrlKey: false, shiftKey: false, altKey: false, metaKey: false, ...with_ });

  it('are the page’s only with Ctrl and Shift', () => {
    const both = { ctrlKey: true, shiftKey: true };
    expect(press('KeyF', both)).toBe('search');
    expect(press('KeyF', { ctrlKey: true })).toBeNull();
    expect(press('KeyF', { ...both, altKey: true })).toBeNull();
    expect(press('KeyF', { ...both, metaKey: true })).toBeNull();
    expect(press('KeyR', both)).toBeNull();
  });
});
