import type { TramaClient } from '../sdk/index';

interface Page<Item> {
  items: Item[];
  nextCursor: string | null;
}

/** The first page, or with `all` everything there is as one. */
export async function allOr<Input, Item>(
  client: TramaClient,
  list: { query(input: Input): Promise<Page<Item>> },
  input: Input,
  all: boolean | undefined,
): Promise<Page<Item>> {
  if (all !== true) return list.query(input);
  const items: Item[] = [];
  for await (const item of client.all(list, input)) items.push(item);
  return { items, nextCursor: null };
}
