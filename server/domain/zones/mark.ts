import type { ProviderZone } from '#server/db/queries/zones';

/**
 * What tells what a zone has made in a cloud from what other zones, and other installations, have made in the same project: it is written on all of it,
 * so it never changes. Two databases have a zone of the same number, not made in the same millisecond.
 */
export const markOf = ({ id, createdAt }: Pick<ProviderZone, 'id' | 'createdAt'>) =>
  `trama-${id}-${createdAt.getTime().toString(36)}`;
