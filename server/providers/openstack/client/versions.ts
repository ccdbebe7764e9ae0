import { say } from '#shared/sentence';
import { CloudError, serviceNames, type Asked } from './cloud-error';

/**
 * Nova's microversions: the oldest whose calls are used (2.90, of Xena: a server's host name apart from its name; Zed has 2.93) and the newest that
 * was tried. An API answers by the version that it is asked for, so a newer one changes nothing.
 */
export const novaVersions = { needed: '2.90', spoken: '2.93' };

/** Order of `2.9` and `2.10`. */
export function compareVersions(a: string, b: string): number {
  const [majorA = 0, minorA = 0] = a.split('.').map(Number);
  const [majorB = 0, minorB = 0] = b.split('.').map(Number);
  return majorA - majorB || minorA - minorB;
}

/** The newest version that both sides speak. Rejects what is too old or too new for the calls that are used. */
export function chooseVersion(
  asked: Asked,
  offered: { min: string; max: string },
  { needed, spoken }: { needed: string; spoken: string },
): string {
  const { min, max } = offered;
  const service = serviceNames[asked.service];
  const details = { ...asked, status: null, failure: null, maybeDone: false };
  if (compareVersions(max, needed) < 0)
    throw new CloudError('UNSUPPORTED', say('OPENSTACK_TOO_OLD', { service, max, needed }), false, details);
  if (compareVersions(min, spoken) > 0)
    throw new CloudError('UNSUPPORTED', say('OPENSTACK_TOO_NEW', { service, min, spoken }), false, details);
  return compareVersions(max, spoken) < 0 ? max : spoken;
}
