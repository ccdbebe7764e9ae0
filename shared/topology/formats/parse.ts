import type { z } from 'zod';
import { AppError } from '../../errors';
import { plain, say, together, type Said } from '../../sentence';

/** `vms[3].name` of a path. */
function pathOf(path: readonly PropertyKey[]): string {
  return path
    .map((part, index) => (typeof part === 'number' ? `[${part}]` : `${index === 0 ? '' : '.'}${String(part)}`))
    .join('');
}

/** INVALID_DOCUMENT, saying what is wrong where. */
export function invalidDocument(path: readonly PropertyKey[], said: Said, cause?: unknown): AppError {
  const place = pathOf(path);
  return new AppError('INVALID_DOCUMENT', place === '' ? said : together(say('DOC_PLACE', { place }), said), { cause });
}

/** `value` as `schema` has it, or {@link invalidDocument} for the first thing that is wrong. */
export function parseAs<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw invalidDocument(issue?.path ?? [], plain(issue?.message ?? 'This is not valid.'), parsed.error);
}
