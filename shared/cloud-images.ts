/** What a zone in a cloud goes by: the cloud's images, by ids of ours the cloud's by id or name, and what others are made of. */
export interface ImageOffer {
  images: readonly { id: string; name: string }[];
  listed: ReadonlyMap<number, string>;
  /** `named`: of the cloud's that is called as it; `upload`: of one that is uploaded, where it is a disk. */
  rule: 'named' | 'upload';
}

export type ImageRefusal =
  | { code: 'CLOUD_IMAGE_GONE'; params: { image: string; wanted: string } }
  | { code: 'CLOUD_IMAGE_MISSING'; params: { image: string } };

/** Why VMs of an image cannot be made there; null: they can. Pure. */
export function imageRefusal(
  { images, listed, rule }: ImageOffer,
  { id, name: image, kind }: { id: number; name: string; kind: 'kernel' | 'disk' },
): ImageRefusal | null {
  const wanted = listed.get(id);
  if (wanted !== undefined)
    return images.some((one) => one.id === wanted || one.name === wanted)
      ? null
      : { code: 'CLOUD_IMAGE_GONE', params: { image, wanted } };
  if (rule === 'upload' && kind === 'disk') return null;
  return images.some(({ name }) => name === image) ? null : { code: 'CLOUD_IMAGE_MISSING', params: { image } };
}
