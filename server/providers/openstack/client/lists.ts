import { z } from 'zod';
import type { Query } from './addresses';
import { notUnderstood, type Service } from './cloud-error';
import type { Caller } from './caller';

/** More pages than any project has: a list that leads back to itself ends there. */
const pagesAtMost = 1_000;

const links = z.array(z.object({ rel: z.string(), href: z.string() }));

export interface List<Item> {
  service: Service;
  path: string;
  /** Under which name the answer has the list, and its links: `servers`, `servers_links`. */
  name: string;
  item: z.ZodType<Item>;
  query?: Query;
  signal?: AbortSignal | undefined;
}

/**
 * All pages of a list. Nova and Neutron name the next page under `NAME_links`, Glance under `next`; of that address only what is asked counts, since
 * behind a proxy its host is often wrong. What comes and goes meanwhile may be missing, or be there twice: each is taken once.
 */
export async function listAll<Item extends { id: string }>(caller: Caller, list: List<Item>): Promise<Item[]> {
  const { service, path, name, item, signal } = list;
  const asked = { service, call: `GET ${path}` };
  const page = z.looseObject({
    [name]: z.array(item),
    [`${name}_links`]: links.optional(),
    next: z.string().optional(),
  });
  const found = new Map<string, Item>();
  let query: Query | undefined = list.query;
  for (let pages = 1; ; pages += 1) {
    if (pages > pagesAtMost) throw notUnderstood(asked, new Error('The list has no end.'));
    const answer = await caller.call({ service, method: 'GET', path, query, answer: page, signal });
    for (const one of z.array(item).parse(answer[name])) found.set(one.id, one);
    const next = nextOf(answer, name);
    if (next === null) return [...found.values()];
    query = next;
  }
}

function nextOf(answer: Record<string, unknown>, name: string): Query | null {
  const given = links.safeParse(answer[`${name}_links`]);
  const link = given.success ? given.data.find(({ rel }) => rel === 'next')?.href : answer['next'];
  if (typeof link !== 'string') return null;
  const { searchParams } = new URL(link, 'http://any');
  return Object.fromEntries([...new Set(searchParams.keys())].map((key) => [key, searchParams.getAll(key)]));
}
