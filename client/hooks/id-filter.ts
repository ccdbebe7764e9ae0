import { idSchema } from '#shared/primitives';

/** What a list is narrowed to by an id in the address; nothing where that is none. */
export function idFilter(text: string): number | undefined {
  const id = idSchema.safeParse(text === '' ? undefined : Number(text));
  return id.success ? id.data : undefined;
}
