import { z } from 'zod';
import { say } from '#shared/sentence';
import { CloudError, serviceNames, type Asked, type Service } from './cloud-error';

const endpoint = z.object({
  interface: z.string(),
  region: z.string().nullish(),
  region_id: z.string().nullish(),
  url: z.string(),
});
export const catalogueSchema = z.array(z.object({ type: z.string(), endpoints: z.array(endpoint) }));
export type Catalogue = z.output<typeof catalogueSchema>;

/** By which types catalogues name a service (service-types.openstack.org). */
const types: Record<Service, readonly string[]> = {
  identity: ['identity'],
  compute: ['compute'],
  network: ['network'],
  image: ['image'],
};

/** The region of an endpoint: older Keystones say it by another name. */
const regionOf = ({ region_id: id, region }: z.output<typeof endpoint>) => id ?? region ?? '';

/** Regions that have a compute service. */
function regionsOf(catalogue: Catalogue): string[] {
  const found = catalogue
    .filter(({ type }) => types.compute.includes(type))
    .flatMap(({ endpoints }) => endpoints.map(regionOf));
  return [...new Set(found)].sort();
}

const asked: Asked = { service: 'identity', call: 'POST /auth/tokens' };
const details = { ...asked, status: null, failure: null, maybeDone: false };

/** The region to work in: the one that is named, else the only one. Rejects, naming those that there are. */
export function chooseRegion(catalogue: Catalogue, wanted: string): string {
  const regions = regionsOf(catalogue);
  const names = regions.join(', ');
  if (wanted !== '') {
    if (regions.includes(wanted)) return wanted;
    throw new CloudError('UNAVAILABLE', say('OPENSTACK_NO_REGION', { region: wanted, regions: names }), false, details);
  }
  const [first = ''] = regions;
  if (regions.length > 1)
    throw new CloudError('UNAVAILABLE', say('OPENSTACK_WHICH_REGION', { regions: names }), false, details);
  return first;
}

/** Where a service is called, without a slash at its end. Rejects where the catalogue has no such endpoint. */
export function endpointOf(
  catalogue: Catalogue,
  { service, region, face }: { service: Service; region: string; face: string },
): string {
  for (const type of types[service]) {
    const found = catalogue
      .filter((entry) => entry.type === type)
      .flatMap(({ endpoints }) => endpoints)
      .find((one) => one.interface === face && regionOf(one) === region);
    if (found !== undefined) return found.url.replace(/\/+$/, '');
  }
  const said = say('OPENSTACK_NO_SERVICE', { service: serviceNames[service], region, interface: face });
  throw new CloudError('UNAVAILABLE', said, false, details);
}

/** The types of all services that a region has. */
export function servicesOf(catalogue: Catalogue, region: string): string[] {
  return catalogue
    .filter(({ endpoints }) => endpoints.some((one) => regionOf(one) === region))
    .map(({ type }) => type)
    .sort();
}
