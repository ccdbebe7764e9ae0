import { AppError } from '../../errors';
import { limits } from '../../limits';
import { hostnameSchema, isReservedHostname } from '../../primitives';
import { say } from '../../sentence';
import { slug } from '../../slug';
import type { Catalogue, CatalogueFlavour, CatalogueImage } from '../catalogue';

const folded = (text: string) => text.trim().toLowerCase();

/** The catalogue as an import may choose from it: nothing retired, flavours from the smallest up. */
export function choosable(catalogue: Catalogue): {
  flavours: [CatalogueFlavour, ...CatalogueFlavour[]];
  images: [CatalogueImage, ...CatalogueImage[]];
} {
  const [flavour, ...flavours] = catalogue.flavours
    .filter((candidate) => candidate.retiredAt === null)
    .toSorted((a, b) => a.vcpus - b.vcpus || a.ramMb - b.ramMb || a.diskGb - b.diskGb || a.id - b.id);
  const [image, ...images] = catalogue.images
    .filter((candidate) => candidate.retiredAt === null)
    .toSorted((a, b) => a.id - b.id);
  if (flavour === undefined || image === undefined) throw new AppError('INVALID_DOCUMENT', say('DOC_NO_CATALOGUE'));
  return { flavours: [flavour, ...flavours], images: [image, ...images] };
}

export function byName<Item extends { name: string }>(
  items: readonly Item[],
  name: string | null | undefined,
): Item | null {
  if (name === null || name === undefined) return null;
  return items.find((item) => folded(item.name) === folded(name)) ?? null;
}

export interface Size {
  vcpus?: number | undefined;
  ramMb?: number | undefined;
  diskGb?: number | undefined;
}

/** Whether nothing that `size` says differs from the flavour's. */
export function fits(flavour: CatalogueFlavour, size: Size): boolean {
  return (
    (size.vcpus ?? flavour.vcpus) === flavour.vcpus &&
    (size.ramMb ?? flavour.ramMb) === flavour.ramMb &&
    (size.diskGb ?? flavour.diskGb) === flavour.diskGb
  );
}

/** The flavour whose size is the fewest doublings away; of equals the smallest, as `flavours` begins with it. */
export function nearest(flavours: readonly [CatalogueFlavour, ...CatalogueFlavour[]], size: Size): CatalogueFlavour {
  const apart = (wanted: number | undefined, given: number) =>
    wanted === undefined ? 0 : Math.abs(Math.log2((wanted + 1) / (given + 1)));
  const distance = (flavour: CatalogueFlavour) =>
    apart(size.vcpus, flavour.vcpus) + apart(size.ramMb, flavour.ramMb) + apart(size.diskGb, flavour.diskGb);
  return flavours.reduce((best, flavour) => (distance(flavour) < distance(best) ? flavour : best), flavours[0]);
}

/** Of the images that the flavour is large enough for the usual small one, else the first; else the first of all. */
export function anyImage(
  images: readonly [CatalogueImage, ...CatalogueImage[]],
  flavour: CatalogueFlavour,
): CatalogueImage {
  const fitting = images.filter((image) => image.minRamMb <= flavour.ramMb && image.minDiskGb <= flavour.diskGb);
  return fitting.find(({ name }) => name === 'tiny') ?? fitting[0] ?? images[0];
}

/** `text` with a suffix that makes it differ from all of `taken` (folded), and cut to `length`. Adds it to `taken`. */
export function unique(text: string, taken: Set<string>, length: number): string {
  for (let number = 1; ; number += 1) {
    const suffix = number === 1 ? '' : `-${number}`;
    const candidate = text.slice(0, length - suffix.length).replace(/[-\s]+$/, '') + suffix;
    if (taken.has(candidate.toLowerCase())) continue;
    taken.add(candidate.toLowerCase());
    return candidate;
  }
}

/** The host name that is most like `text`, different from all of `taken`. */
export function hostnameLike(text: string, taken: Set<string>): string {
  const plain = hostnameSchema.safeParse(text).success ? text : slug(text, '-', limits.nameLength);
  return unique(plain === '' ? 'vm' : isReservedHostname(plain) ? `${plain}-vm` : plain, taken, limits.nameLength);
}

/** At most so many characters, and no half of one at the end. */
export function clipTo(text: string, length: number): string {
  const cut = text.slice(0, length);
  return /[\ud800-\udbff]$/.test(cut) ? cut.slice(0, -1) : cut;
}

/** The text as a label may be: one line, and not too long. */
export function labelOf(name: string): string {
  const line = name
    .replaceAll(/[\p{Control}\p{Surrogate}]+/gu, ' ')
    .normalize('NFC')
    .trim();
  return clipTo(line, limits.labelLength).trim();
}
