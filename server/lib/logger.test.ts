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
