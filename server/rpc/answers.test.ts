import { expect, test } from 'vitest';
import { z } from 'zod';
import { answer } from './answers';

const person = z.object({
  name: z.string(),
  joinedAt: z.iso.datetime().optional(),
  pets: z.array(z.object({ kind: z.string() })),
});
const checked = answer(person);

test('an answer that its schema names to the last key goes out as it is', async () => {
  const given = { name: 'Ada', joinedAt: undefined, pets: [{ kind: 'cat' }] };
  expect(await checked.parseAsync(given)).toBe(given);
  expect(await answer(z.null()).parseAsync(null)).toBeNull();
});

test('an answer that holds what nobody meant to tell, or lacks what was promised, fails where it is tested', async () => {
  const tells = { name: 'Ada', pets: [{ kind: 'cat', passwordHash: 'of its owner' }] };
  await expect(checked.parseAsync(tells)).rejects.toThrow('does not name the answer.pets.0.passwordHash');
  await expect(checked.parseAsync({ name: 'Ada' })).rejects.toThrow('pets');
  await expect(checked.parseAsync({ name: 'Ada', joinedAt: 'yesterday', pets: [] })).rejects.toThrow('joinedAt');
});

test('what is checked is a schema still, for the types and for who describes the API', () => {
  expect(checked).toBeInstanceOf(z.ZodType);
  expect(z.toJSONSchema(checked)).toEqual(z.toJSONSchema(person));
});
