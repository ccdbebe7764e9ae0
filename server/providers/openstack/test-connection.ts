import { ProviderError } from '#server/lib/provider-error';
import { withTimeout } from '#server/lib/timeout';
import type { CloudFlavour } from '#shared/cloud-flavours';
import { pairsOf } from '#shared/pairs';
import { asReason, say, together, type Said } from '#shared/sentence';
import type { ConnectionStep, ConnectionTest } from '#shared/zone-test';
import { asProviderError } from '../errors';
import { isAllowed } from './client/access-rules';
import { createCaller, type Caller } from './client/caller';
import { servicesOf } from './client/catalogue';
import { glanceOf } from './client/glance';
import { neutronOf } from './client/neutron';
import { novaOf, type Nova } from './client/nova';
import type { Grant } from './client/session';
import { accessOf, type CloudSettings } from './client/settings';
import { chooseExternal } from './external-network';
import { mayCreateFlavours } from './flavours';
import { securityGroupOf } from './port-security';
import { neededCalls } from './rights';

/** What one step has found; `limited`: what does not work for it. */
interface Found {
  said: Said;
  limited?: boolean;
  failed?: boolean;
}
type Step = ConnectionTest['steps'][number];

/** Somebody waits for it. */
const stepMs = 20_000;
const late = () => new ProviderError('TIMEOUT', say('ZONE_LATE'), true);

/**
 * Tries step by step what a zone with these settings would do, and says what works and what to give the credential. It only looks: nothing is made
 * in the cloud. Never rejects.
 */
export async function testConnection(settings: CloudSettings): Promise<ConnectionTest> {
  const steps: Step[] = [];
  const step = async <Value>(
    name: ConnectionStep,
    work: () => Promise<Found & { value?: Value }>,
  ): Promise<Value | undefined> => {
    const found = await withTimeout(work(), stepMs, late).catch((error: unknown): Found & { value?: Value } => {
      const { sentences, message } = asProviderError(error, say('ZONE_UNREACHABLE'));
      return { said: { message, sentences }, failed: true };
    });
    const state = found.failed === true ? 'failed' : found.limited === true ? 'limited' : 'ok';
    steps.push({ name, state, ...asReason(found.said) });
    return state === 'failed' ? undefined : found.value;
  };
  let caller: Caller | null = null;
  try {
    const signedIn = await step('signIn', async () => {
      caller = createCaller(accessOf(settings));
      const grant = await caller.grant();
      return { ...signedInAs(grant), value: { caller, grant } };
    });
    if (signedIn === undefined) return { ok: false, steps, offers: { flavours: [], images: [] } };
    const offers = await lookAt(signedIn, settings, step);
    return { ok: steps.every(({ state }) => state !== 'failed'), steps, offers };
  } finally {
    (caller as Caller | null)?.close();
  }
}

async function lookAt(
  { caller, grant }: { caller: Caller; grant: Grant },
  settings: CloudSettings,
  step: <Value>(name: ConnectionStep, work: () => Promise<Found & { value?: Value }>) => Promise<Value | undefined>,
): Promise<ConnectionTest['offers']> {
  const nova = novaOf(caller);
  const neutron = neutronOf(caller);
  await step('catalogue', async () => {
    const services = servicesOf(grant.catalogue, grant.region).join(', ');
    return { said: say('CLOUD_CATALOGUE', { region: grant.region, services }) };
  });
  const flavours = await step('compute', async () => {
    const { max, spoken } = await caller.novaVersion();
    const flavours = await nova.flavours();
    const [least] = flavours.toSorted((a, b) => a.ramMb - b.ramMb || a.vcpus - b.vcpus);
    if (least === undefined) return { said: say('CLOUD_NO_FLAVOURS'), failed: true };
    return {
      said: say('CLOUD_COMPUTE', { max, spoken, flavours: flavours.length, smallest: least.name }),
      value: flavours,
    };
  });
  if (flavours !== undefined && (settings.flavours !== '' || settings.otherFlavours === 'create'))
    await step('flavours', () => flavoursFor(nova, settings, flavours));
  const { availabilityZone: name } = settings;
  if (name !== '')
    await step('availabilityZone', async () => {
      const names = await nova.availabilityZones();
      if (names.includes(name)) return { said: say('CLOUD_AZ', { name }) };
      return { said: say('CLOUD_AZ_MISSING', { name, names: names.join(', ') }), failed: true };
    });
  await step('network', async () => {
    const extensions = await neutron.extensions();
    if (settings.portSecurity === 'off') {
      const has = extensions.has('port-security');
      return { said: say(has ? 'CLOUD_NETWORK' : 'CLOUD_NO_PORT_SECURITY'), failed: !has };
    }
    const has = extensions.has('allowed-address-pairs');
    if (!has) return { said: say('CLOUD_NO_PAIRS'), failed: true };
    await securityGroupOf({ settings, caller, neutron });
    return { said: say('CLOUD_NETWORK_PAIRS', { group: settings.securityGroup }) };
  });
  await step('external', async () => externalOf(await neutron.networks({ 'router:external': 'true' }), settings));
  const images = await step('image', async () => {
    const active = await glanceOf(caller).images({ status: 'active' });
    const value = active.map(({ id, name }) => ({ id, name: name ?? '' }));
    const said = say('CLOUD_IMAGE', { images: active.length });
    const known = new Set(value.flatMap((one) => [one.id, one.name]));
    const gone = [...pairsOf(settings.images).values()].filter((wanted) => !known.has(wanted));
    if (gone.length === 0) return { said, value };
    return { said: together(said, say('CLOUD_IMAGES_GONE', { images: gone.join(', ') })), limited: true, value };
  });
  await step('quota', async () => {
    const [limits, quota] = await Promise.all([nova.limits(), neutron.quota(grant.project.id)]);
    const used = (now: number, most: number) => (most < 0 ? String(now) : `${now}/${most}`);
    const instances = used(limits.totalInstancesUsed, limits.maxTotalInstances);
    const cores = used(limits.totalCoresUsed, limits.maxTotalCores);
    const ram = used(limits.totalRAMUsed, limits.maxTotalRAMSize);
    const isFull = (now: number, most: number) => most >= 0 && now >= most;
    if (
      isFull(limits.totalInstancesUsed, limits.maxTotalInstances) ||
      isFull(limits.totalCoresUsed, limits.maxTotalCores) ||
      isFull(limits.totalRAMUsed, limits.maxTotalRAMSize)
    )
      return { said: say('CLOUD_ROOM_NONE', { instances, cores, ram }), limited: true };
    const networks = used(quota.network.used, quota.network.limit);
    const ports = used(quota.port.used, quota.port.limit);
    return { said: say('CLOUD_ROOM', { instances, cores, ram, networks, ports }) };
  });
  const { accessRules: rules } = grant;
  if (settings.applicationCredential !== '')
    await step('rights', async () => {
      if (rules === null) return { said: say('CLOUD_RULES_ALL') };
      const lacking = neededCalls(settings).filter((call) => !isAllowed(rules, call));
      if (lacking.length === 0) return { said: say('CLOUD_RULES_FIT') };
      const names = lacking.map(({ service, method, path }) => `${service} ${method} ${path}`).join(', ');
      return { said: say('CLOUD_RULES_LACK', { rules: names }), failed: true };
    });
  return { flavours: flavours ?? [], images: images ?? [] };
}

/** Whether what the settings name is there, and what they have made may be. */
async function flavoursFor(nova: Nova, settings: CloudSettings, flavours: readonly CloudFlavour[]): Promise<Found> {
  const known = new Set(flavours.flatMap(({ id, name }) => [id, name]));
  const gone = [...pairsOf(settings.flavours).values()].filter((wanted) => !known.has(wanted));
  const names = [...new Set(gone)].join(', ');
  const listed = gone.length > 0 ? say('CLOUD_FLAVOURS_GONE', { flavours: names }) : say('CLOUD_FLAVOURS_LISTED');
  const limited = gone.length > 0;
  if (settings.otherFlavours !== 'create') return { said: listed, limited };
  const may = await mayCreateFlavours(nova, flavours);
  const made = say(may ? 'CLOUD_FLAVOURS_MADE' : 'CLOUD_FLAVOURS_NOT_MADE');
  return { said: settings.flavours === '' ? made : together(listed, made), limited: limited || !may };
}

function signedInAs({ project, user, roles, lifetimeMs }: Grant): Found {
  const names = roles.join(', ');
  const said = say('CLOUD_SIGNED_IN', {
    project: project.name,
    user: user.name,
    roles: names,
    minutes: Math.round(lifetimeMs / 60_000),
  });
  // what a cloud's own roles may do, only the cloud knows
  if (roles.some((role) => role !== 'reader')) return { said };
  return { said: say('CLOUD_READER_ONLY', { roles: names }), limited: true };
}

function externalOf(networks: readonly { id: string; name: string }[], settings: CloudSettings): Found {
  const names = networks.map(({ name }) => name).join(', ');
  const { externalNetwork: name } = settings;
  const chosen = chooseExternal(networks, name);
  if (chosen !== null)
    return { said: say(name === '' ? 'CLOUD_EXTERNAL_CHOSEN' : 'CLOUD_EXTERNAL', { network: chosen.name }) };
  if (networks.length === 0) return { said: say('CLOUD_EXTERNAL_NONE'), limited: name === '', failed: name !== '' };
  if (name === '') return { said: say('CLOUD_EXTERNAL_MANY', { names }), limited: true };
  return { said: say('CLOUD_EXTERNAL_MISSING', { name, names }), failed: true };
}
