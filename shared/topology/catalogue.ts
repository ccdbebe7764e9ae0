import type { Flavour } from '../flavour';
import type { Image } from '../image';

export type CatalogueFlavour = Pick<Flavour, 'id' | 'name' | 'vcpus' | 'ramMb' | 'diskGb' | 'retiredAt'>;
export type CatalogueImage = Pick<Image, 'id' | 'name' | 'kind' | 'minRamMb' | 'minDiskGb' | 'retiredAt'>;

/** The flavours and images that a topology may refer to. Retired ones may be among them. */
export interface Catalogue {
  flavours: readonly CatalogueFlavour[];
  images: readonly CatalogueImage[];
}
