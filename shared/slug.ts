/** A name with its letters as ASCII has them, where it has them; all else stays. Pure. */
export const unaccented = (name: string): string => name.normalize('NFKD').replaceAll(/\p{Mark}+/gu, '');

/** A name in at most `length` letters of ASCII and digits, with `between` for all else; empty where nothing of it can stay. Pure. */
export const slug = (name: string, between: '-' | '_', length = Infinity): string =>
  unaccented(name)
    .replaceAll(/[^A-Za-z0-9]+/g, between)
    .replace(/^[-_]+/, '')
    .slice(0, length)
    .replace(/[-_]+$/, '');
