import { expect, test } from 'vitest';
import { isNewer } from './embedded';
import { portOfServer } from './running-server';
import { parseServerVersion } from './server-binary';
import { explainServerLog } from './server-process';
import { explainDatabaseError } from './explain-error';
import { checkedUrl, resolveDatabaseUrl } from './url';
import { databaseName, withDatabase } from './database-url';

test.each([
  ['mariadbd  Ver 10.11.6-MariaDB-0+deb12u1 for debian-linux-gnu on x86_64 (Debian 12)', 'mariadb', '10.11.6'],
  ['/usr/sbin/mysqld  Ver 8.0.36-0ubuntu0.22.04.1 for Linux on x86_64 ((Ubuntu))', 'mysql', '8.0.36'],
  ['mysqld  Ver 9.7.4-2 for Linux on x86_64 ((Debian))', 'mysql', '9.7.4'],
])('knows %s', (text, product, version) => {
  expect(parseServerVersion(text)).toEqual({ product, version });
});

test('what is no server is none', () => {
  expect(parseServerVersion('usage: mysqld [options]')).toBeNull();
});

test('only a newer first or second number makes data unreadable', () => {
  expect(isNewer('10.11.9', '10.11.6')).toBe(false);
  expect(isNewer('11.4.0', '10.11.6')).toBe(true);
  expect(isNewer('10.12.0', '10.11.6')).toBe(true);
  expect(isNewer('8.0.40', '8.4.0')).toBe(false);
  expect(isNewer('9.1.0', '8.4.0')).toBe(true);
});

test('a process is the server of a folder by its own arguments only', () => {
  const argv = ['/usr/sbin/mariadbd', '--no-defaults', '--datadir=/a b/data', '--port=3311', ''];
  expect(portOfServer(argv, '/a b/data')).toBe(3311);
  expect(portOfServer(argv, '/a b/dat')).toBeNull();
  expect(portOfServer(['/usr/sbin/mariadbd', '--datadir=/a b/data'], '/a b/data')).toBeNull();
});

test.each([
  ['2026-01-01 [ERROR] InnoDB: preallocating 12582912 bytes for file ./ibtmp1 failed with error 28', /disk is full/],
  ["[ERROR] Can't start server: Bind on TCP/IP port. Got error: 98: Address already in use", /port .* taken/],
  ['[ERROR] InnoDB: Unable to lock ./ibdata1 error: 11', /Another database server is using/],
  [
    '[ERROR] InnoDB: Unsupported redo log format. The redo log was created with MySQL 8.0',
    /another product or a newer/,
  ],
  [
    '[ERROR] [MY-014061] [Server] Invalid MySQL server downgrade: Cannot downgrade from 90000 to 80400.',
    /newer version/,
  ],
  ['[Note] all is well\n[ERROR] [MY-1] [Server] Something else.\n[ERROR] Aborting', /says: Something else\.$/],
])('the log %s becomes a sentence', (log, sentence) => {
  expect(explainServerLog(log)).toMatch(sentence);
});

test('a log without an error explains nothing', () => {
  expect(explainServerLog('[Note] ready for connections')).toBeNull();
});

test('DATABASE_URL is taken as it is, and wrong ones are refused without telling the password', async () => {
  const env = { DATABASE_URL: 'mysql://u:p%40ss@db:3306/trama' };
  expect(await resolveDatabaseUrl({ env, root: '/nowhere' })).toEqual({ url: env.DATABASE_URL, embedded: null });
  expect(checkedUrl('mariadb://u:p@h/d')).toBe('mysql://u:p@h/d');
  for (const wrong of ['postgres://u:secret@h/d', 'mysql://u:secret@h', 'mysql://u:secret@h/', 'secret']) {
    expect(() => checkedUrl(wrong)).toThrow(/mysql:\/\/user:password@host/);
    expect(() => checkedUrl(wrong)).not.toThrow(/secret/);
  }
});

test('a URL keeps its user when the database changes', () => {
  expect(withDatabase('mysql://u:p%40@h:1/a?x=1', 'b c')).toBe('mysql://u:p%40@h:1/b%20c?x=1');
  expect(databaseName('mysql://u@h/b%20c')).toBe('b c');
});

test('a failed connection is explained by its cause, without the password', () => {
  const url = 'mysql://ana:secret@db.example:3306/trama';
  const refused = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
  expect(explainDatabaseError(new Error('query failed', { cause: refused }), url)).toBe(
    'The database server db.example:3306 does not answer: is it running, and is DATABASE_URL right?',
  );
  const denied = Object.assign(new Error('denied'), { code: 'ER_ACCESS_DENIED_ERROR' });
  expect(explainDatabaseError(denied, url)).toContain('refuses the user "ana"');
  expect(explainDatabaseError(denied, url)).not.toContain('secret');
  expect(explainDatabaseError(new Error('something else'), url)).toBeNull();
});
