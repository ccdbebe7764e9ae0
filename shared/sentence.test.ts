import { expect, test } from 'vitest';
import { fill } from './fill';
import { asError, inEnglish, plain, saidOf, say, together, within } from './sentence';
import { sentences } from './sentences';

test('a sentence is told with what belongs to it', () => {
  const said = say('FETCH_NOTHING_THERE', { image: 'debian', status: 404 });
  expect(said.message).toBe('The image “debian” could not be fetched: there is nothing at its URL (HTTP 404).');
  expect(asError(said)).toEqual({ error: said.message, sentences: [...said.sentences] });
  expect(fill('{{a}} and {{b}}', { a: '{{b}}', b: 1 })).toBe('{{b}} and 1');
});

test('what a program said is quoted word for word', () => {
  const line = 'could not open {{disk}}: No such file';
  expect(together(say('VM_ENDED_STARTING'), say('QEMU_SAYS', { line })).message).toBe(
    `The virtual machine ended while it was starting. QEMU says: ${line}`,
  );
});

test('a text of an older version stays as it was written', () => {
  expect(saidOf('It broke.', null)).toEqual(plain('It broke.'));
  expect(inEnglish(saidOf('It broke.', undefined).sentences)).toBe('It broke.');
});

test('what is too long is cut where it is longest, and the advice stays', () => {
  const long = together(say('VM_NOT_STARTED', { label: 'web' }), plain('y'.repeat(900)), say('RETRY_OR_DESTROY'));
  const cut = within(200, long);
  expect(cut.message).toHaveLength(200);
  expect(cut.message).toMatch(/^VM web could not be started: y+… Retry or destroy the slice\.$/);
  expect(within(500, say('DISK_FULL'))).toEqual(say('DISK_FULL'));
  // nothing to cut: the first sentence alone
  expect(within(30, together(say('DISK_FULL'), say('GUEST_LATE'))).message).toBe(sentences.DISK_FULL);
});
