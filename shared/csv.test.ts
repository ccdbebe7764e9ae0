import { describe, expect, it } from 'vitest';
import { csvCell, csvText } from './csv';

describe('a cell', () => {
  it.each([
    ['plain', 'plain'],
    [12, '12'],
    ['', ''],
    ['a,b', '"a,b"'],
    ['say "so"', '"say ""so"""'],
    ['two\r\nlines', '"two\r\nlines"'],
    ['one\nline', '"one\nline"'],
    ['=1+1', "'=1+1"],
    ['+1', "'+1"],
    ['-1', "'-1"],
    ['@SUM(A1)', "'@SUM(A1)"],
    ['\tx', "'\tx"],
    ['\rx', '"\'\rx"'],
    ['=HYPERLINK("http://evil","x")', '"\'=HYPERLINK(""http://evil"",""x"")"'],
    ['a=b', 'a=b'],
  ])('of %j is %j', (value, text) => {
    expect(csvCell(value)).toBe(text);
  });
});

it('rows are lines, each with an end', () => {
  expect(
    csvText([
      ['a', 'b,c'],
      ['=1', 2],
    ]),
  ).toBe('a,"b,c"\r\n\'=1,2\r\n');
  expect(csvText([])).toBe('');
});
