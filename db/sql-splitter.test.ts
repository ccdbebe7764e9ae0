import fc from 'fast-check';
import { expect, test } from 'vitest';
import { splitSql, SqlSyntaxError } from './sql-splitter';

async function split(...pieces: string[]): Promise<[string, number][]> {
  const statements: [string, number][] = [];
  for await (const { sql, line } of splitSql(pieces)) statements.push([sql, line]);
  return statements;
}

test.each([
  [
    'select 1;\nselect 2',
    [
      ['select 1', 1],
      ['select 2', 2],
    ],
  ],
  [
    `insert into t values ('a;b', "c;d", 'it''s; \\'; x');\nselect 1;`,
    [
      [`insert into t values ('a;b', "c;d", 'it''s; \\'; x')`, 1],
      ['select 1', 2],
    ],
  ],
  ['create table `a;``b` (x int);', [['create table `a;``b` (x int)', 1]]],
  ['-- one; two\n# three; four\n/* five;\nsix */ select 1;', [['select 1', 4]]],
  [
    '/*!40101 set names utf8mb4; */;\nselect 2;',
    [
      ['/*!40101 set names utf8mb4; */', 1],
      ['select 2', 2],
    ],
  ],
  [
    '/*M!999999\\- enable the sandbox mode */ \nselect 2;',
    [['/*M!999999\\- enable the sandbox mode */ \nselect 2', 1]],
  ],
  [
    "select 5--3; select '--';",
    [
      ['select 5--3', 1],
      ["select '--'", 1],
    ],
  ],
  [';;\n ; \n', []],
  [
    "select '\\\\'; select 2",
    [
      ["select '\\\\'", 1],
      ['select 2', 1],
    ],
  ],
  [
    "insert into t values ('line\nbreak');\nselect 3",
    [
      ["insert into t values ('line\nbreak')", 1],
      ['select 3', 3],
    ],
  ],
  ['select 1 -- the end', [['select 1 -- the end', 1]]],
])('%j', async (text, expected) => {
  expect(await split(text)).toEqual(expected);
  // the same however it arrives
  expect(await split(...text.split(''))).toEqual(expected);
});

test('any string literal survives, in pieces of any size', { timeout: 180_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.string({ unit: 'binary' })), fc.integer({ min: 1, max: 7 }), async (values, size) => {
      const statements = values.map(
        (value, at) => `select ${at}, '${value.replace(/[\\']/g, (found) => `\\${found}`)}'`,
      );
      const text = statements.join(';\n-- note; it\n');
      const pieces: string[] = [];
      for (let at = 0; at < text.length; at += size) pieces.push(text.slice(at, at + size));
      expect((await split(...pieces)).map(([sql]) => sql)).toEqual(statements);
    }),
  );
});

test('says on which line something stays open, and refuses a statement without end', async () => {
  await expect(split("select 1;\nselect 'never")).rejects.toMatchObject({ line: 2 });
  await expect(split('select 1;\n\n/* never')).rejects.toThrow(SqlSyntaxError);
  const endless = (function* () {
    for (let at = 0; at < 100; at++) yield 'x'.repeat(1000);
  })();
  await expect(
    (async () => {
      for await (const statement of splitSql(endless, 10_000)) expect(statement).toBeUndefined();
    })(),
  ).rejects.toThrow('too long');
});
