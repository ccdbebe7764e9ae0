/** A name in letters of ASCII and digits, with `between` for all else; empty where nothing of it can stay. Pure. */
export const slug = (name: string, between: '-' | '_'): string =>
  name
    .normalize('NFKD')
    .replaceAll(/\p{Mark}+/gu, '')
    .replaceAll(/[^A-Za-z0-9]+/g, between)
    .replaceAll(/^[-_]+|[-_]+$/g, '');
