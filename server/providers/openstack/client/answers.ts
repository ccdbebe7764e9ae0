import { z } from 'zod';
import { notUnderstood, type Asked } from './cloud-error';

/** Nothing that is of interest comes back. */
export const nothing = z.unknown();

/** What an answer's text says. Rejects what is not as the API says. */
export function understood<Answer>(asked: Asked, text: string, schema: z.ZodType<Answer>): Answer {
  let body: unknown = null;
  if (text !== '')
    try {
      body = JSON.parse(text);
    } catch (error) {
      throw notUnderstood(asked, error);
    }
  const parsed = schema.safeParse(body);
  if (!parsed.success) throw notUnderstood(asked, parsed.error);
  return parsed.data;
}
