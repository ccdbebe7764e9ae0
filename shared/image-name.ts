import { limits } from './limits';

/** What an image is called after its file, unless its owner says it: `disk.qcow2.xz` → `disk`. */
export function imageNameOf(file: string): string {
  return file.replace(/(\.(qcow2|raw|img|vmdk|vdi|vhdx|iso))?(\.(gz|xz))?$/i, '').slice(0, limits.nameLength);
}

/** The same, of a file that a URL leads to. */
export function imageNameAt(url: string): string {
  return URL.canParse(url) ? imageNameOf(new URL(url).pathname.split('/').at(-1) ?? '') : '';
}
