import { keepPreviousData, useQuery } from '@tanstack/react-query';
import type { Flavour } from '#shared/flavour';
import type { Image } from '#shared/image';
import { limits } from '#shared/limits';
import type { Zone } from '#shared/zone';
import { trpc } from '../api/trpc';

export interface EditorCatalogue {
  /** Retired ones are among them: VMs that have one keep it. */
  flavours: Flavour[];
  images: Image[];
  zones: Zone[];
}

/** Every page of a list. */
export async function wholeList<Item>(
  page: (cursor: string | null) => Promise<{ items: Item[]; nextCursor: string | null }>,
): Promise<Item[]> {
  const items: Item[] = [];
  for (let cursor: string | null = null; ;) {
    const answer: { items: Item[]; nextCursor: string | null } = await page(cursor);
    items.push(...answer.items);
    if (answer.nextCursor === null) return items;
    cursor = answer.nextCursor;
  }
}

/** Everything that a VM can be given. Flavours and images are few: all of them at once. */
export function useCatalogue() {
  const utils = trpc.useUtils();
  return useQuery({
    queryKey: ['editor', 'catalogue'],
    queryFn: async (): Promise<EditorCatalogue> => {
      const rest = { includeRetired: true, limit: limits.pageSize };
      const [flavours, images, zones] = await Promise.all([
        wholeList((cursor) => utils.client.flavours.list.query({ ...rest, cursor })),
        wholeList((cursor) => utils.client.images.list.query({ ...rest, cursor })),
        utils.client.zones.list.query(),
      ]);
      return { flavours, images, zones: zones.items };
    },
    placeholderData: keepPreviousData,
  });
}

/** What new VMs get: the usual small ones if they are there, else the first that is not retired. */
export function defaultsOf(catalogue: EditorCatalogue): { flavourId: number; imageId: number } | null {
  const pick = <Item extends { id: number; name: string; retiredAt: string | null }>(items: Item[], usual: string) => {
    const live = items.filter((item) => item.retiredAt === null);
    return live.find((item) => item.name === usual) ?? live[0];
  };
  const flavour = pick(catalogue.flavours, 'nano');
  const image = pick(catalogue.images, 'tiny');
  return flavour === undefined || image === undefined ? null : { flavourId: flavour.id, imageId: image.id };
}
