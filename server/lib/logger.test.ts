import { DrizzleQueryError } from 'drizzle-orm/errors';
import { expect, test } from 'vitest';
import { createLogger } from './logger';

test('a failed query is logged without its parameters, causes and stack included', () => {
  const lines: string[] = [];
  const log = createLogger((line) => lines.push(line));
  const cause = new DrizzleQueryError(
    'insert into users values (?)',
    ['$argon2id$secret\nof two lines'],
    new Error('gone'),
  );
  log.error('it failed', { error: new Error('outer', { cause }) });
  expect(lines.join('')).not.toContain('secret');
  expect(lines.join('')).not.toContain('two lines');
  expect(JSON.parse(lines.join(''))).toMatchObject({
    error: {
      message: 'outer',
      cause: {
        message: 'Failed query: insert into users values (?)',
        stack: expect.stringContaining('logger.test'),
        cause: { message: 'gone' },
      },
    },
  });
});

test('a database error is logged with its number and SQL state, not with the statement and its values', () => {
  const lines: string[] = [];
  const log = createLogger((line) => lines.push(line));
  const refused = Object.assign(new Error('Deadlock found'), {
    code: 'ER_LOCK_DEADLOCK',
    errno: 1213,
    sqlState: '40001',
    sql: "insert into users values ('hunter2')",
  });
  log.error('it failed', { error: new DrizzleQueryError('insert into users values (?)', ['hunter2'], refused) });
  expect(JSON.parse(lines.join(''))).toMatchObject({
    error: { cause: { message: 'Deadlock found', code: 'ER_LOCK_DEADLOCK', errno: 1213, sqlState: '40001' } },
  });
  expect(lines.join('')).not.toContain('hunter2');
});

test('secrets are written nowhere: not in messages, errors or details', () => {
  const lines: string[] = [];
  const log = createLogger((line) => lines.push(line));
  const token = `trama_pat_${'x'.repeat(43)}`;
  log.warn(`somebody came with ${token}`, {
    error: new Error(`no ${token}`, { cause: new Error('cookie: trama_session=hunter2') }),
    request: { headers: { authorization: token, cookie: 'trama_session=hunter2' }, path: '/trpc' },
    input: { password: 'hunter2' },
  });
  expect(lines.join('')).not.toMatch(/x{43}|hunter2/);
  expect(JSON.parse(lines.join(''))).toMatchObject({
    level: 'warn',
    message: 'somebody came with trama_pat_[redacted]',
    request: { path: '/trpc', headers: { cookie: '[redacted]' } },
  });
});
