import { readFile } from 'node:fs/promises';
import { builtinImages } from '#shared/builtin-images';
import { galleryLabs, type GalleryLab } from '#shared/gallery/labs';
import type { Catalogue } from '#shared/topology/catalogue';
import { readDocument } from '#shared/topology/formats/document';
import type { ImportedDocument } from '#shared/topology/formats/document-types';

/** What the labs are made of, as a new installation has it: one flavour, which is large enough for all of them, and the built-in images. */
export const galleryCatalogue: Catalogue = {
  flavours: [{ id: 1, name: 'nano', vcpus: 1, ramMb: 1024, diskGb: 2, retiredAt: null }],
  images: Object.entries(builtinImages).map(([name, { kind, minRamMb, minDiskGb }], index) => ({
    id: index + 1,
    name,
    kind,
    minRamMb,
    minDiskGb,
    retiredAt: null,
  })),
};

const folder = new URL('../../../shared/gallery/documents/', import.meta.url);

/** The text of a lab's document, as it is in the repository. */
export function galleryDocument(lab: GalleryLab): Promise<string> {
  return readFile(new URL(`${lab}.yaml`, folder), 'utf8');
}

let known: Promise<ReadonlyMap<GalleryLab, ImportedDocument>> | undefined;

/** All labs as {@link galleryCatalogue} reads them. They are part of the product: read once. */
export function readGallery(): Promise<ReadonlyMap<GalleryLab, ImportedDocument>> {
  return (known ??= Promise.all(
    galleryLabs.map(async (lab) => [lab, readDocument(await galleryDocument(lab), galleryCatalogue)] as const),
  ).then((labs) => new Map(labs)));
}
