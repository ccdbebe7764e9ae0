import { eq } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { useDatabase } from '#db/testing/database';
import { sliceVms } from '#drizzle/schema/slices';
import { appRouter } from './app-router';
import { createKit, line, outcomeOf, password, type Caller } from './testing';

const database = useDatabase();
const kit = createKit(database);
const { ctx } = kit;

/** What is there before each call: a template and a slice of the user, and a zone, flavour and image that nobody uses. */
let scenes = 0;
async function scene() {
  scenes += 1;
  const n = scenes;
  const people = {
    anonymous: null,
    user: await kit.person(),
    stranger: await kit.person(),
    admin: await kit.person('admin'),
  };
  const admin = kit.callerOf(people.admin);
  const user = kit.callerOf(people.user);
  const size = { vcpus: 1, ramMb: 512, diskGb: 1 };
  const flavour = await admin.flavours.create({ name: `spare ${n}`, ...size });
  const image = await admin.images.create({ name: `spare ${n}`, kind: 'kernel', source: '/images/spare' });
  const zone = await admin.zones.create({ name: `zone ${n}`, provider: 'simulator' });
  const spareZone = await admin.zones.create({ name: `spare ${n}`, provider: 'simulator' });
  const template = await user.templates.create({ name: 'template', topology: line(1) });
  const slice = await user.slices.create({ name: 'slice', templateId: template.id, zoneId: zone.id });
  const deployment = await user.deployments.start({ sliceId: slice.id, kind: 'deploy' });
  await ctx.db.update(sliceVms).set({ status: 'running' }).where(eq(sliceVms.sliceId, slice.id));
  return { n, people, size, flavour, image, zone, spareZone, template, slice, deployment };
}
type Scene = Awaited<ReturnType<typeof scene>>;

/** Outcomes for nobody, the owner, another user, an admin. A subscription's outcome is that of its beginning. */
type Outcomes = readonly [anonymous: string, user: string, stranger: string, admin: string];
const everyone: Outcomes = ['OK', 'OK', 'OK', 'OK'];
const signedIn: Outcomes = ['UNAUTHENTICATED', 'OK', 'OK', 'OK'];
const admins: Outcomes = ['UNAUTHENTICATED', 'FORBIDDEN', 'FORBIDDEN', 'OK'];
const owner: Outcomes = ['UNAUTHENTICATED', 'OK', 'NOT_FOUND', 'NOT_FOUND'];
const ownerAndAdmins: Outcomes = ['UNAUTHENTICATED', 'OK', 'NOT_FOUND', 'OK'];
const noLimits = { vcpus: null, ramMb: null, diskGb: null };

const matrix: Record<string, readonly [Outcomes, (api: Caller, s: Scene) => Promise<unknown>]> = {
  'auth.me': [everyone, (api) => api.auth.me()],
  'auth.register': [everyone, (api, s) => api.auth.register({ email: `new${s.n}@example.org`, name: 'New', password })],
  'auth.login': [everyone, (api, s) => api.auth.login({ email: s.people.user.email, password })],
  'auth.logout': [signedIn, (api) => api.auth.logout()],

  'flavours.list': [signedIn, (api) => api.flavours.list({})],
  'flavours.create': [admins, (api, s) => api.flavours.create({ name: `new ${s.n}`, ...s.size })],
  'flavours.update': [admins, (api, s) => api.flavours.update({ id: s.flavour.id, name: `new ${s.n}`, ...s.size })],
  'flavours.retire': [admins, (api, s) => api.flavours.retire({ id: s.flavour.id })],

  'images.list': [signedIn, (api) => api.images.list({})],
  'images.create': [
    admins,
    (api, s) => api.images.create({ name: `new ${s.n}`, kind: 'kernel', source: '/images/new' }),
  ],
  'images.update': [
    admins,
    (api, s) => api.images.update({ id: s.image.id, name: `new ${s.n}`, kind: 'kernel', source: '/images/new' }),
  ],
  'images.retire': [admins, (api, s) => api.images.retire({ id: s.image.id })],

  'zones.list': [signedIn, (api) => api.zones.list()],
  'zones.get': [signedIn, (api, s) => api.zones.get({ id: s.zone.id })],
  'zones.create': [admins, (api, s) => api.zones.create({ name: `new ${s.n}`, provider: 'simulator' })],
  'zones.update': [
    admins,
    (api, s) =>
      api.zones.update({
        id: s.zone.id,
        name: `new ${s.n}`,
        enabled: true,
        limits: noLimits,
        overcommit: { vcpus: 1, ram: 1, disk: 1 },
      }),
  ],
  'zones.refresh': [admins, (api, s) => api.zones.refresh({ id: s.zone.id })],
  'zones.delete': [admins, (api, s) => api.zones.delete({ id: s.spareZone.id })],

  'templates.list': [signedIn, (api) => api.templates.list({})],
  'templates.get': [owner, (api, s) => api.templates.get({ id: s.template.id })],
  'templates.create': [signedIn, (api, s) => api.templates.create({ name: `new ${s.n}`, topology: line(1) })],
  'templates.update': [owner, (api, s) => api.templates.update({ id: s.template.id, name: `new ${s.n}` })],
  'templates.duplicate': [owner, (api, s) => api.templates.duplicate({ id: s.template.id })],
  'templates.delete': [owner, (api, s) => api.templates.delete({ id: s.template.id })],
  'templates.import': [
    signedIn,
    (api) => api.templates.import({ text: '{"format":"trama","version":1,"name":"new","vms":[]}' }),
  ],
  'templates.export': [owner, (api, s) => api.templates.export({ id: s.template.id })],

  'slices.list': [signedIn, (api) => api.slices.list({})],
  'slices.get': [ownerAndAdmins, (api, s) => api.slices.get({ id: s.slice.id })],
  'slices.preview': [owner, (api, s) => api.slices.preview({ templateId: s.template.id, zoneId: s.zone.id })],
  'slices.create': [
    owner,
    (api, s) => api.slices.create({ name: `new ${s.n}`, templateId: s.template.id, zoneId: s.zone.id }),
  ],
  'slices.rename': [ownerAndAdmins, (api, s) => api.slices.rename({ id: s.slice.id, name: `new ${s.n}` })],
  'slices.events': [ownerAndAdmins, (api, s) => api.slices.events({ sliceId: s.slice.id })],
  'slices.changes': [signedIn, (api) => api.slices.changes({ lastEventId: '0' }).then(begin)],
  'slices.openConsole': [ownerAndAdmins, (api, s) => api.slices.openConsole({ vmId: s.slice.vmList[0]?.id ?? 0 })],

  'deployments.plan': [ownerAndAdmins, (api, s) => api.deployments.plan({ sliceId: s.slice.id, kind: 'destroy' })],
  'deployments.start': [ownerAndAdmins, (api, s) => api.deployments.start({ sliceId: s.slice.id, kind: 'destroy' })],
  'deployments.get': [ownerAndAdmins, (api, s) => api.deployments.get({ id: s.deployment.id })],
  'deployments.list': [ownerAndAdmins, (api, s) => api.deployments.list({ sliceId: s.slice.id })],
  'deployments.cancel': [ownerAndAdmins, (api, s) => api.deployments.cancel({ id: s.deployment.id })],
  // nothing has failed: whoever may see it is told so
  'deployments.retry': [
    ['UNAUTHENTICATED', 'INVALID_TRANSITION', 'NOT_FOUND', 'INVALID_TRANSITION'],
    (api, s) => api.deployments.retry({ id: s.deployment.id }),
  ],
  'deployments.watch': [
    ownerAndAdmins,
    (api, s) => api.deployments.watch({ sliceId: s.slice.id, lastEventId: '0' }).then(begin),
  ],
};

/**
 * Begins a subscription, so that its own checks are made. It ends by itself, since its signal has fired already; a check
 * that comes first still answers.
 */
async function begin(stream: AsyncIterable<unknown>): Promise<void> {
  for await (const _first of stream) return;
}

/** Names of all procedures, as the router knows them. */
const procedures = Object.keys(appRouter._def.procedures).toSorted();

describe('who may call what', () => {
  it('is written down here for every procedure, and for nothing else', () => {
    expect(Object.keys(matrix).toSorted()).toEqual(procedures);
  });

  it.each(Object.entries(matrix))('%s', async (_name, [outcomes, call]) => {
    const seen: string[] = [];
    let shared: Scene | undefined;
    for (const [index, who] of (['anonymous', 'user', 'stranger', 'admin'] as const).entries()) {
      // a call that is refused leaves all as it was; one that succeeds gets a scene that nobody needs afterwards
      const stage = outcomes[index] === 'OK' ? await scene() : (shared ??= await scene());
      seen.push(await outcomeOf(call(kit.callerOf(stage.people[who], { signal: AbortSignal.abort() }), stage)));
    }
    expect(seen).toEqual(outcomes);
  });
});
