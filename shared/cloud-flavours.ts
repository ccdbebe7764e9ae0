import { z } from 'zod';
import type { Resources } from './primitives';

/** A size in which a cloud has VMs. RAM in MiB, disk in GiB; a disk of 0 is as large as the image. */
export const cloudFlavourSchema = z.object({
  id: z.string(),
  name: z.string(),
  vcpus: z.number().int(),
  ramMb: z.number().int(),
  diskGb: z.number().int(),
});
export type CloudFlavour = z.infer<typeof cloudFlavourSchema>;

/**
 * Which of a cloud's flavours a VM gets that no pair of the zone's settings names one for: the smallest that fits; one of exactly its size, which is made where
 * the credential may; or none, so that only what is listed can be had.
 */
export const flavourRules = ['smallest', 'create', 'none'] as const;
export type FlavourRule = (typeof flavourRules)[number];

/** What a zone goes by. */
export interface FlavourOffer {
  flavours: readonly CloudFlavour[];
  /** By ids of our flavours, the cloud's by id or name. */
  listed: ReadonlyMap<number, string>;
  rule: FlavourRule;
}

/** What a VM needs. `flavourId`: of ours, where its size is that one's; `diskGb`: 0 of one that has no disk of its own. */
export type NeededSize = Resources & { flavourId?: number | undefined };

/** Why there is none: what is listed is not in the cloud, or smaller; none is large enough, or none is listed. */
export type FlavourRefusal =
  | { code: 'CLOUD_FLAVOUR_GONE'; params: { flavour: string } }
  | { code: 'CLOUD_FLAVOUR_SMALLER'; params: { flavour: string; vcpus: number; ramMb: number; diskGb: number } }
  | { code: 'CLOUD_FLAVOUR_NONE_FITS' | 'CLOUD_FLAVOUR_NOT_LISTED'; params: Record<never, never> };

export type FlavourChoice = { flavour: CloudFlavour } | { create: Resources } | { refused: FlavourRefusal };

/**
 * The cloud's flavour for a VM. Of those that fit the smallest, by RAM, then vCPUs, then disk, since RAM is what clouds run out of. One that is listed may have a
 * disk as large as the image, whatever the VM's is: who lists it knows. Pure.
 */
export function chooseFlavour({ flavours, listed, rule }: FlavourOffer, needs: NeededSize): FlavourChoice {
  const wanted = needs.flavourId === undefined ? undefined : listed.get(needs.flavourId);
  if (wanted !== undefined) {
    const flavour = flavours.find(({ id }) => id === wanted) ?? flavours.find(({ name }) => name === wanted);
    if (flavour === undefined) return { refused: { code: 'CLOUD_FLAVOUR_GONE', params: { flavour: wanted } } };
    const { name, vcpus, ramMb, diskGb } = flavour;
    if (fits(flavour, diskGb === 0 ? { ...needs, diskGb: 0 } : needs)) return { flavour };
    return { refused: { code: 'CLOUD_FLAVOUR_SMALLER', params: { flavour: name, vcpus, ramMb, diskGb } } };
  }
  if (rule === 'none') return { refused: { code: 'CLOUD_FLAVOUR_NOT_LISTED', params: {} } };
  const { vcpus, ramMb, diskGb } = needs;
  const fitting = flavours.filter((flavour) => fits(flavour, needs));
  if (rule === 'create') {
    const same = fitting.find((one) => one.vcpus === vcpus && one.ramMb === ramMb && one.diskGb === diskGb);
    return same === undefined ? { create: { vcpus, ramMb, diskGb } } : { flavour: same };
  }
  const [first] = fitting.toSorted((a, b) => a.ramMb - b.ramMb || a.vcpus - b.vcpus || a.diskGb - b.diskGb);
  return first === undefined ? { refused: { code: 'CLOUD_FLAVOUR_NONE_FITS', params: {} } } : { flavour: first };
}

const fits = (flavour: Resources, needs: Resources) =>
  flavour.vcpus >= needs.vcpus && flavour.ramMb >= needs.ramMb && flavour.diskGb >= needs.diskGb;
