import type { Service } from './cloud-error';

/** What an endpoint of the catalogue may end in already, and else stands between it and a path. */
const versionPaths: Partial<Record<Service, { has: RegExp; add: string }>> = {
  network: { has: /\/v2(\.0)?$/, add: '/v2.0' },
  image: { has: /\/v2(\.\d+)?$/, add: '/v2' },
  identity: { has: /\/v3$/, add: '/v3' },
};

/** Where a call goes: catalogues name Neutron, Glance and Keystone with their version or without. */
export function addressOf(
  endpoint: string,
  { service, path, query = {} }: { service: Service; path: string; query?: Query | undefined },
): URL {
  const version = versionPaths[service];
  const url = new URL(endpoint + (version === undefined || version.has.test(endpoint) ? '' : version.add) + path);
  for (const [name, value] of Object.entries(query))
    for (const one of Array.isArray(value) ? value : [value]) url.searchParams.append(name, String(one));
  return url;
}

/** A name that is given several times has several values: `id=1&id=2`. */
export type Query = Readonly<Record<string, string | readonly string[]>>;

/** Where Nova says its versions: at its endpoint, without the project that older catalogues have behind it. */
export function novaVersionUrl(endpoint: string): URL {
  const [root = endpoint] = /^.*\/v2(\.1)?(?=\/|$)/.exec(endpoint) ?? [];
  return new URL(`${root}/`);
}
