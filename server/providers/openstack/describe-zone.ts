import { limits } from '#shared/limits';
import { pairsOf } from '#shared/pairs';
import { asReason, asValue, plain, say, type Said } from '#shared/sentence';
import type { Capabilities, Capability } from '#shared/zone';
import type { CountedRoom, ZoneDescription } from '../provider';
import type { Cloud } from './cloud';
import { mayCreateFlavours, offerOf } from './flavours';

/** Of what Nova counts nothing of, and where a quota is none: more than anybody asks for. */
const unbounded = { vcpus: 1_000_000, ramMb: 1_000_000_000, diskGb: 1_000_000 };
/** As many virtio NICs as Nova gives a server by default without counting on a machine type. */
const nicsPerServer = 24;

/** Of a VM whose flavour is made for it. */
const bounds = { vcpus: limits.vcpus, ramMb: limits.ramMb, diskGb: limits.diskGb };

const ok: Capability = { ok: true, reason: null };
const no = (said: Said): Capability => ({ ok: false, ...asReason(said) });

/** What a zone on OpenStack can do. */
function capabilities(): Capabilities {
  const notYet = no(say('CLOUD_NOT_OFFERED'));
  return {
    run: ok,
    internet: notYet,
    internetRate: notYet,
    portForwards: notYet,
    disks: ok,
    extraDisks: notYet,
    serialConsole: no(say('CLOUD_CONSOLE_READ_ONLY')),
    graphics: ok,
    suspend: ok,
    snapshot: notYet,
    impair: no(say('CLOUD_LINKS_PLAIN')),
    exec: notYet,
    dhcp: notYet,
    crossSlice: notYet,
  };
}

/** A quota of −1 is none. */
function countedOf(
  what: CountedRoom['what'],
  { limit, used }: { limit: number; used: number },
  takes: CountedRoom['takes'],
): CountedRoom {
  return { what, free: limit < 0 ? Number.MAX_SAFE_INTEGER : Math.max(0, limit - used), takes };
}

/** Its room are the project's quotas, less what others have in the project: `ours` is what the zone's own servers hold of them. */
export async function describeCloud(
  { settings, caller, nova, neutron, glance }: Cloud,
  ours: { vcpus: number; ramMb: number },
): Promise<ZoneDescription> {
  const [used, flavours, version, grant, images] = await Promise.all([
    nova.limits(),
    nova.flavours(),
    caller.novaVersion(),
    caller.grant(),
    glance.images({ status: 'active' }),
  ]);
  const [quota, mayCreate] = await Promise.all([
    neutron.quota(grant.project.id),
    settings.otherFlavours === 'create' && mayCreateFlavours(nova, flavours),
  ]);
  const offer = offerOf(settings, flavours, mayCreate);
  const room = (most: number, now: number, own: number, without: number) =>
    most < 0 ? without : Math.max(0, most - Math.max(0, now - own));
  const largest = (of: 'vcpus' | 'ramMb' | 'diskGb') =>
    offer.rule === 'create' ? bounds[of] : Math.max(1, ...flavours.map((flavour) => flavour[of]));
  return {
    physical: {
      vcpus: room(used.maxTotalCores, used.totalCoresUsed, ours.vcpus, unbounded.vcpus),
      ramMb: room(used.maxTotalRAMSize, used.totalRAMUsed, ours.ramMb, unbounded.ramMb),
      diskGb: unbounded.diskGb,
    },
    capabilities: capabilities(),
    vmLimits: {
      nics: nicsPerServer,
      vcpus: { min: 1, max: largest('vcpus') },
      ramMb: { min: 1, max: largest('ramMb') },
      diskGb: { min: 0, max: largest('diskGb') },
    },
    flavours: offer,
    images: {
      images: images.map(({ id, name }) => ({ id, name: name ?? '' })),
      listed: pairsOf(settings.images),
      rule: settings.otherImages,
    },
    counted: [
      countedOf('servers', { limit: used.maxTotalInstances, used: used.totalInstancesUsed }, { vm: 1 }),
      countedOf('networks', quota.network, { slice: 1, network: 1, link: 1 }),
      countedOf('subnets', quota.subnet, { network: 1, link: 1 }),
      // each VM has one that says that it is defined
      countedOf('ports', quota.port, { vm: 1, link: 2, attachment: 1 }),
    ],
    facts: [
      { name: 'Cloud', ...asValue(plain(`${grant.region}, ${grant.project.name}`)) },
      { name: 'Nova', ...asValue(plain(version.max)) },
    ],
    observedAt: new Date(),
  };
}
