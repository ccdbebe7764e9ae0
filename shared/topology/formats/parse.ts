import type { z } from 'zod';
import type { AppError } from '../../errors';
import { plain, type Said } from '../../sentence';
import { invalidAt, pathText, type Path, type Source } from './source';

/** INVALID_DOCUMENT, saying what is wrong where. */
export function invalidDocument(path: readonly PropertyKey[], said: Said, cause?: unknown, source?: Source): AppError {
  const known: Path = path.map((part) => (typeof part === 'symbol' ? String(part) : part));
  return invalidAt(source?.placeOf(known) ?? null, pathText(path), said, cause);
}

/** `value` as `schema` has it, or {@link invalidDocument} for the first thing that is wrong. */
export function parseAs<Schema extends z.ZodType>(schema: Schema, value: unknown, source?: Source): z.output<Schema> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw invalidDocument(issue?.path ?? [], plain(issue?.message ?? 'This is not valid.'), parsed.error, source);
}
