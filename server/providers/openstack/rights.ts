import type { AccessRule } from './client/access-rules';
import type { CloudSettings } from './client/settings';

/** An id, as a path of the API has it. */
const id = 'id';
const compute = (method: string, path: string): AccessRule => ({ service: 'compute', method, path: `/v2.1${path}` });
const network = (method: string, path: string): AccessRule => ({ service: 'network', method, path: `/v2.0${path}` });

/**
 * Every call that a zone makes which is as by default, as an application credential's access rules name them; `docs/openstack-access-rules.json` allows them. Signing in needs none.
 * https://docs.openstack.org/keystone/latest/user/application_credentials.html#access-rules
 */
const always: readonly AccessRule[] = [
  compute('GET', '/'),
  compute('GET', '/flavors/detail'),
  compute('GET', '/limits'),
  compute('GET', '/os-availability-zone'),
  compute('GET', '/servers/detail'),
  compute('GET', `/servers/${id}`),
  compute('POST', '/servers'),
  compute('DELETE', `/servers/${id}`),
  compute('POST', `/servers/${id}/action`),
  compute('POST', `/servers/${id}/remote-consoles`),
  compute('POST', `/servers/${id}/os-interface`),
  network('GET', '/extensions'),
  network('GET', `/quotas/${id}/details.json`),
  network('GET', '/networks'),
  network('POST', '/networks'),
  network('PUT', `/networks/${id}`),
  network('DELETE', `/networks/${id}`),
  network('GET', '/subnets'),
  network('POST', '/subnets'),
  network('GET', '/ports'),
  network('POST', '/ports'),
  network('PUT', `/ports/${id}`),
  network('DELETE', `/ports/${id}`),
  { service: 'image', method: 'GET', path: '/v2/images' },
];

/** Of one that has flavours made. */
const makesFlavours: readonly AccessRule[] = [compute('POST', '/flavors'), compute('POST', `/flavors/${id}/action`)];

/** Of one that uploads images. */
const uploadsImages: readonly AccessRule[] = [
  { service: 'image', method: 'POST', path: '/v2/images' },
  { service: 'image', method: 'PUT', path: `/v2/images/${id}/file` },
];

/** Every call that a zone with these settings makes. */
export function neededCalls(
  settings: Pick<CloudSettings, 'otherFlavours' | 'otherImages' | 'portSecurity'>,
): readonly AccessRule[] {
  return [
    ...always,
    ...(settings.portSecurity === 'pairs' ? [network('GET', '/security-groups')] : []),
    ...(settings.otherFlavours === 'create' ? makesFlavours : []),
    ...(settings.otherImages === 'upload' ? uploadsImages : []),
  ];
}
