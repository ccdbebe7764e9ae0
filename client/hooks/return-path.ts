const parameter = 'from';

/** The sign-in page's address that leads back to `path` afterwards. */
export function signInPath(path: string): string {
  return path === '/' ? '/login' : `/login?${new URLSearchParams({ [parameter]: path }).toString()}`;
}

/** Where to go after signing in: only a path of this app, never another site and never the sign-in pages themselves. */
export function returnPath(search: URLSearchParams, origin: string = window.location.origin): string {
  const wanted = search.get(parameter) ?? '/';
  if (!wanted.startsWith('/') || !URL.canParse(wanted, origin)) return '/';
  // the URL parser decides, as the browser would: `//host` and `/\host` are other sites
  const url = new URL(wanted, origin);
  if (url.origin !== origin || url.pathname.startsWith('//')) return '/';
  if (/^\/(login|register|reset)\/?$/.test(url.pathname)) return '/';
  return url.pathname + url.search + url.hash;
}
