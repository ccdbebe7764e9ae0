/** As large as a terminal that nobody has given another size. */
const columns = 80;
const rows = 24;

/** One character of a cell: none that a terminal would obey, that turns the direction of text, or that is drawn over others. */
const shown = /^[^\p{C}\p{M}\p{Z}]$/u;

/** What follows ESC up to the end of what it begins; a sequence that has not ended is all that is left. */
const control =
  /\u001b(?:\[([0-?]*)[ -/]*([@-~])|[\]PX^_][^\u0007\u001b]*(?:\u0007|\u001b\\|$)|[ -/]+[0-~]|\[[0-?]*[ -/]*$|([0-~])|$)/y;

/**
 * What a terminal of 80 columns and 24 lines would show after this output of a guest, as lines without spaces at their ends. Understood is what moves
 * the cursor and what clears; colours and all else is left out. Whatever the bytes are, the lines hold nothing but characters to be seen. Pure.
 */
export function screenText(output: Uint8Array): string[] {
  const text = new TextDecoder().decode(output);
  const screen = new TextScreen();
  for (let at = 0; at < text.length;) {
    if (text[at] === '\u001b') {
      control.lastIndex = at;
      const [whole = '\u001b', parameters, final, plain] = control.exec(text) ?? [];
      if (final !== undefined) screen.obey(final, numbersOf(parameters ?? ''));
      else if (plain === 'c') screen.clear();
      at += whole.length;
      continue;
    }
    const character = String.fromCodePoint(text.codePointAt(at) ?? 0);
    screen.put(character);
    at += character.length;
  }
  return screen.lines();
}

/** Of `12;40`; what is no number is none. */
function numbersOf(parameters: string): (number | undefined)[] {
  return parameters.split(';').map((part) => (/^\d{1,5}$/.test(part) ? Number(part) : undefined));
}

class TextScreen {
  #cells = blank(rows);
  #row = 0;
  #column = 0;

  clear(): void {
    this.#cells = blank(rows);
    this.#move(0, 0);
  }

  put(character: string): void {
    if (character === '\r') this.#column = 0;
    else if (character === '\n') this.#feed();
    else if (character === '\b') this.#move(this.#row, this.#column - 1);
    else if (character === '\t') this.#move(this.#row, this.#column - (this.#column % 8) + 8);
    else if (character === ' ' || shown.test(character)) this.#print(character);
  }

  /** A control sequence (ECMA-48): the letter that ends it, and its numbers. */
  obey(final: string, [first, second]: readonly (number | undefined)[]): void {
    const count = Math.max(1, first ?? 1);
    const [row, column] = [this.#row, this.#column];
    if (final === 'A') this.#move(row - count, column);
    else if (final === 'B') this.#move(row + count, column);
    else if (final === 'C') this.#move(row, column + count);
    else if (final === 'D') this.#move(row, column - count);
    else if (final === 'G') this.#move(row, count - 1);
    else if (final === 'd') this.#move(count - 1, column);
    else if (final === 'H' || final === 'f') this.#move(count - 1, Math.max(1, second ?? 1) - 1);
    else if (final === 'J') this.#erase(first ?? 0, row * columns + column, rows * columns, 0);
    else if (final === 'K') this.#erase(first ?? 0, row * columns + column, (row + 1) * columns, row * columns);
  }

  lines(): string[] {
    const lines = this.#cells.map((cells) => cells.join('').trimEnd());
    return lines.slice(0, lines.findLastIndex((line) => line !== '') + 1);
  }

  #move(row: number, column: number): void {
    this.#row = Math.min(rows - 1, Math.max(0, row));
    this.#column = Math.min(columns - 1, Math.max(0, column));
  }

  #feed(): void {
    if (this.#row < rows - 1) this.#row += 1;
    else this.#cells = [...this.#cells.slice(1), ...blank(1)];
  }

  #print(character: string): void {
    // the line is full: what comes next begins another one, as of a terminal
    if (this.#column === columns) {
      this.#column = 0;
      this.#feed();
    }
    const cells = this.#cells[this.#row];
    if (cells !== undefined) cells[this.#column] = character;
    this.#column += 1;
  }

  /** 0: from the cursor to the end, 1: from the beginning to the cursor, 2 and 3: all. */
  #erase(what: number, cursor: number, end: number, begin: number): void {
    const from = what === 0 ? cursor : begin;
    const until = what === 1 ? cursor + 1 : end;
    for (let cell = from; cell < until; cell++) {
      const cells = this.#cells[Math.floor(cell / columns)];
      if (cells !== undefined) cells[cell % columns] = ' ';
    }
  }
}

const blank = (count: number) => Array.from({ length: count }, () => Array.from({ length: columns }, () => ' '));
