import { expect, test } from 'vitest';
import { isDatabaseFull, isDatabaseUnavailable } from './errors';

const refused = (errno: number, message: string) =>
  new Error('Failed query', { cause: Object.assign(new Error(message), { code: 'ER_X', errno, sqlState: 'HY000' }) });

test('a full disk is named, whichever way the server says it', () => {
  for (const error of [
    refused(1021, 'Disk full (/tmp/#sql)'),
    refused(1114, "The table 'events' is full"),
    refused(1030, 'Got error 28 "No space left on device" from storage engine InnoDB'),
    refused(1026, 'Error writing file \'./trama/db.opt\' (Errcode: 28 "No space left on device")'),
    refused(3, "Error writing file '/tmp/MLfd' (OS errno 28 - No space left on device)"),
    refused(1005, 'Can\'t create table `trama`.`t` (errno: 122 "Disk quota exceeded")'),
  ]) {
    expect(isDatabaseFull(error), error.message).toBe(true);
    expect(isDatabaseUnavailable(error)).toBe(true);
  }
});

test('words that a user typed are no full disk', () => {
  const duplicate = refused(1062, "Duplicate entry 'No space left on device (errno: 28)' for key 'users.email'");
  expect(isDatabaseFull(duplicate)).toBe(false);
  expect(isDatabaseFull(Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' }))).toBe(false);
  expect(isDatabaseFull(refused(1030, 'Got error 1281 from storage engine'))).toBe(false);
});
