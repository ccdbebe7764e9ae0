/** Where an address leads to. Its query and fragment may be secrets, and are of no use to who only wants to know. */
export function withoutQuery(url: string | null): string | null {
  if (url === null || !URL.canParse(url)) return null;
  const { origin, pathname } = new URL(url);
  return origin + pathname;
}

/** What a file is called at its address; where that names none, by its host. */
export function fileNameOf(url: string): string {
  const { pathname, hostname } = new URL(url);
  const last = pathname.split('/').findLast((part) => part !== '') ?? '';
  let name = last;
  try {
    name = decodeURIComponent(last);
  } catch {
    // written as it is
  }
  return name.replaceAll(/[\u0000-\u001f/\\]/gu, '').slice(0, 255) || hostname;
}
