import { expect, test } from 'vitest';
import { say } from '#shared/sentence';
import { vmRecordSchemaOf } from './records';

test('a record of an older version had the reason as text: it is read, and shown as it is', () => {
  const { error } = vmRecordSchemaOf().shape;
  expect(error.parse('It broke.')).toEqual({
    message: 'It broke.',
    sentences: [{ code: 'TEXT', params: { text: 'It broke.' } }],
  });
  const said = say('QEMU_SAYS', { line: 'Failed to get "write" lock' });
  expect(error.parse(JSON.parse(JSON.stringify(said)))).toEqual(said);
  expect(error.parse(null)).toBeNull();
});
