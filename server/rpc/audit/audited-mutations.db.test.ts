import { asc, desc, eq, gt, sql } from 'drizzle-orm';
import { Secret, TOTP } from 'otpauth';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { useDatabase } from '#db/testing/database';
import { auditLog } from '#drizzle/schema/audit';
import { availabilityZones, images } from '#drizzle/schema/catalogue';
import { deployments } from '#drizzle/schema/deployments';
import { sliceInternet } from '#drizzle/schema/internet';
import { slices, sliceVms } from '#drizzle/schema/slices';
import { sliceSnapshots } from '#drizzle/schema/snapshots';
import { apiTokens, roles, users } from '#drizzle/schema/users';
import { namesOfIds } from '#shared/audit';
import type { ScheduleRule } from '#shared/schedule/rule';
import { chunkHead } from '#shared/upload-chunk';
import { auditWords } from '#shared/audit-words';
import { auditEntry } from '#server/domain/audit/entry';
import { loadZone } from '#server/domain/zones/zones';
import { createPasswordLink } from '#server/domain/auth/password-links';
import { monthOf } from '#server/domain/internet/count';
import { appRouter } from '../app-router';
import { drawing, line } from '#server/testing/drawings';
import { outcomeOf } from '#server/testing/outcomes';
import { createWorld, password } from '#server/testing/world';
import { homeOf } from '#server/testing/rows';

const database = useDatabase();
const world = createWorld(database);
const { ctx } = world;

async function stage() {
  const admin = await world.person('admin');
  const owner = await world.person('instructor');
  const other = await world.person();
  const as = world.callerOf(owner);
  const template = async () => (await as.templates.create({ name: 'Lab', topology: line(1) })).id;
  const slice = async () => {
    const templateId = await template();
    const zoneId = await world.zone();
    const { id, vmList } = await as.slices.create({ name: 'One', templateId, zoneId });
    const vmId = vmList[0]?.id ?? 0;
    await world.observed(vmId, 'running');
    return { id, vmId, zoneId, templateId };
  };
  return { people: { admin, owner, other }, admin: world.callerOf(admin), owner: as, template, slice };
}
type Stage = Awaited<ReturnType<typeof stage>>;

const webhook = {
  name: 'hook',
  url: 'https://hook.example.org/secret-path',
  events: ['slice.degraded' as const],
};

const sshKey = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIP1rt24pWRcXVqpuM15Vl7ROEWqrsD9R0tPFWZIstnBS laptop';
const keysAdded = z.object({ added: z.array(z.object({ id: z.number() })) });

/** What a deed was done to, as the log has it: `template 12`. */
type ObjectName = readonly [type: string, id: number | null];
interface Deed {
  call: () => Promise<unknown>;
  object: (answer: unknown) => ObjectName | Promise<ObjectName>;
  /** Who did it, where that is not the instructor. */
  doer?: 'admin' | 'other' | 'new';
  /** What it is written down as, where one procedure does what another one does. */
  as?: string;
  /** What is written down before it: what it took. */
  before?: string[];
}

/** Done to what it answers. */
const making = (type: string, call: () => Promise<unknown>, doer?: Deed['doer']): Deed => ({
  call,
  object: (answer) => [type, z.object({ id: z.number() }).parse(answer).id],
  ...(doer === undefined ? {} : { doer }),
});
/** Done to what was there. */
const doing = (type: string, id: number | null, call: () => Promise<unknown>, doer?: Deed['doer']): Deed => ({
  call,
  object: () => [type, id],
  ...(doer === undefined ? {} : { doer }),
});
async function newestToken(): Promise<ObjectName> {
  const [row] = await ctx.db.select({ id: apiTokens.id }).from(apiTokens).orderBy(desc(apiTokens.id)).limit(1);
  return ['api_token', row?.id ?? 0];
}

async function kept(sliceId: number, createdBy: number): Promise<number> {
  const content = { vms: [], networks: [], edges: [] };
  const [row] = await ctx.db
    .insert(sliceSnapshots)
    .values({ sliceId, name: 'before', automatic: false, status: 'ready', sizeMb: 1, content, createdBy });
  return row.insertId;
}

async function ownImage({ people }: Stage): Promise<number> {
  const sha256 = 'a'.repeat(64);
  const values = {
    name: 'mine',
    kind: 'disk' as const,
    source: `own:${sha256}`,
    sha256,
    visibility: 'private' as const,
  };
  const [row] = await ctx.db.insert(images).values({ ...values, ownerId: people.owner.userId });
  return row.insertId;
}

/** A slice for which its zone has no room, since another one has it all. */
async function withoutRoom(s: Stage): Promise<number> {
  const { id, zoneId, templateId } = await s.slice();
  const values = { limitVcpus: 1, limitRamMb: 100_000, limitDiskGb: 1_000, overcommit: zone.overcommit };
  await ctx.db.update(availabilityZones).set(values).where(eq(availabilityZones.id, zoneId));
  await s.owner.deployments.start({ sliceId: id, kind: 'deploy' });
  return (await s.owner.slices.create({ name: 'Two', templateId, zoneId })).id;
}

/** Two slices of one zone with a network each, the second somebody else's where that is wanted. */
async function withNetworks(s: Stage, second = s.owner): Promise<[number, number]> {
  const topology = drawing({ vms: ['a'], networks: ['lan'], edges: [['a', 'lan']] });
  const zoneId = await world.zone();
  const make = async (as: typeof s.owner, name: string) => {
    const { id: templateId } = await as.templates.create({ name, topology });
    return (await as.slices.create({ name, templateId, zoneId })).id;
  };
  return [await make(s.owner, 'Host'), await make(second, 'Guest')];
}

/** The same, and what the first one has published. */
async function published(s: Stage, second = s.owner): Promise<[number, number, number]> {
  const [host, guest] = await withNetworks(s, second);
  const { published: list } = await s.owner.networks.publish({ id: host, network: 'lan' });
  return [host, guest, list[0]?.id ?? 0];
}

/** A slice whose network somebody else asks to join, and that. */
async function asked(s: Stage): Promise<[number, number]> {
  const other = world.callerOf(s.people.other);
  const [host, id, publicationId] = await published(s, other);
  const { joins } = await other.networks.join({ id, network: 'lan', publicationId });
  return [host, joins[0]?.id ?? 0];
}

/** A slice that runs, with a link. */
async function linked(s: Stage): Promise<number> {
  const { id: templateId } = await s.owner.templates.create({ name: 'Pair', topology: line(2) });
  const { id } = await s.owner.slices.create({ name: 'Two', templateId, zoneId: await world.zone() });
  await ctx.db.update(slices).set({ status: 'active' }).where(eq(slices.id, id));
  return id;
}

const codeOf = (secret: string) =>
  new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: ctx.clock.now().getTime() });
async function secondFactor({ owner }: Stage) {
  const { secret } = await owner.auth.beginSecondFactor({ currentPassword: password });
  const { codes } = await owner.auth.enableSecondFactor({ code: codeOf(secret) });
  return { currentPassword: password, code: codes[0] ?? '' };
}

const size = { vcpus: 1, ramMb: 512, diskGb: 1 };
const file = { name: 'new', fileName: 'disk.raw', sizeBytes: 1 };
const image = { name: 'new', kind: 'kernel', source: '/images/new' } as const;
const noZoneLimits = { vcpus: null, ramMb: null, diskGb: null };
const zone = { enabled: true, limits: noZoneLimits, overcommit: { vcpus: 1, ram: 1, disk: 1 } };
const totals = { slices: 9, vms: 9, vcpus: 9, ramMb: 9, diskGb: 9 };
const fridays: ScheduleRule = { repeat: 'weekly', weekdays: [5], time: '18:00', timeZone: 'UTC' };
const internet = { internetKbps: 1000, internetMbPerMonth: null };
const running = { runningVms: null, runningVcpus: null, runningRamMb: null };
const quota = { ...totals, ...running, ...internet, snapshots: 9, imageMb: 100 };

/** Every mutation, made ready to be called. It is written down under its path in kebab case. */
const deeds: Record<string, (s: Stage) => Promise<Deed> | Deed> = {
  'auth.register': () =>
    making(
      'user',
      () => world.callerOf(null).auth.register({ email: 'new@example.org', name: 'New', password }),
      'new',
    ),
  'auth.login': (s) => ({
    call: () => world.callerOf(null).auth.login({ email: s.people.owner.email, password }),
    object: newestToken,
  }),
  'auth.logout': (s) => doing('api_token', s.people.owner.tokenId, () => s.owner.auth.logout()),
  'auth.updateProfile': (s) =>
    doing('user', s.people.owner.userId, () => s.owner.auth.updateProfile({ name: 'Another' })),
  'auth.changePassword': (s) =>
    doing('user', s.people.owner.userId, () =>
      s.owner.auth.changePassword({ currentPassword: password, password: `${password} 2` }),
    ),
  'auth.changeEmail': (s) =>
    doing('user', s.people.owner.userId, () =>
      s.owner.auth.changeEmail({ currentPassword: password, email: 'another@example.org' }),
    ),
  'auth.revokeSession': (s) =>
    doing('api_token', s.people.owner.tokenId, () => s.owner.auth.revokeSession({ id: s.people.owner.tokenId })),
  'auth.signOutEverywhere': (s) =>
    doing('user', s.people.owner.userId, () => s.owner.auth.signOutEverywhere({ tokensToo: true })),
  'auth.resetPassword': async (s) => {
    const { path } = await ctx.db.transaction((tx) => createPasswordLink(tx, ctx, s.people.other.userId));
    const token = path.slice(path.indexOf('#') + 1);
    const call = () => world.callerOf(null).auth.resetPassword({ token, password: `${password} 2` });
    return doing('user', s.people.other.userId, call, 'other');
  },
  'auth.beginSecondFactor': (s) =>
    doing('user', s.people.owner.userId, () => s.owner.auth.beginSecondFactor({ currentPassword: password })),
  'auth.enableSecondFactor': async (s) => {
    const { secret } = await s.owner.auth.beginSecondFactor({ currentPassword: password });
    return doing('user', s.people.owner.userId, () => s.owner.auth.enableSecondFactor({ code: codeOf(secret) }));
  },
  'auth.disableSecondFactor': async (s) => {
    const proof = await secondFactor(s);
    const deed = doing('user', s.people.owner.userId, () => s.owner.auth.disableSecondFactor(proof));
    return { ...deed, before: ['auth.recovery-code-used'] };
  },
  'auth.renewRecoveryCodes': async (s) => {
    const proof = await secondFactor(s);
    const deed = doing('user', s.people.owner.userId, () => s.owner.auth.renewRecoveryCodes(proof));
    return { ...deed, before: ['auth.recovery-code-used'] };
  },

  'tokens.create': (s) => ({
    call: () => s.owner.tokens.create({ name: 'mine', scopes: ['read'] }),
    object: newestToken,
  }),
  'tokens.revoke': async (s) => {
    const { info } = await s.owner.tokens.create({ name: 'mine', scopes: ['read'] });
    return doing('api_token', info.id, () => s.owner.tokens.revoke({ id: info.id }));
  },

  'notifications.setPreferences': (s) =>
    doing('user', s.people.owner.userId, () => s.owner.notifications.setPreferences({ muted: ['image.ready'] })),

  'sshKeys.create': (s) => ({
    call: () => s.owner.sshKeys.create({ text: sshKey }),
    object: (answer) => ['ssh_key', keysAdded.parse(answer).added[0]?.id ?? 0],
  }),
  'sshKeys.delete': async (s) => {
    const { added } = await s.owner.sshKeys.create({ text: sshKey, name: 'old' });
    const id = added[0]?.id ?? 0;
    return doing('ssh_key', id, () => s.owner.sshKeys.delete({ id }));
  },
  'webhooks.create': (s) => ({
    call: () => s.owner.webhooks.create(webhook),
    object: (answer) => ['webhook', z.object({ webhook: z.object({ id: z.number() }) }).parse(answer).webhook.id],
  }),
  'webhooks.update': async (s) => {
    const { id } = (await s.owner.webhooks.create(webhook)).webhook;
    return doing('webhook', id, () => s.owner.webhooks.update({ id, active: false }));
  },
  'webhooks.delete': async (s) => {
    const { id } = (await s.owner.webhooks.create({ ...webhook, name: 'old' })).webhook;
    return doing('webhook', id, () => s.owner.webhooks.delete({ id }));
  },
  'webhooks.renewSecret': async (s) => {
    const { id } = (await s.owner.webhooks.create(webhook)).webhook;
    return doing('webhook', id, () => s.owner.webhooks.renewSecret({ id }));
  },
  'webhooks.test': async (s) => {
    const { id } = (await s.owner.webhooks.create(webhook)).webhook;
    return doing('webhook', id, () => s.owner.webhooks.test({ id }));
  },
  'webhooks.redeliver': async (s) => {
    const { id } = (await s.owner.webhooks.create(webhook)).webhook;
    const call = await s.owner.webhooks.test({ id });
    return doing('webhook', id, () => s.owner.webhooks.redeliver({ id: call.id }));
  },

  'flavours.create': (s) => making('flavour', () => s.admin.flavours.create({ name: 'new', ...size }), 'admin'),
  'flavours.update': async (s) => {
    const { id } = await s.admin.flavours.create({ name: 'old', ...size });
    return doing('flavour', id, () => s.admin.flavours.update({ id, name: 'new', ...size }), 'admin');
  },
  'flavours.retire': async (s) => {
    const { id } = await s.admin.flavours.create({ name: 'old', ...size });
    return doing('flavour', id, () => s.admin.flavours.retire({ id }), 'admin');
  },
  'images.create': (s) => making('image', () => s.admin.images.create(image), 'admin'),
  'images.update': async (s) => {
    const { id } = await s.admin.images.create({ ...image, name: 'old' });
    return doing('image', id, () => s.admin.images.update({ id, ...image }), 'admin');
  },
  'images.check': async (s) => {
    const { id } = await s.admin.images.create(image);
    return doing('image', id, () => s.admin.images.check({ id }), 'admin');
  },
  'images.prune': async (s) => {
    const { id } = await s.admin.images.create(image);
    return doing('image', id, () => s.admin.images.prune({ id }), 'admin');
  },
  'images.updateOwn': async (s) => {
    const id = await ownImage(s);
    return doing('image', id, () => s.owner.images.updateOwn({ id, name: 'new', visibility: 'all' }));
  },
  'images.deleteOwn': async (s) => {
    const id = await ownImage(s);
    return doing('image', id, () => s.owner.images.deleteOwn({ id }));
  },
  'images.share': async (s) => {
    const id = await ownImage(s);
    return doing('image', id, () => s.owner.images.share({ id, email: s.people.other.email }));
  },
  'images.unshare': async (s) => {
    const id = await ownImage(s);
    const { email, userId } = s.people.other;
    await s.owner.images.share({ id, email });
    return doing('image', id, () => s.owner.images.unshare({ id, userId }));
  },
  'imageUploads.create': (s) => making('image_upload', () => s.owner.imageUploads.create(file)),
  'imageUploads.fetch': (s) =>
    making('image_upload', () => s.owner.imageUploads.fetch({ name: 'far', url: 'https://images.example.org/a.img' })),
  'imageUploads.save': async (s) => {
    const { vmId } = await s.slice();
    const imageId = await ownImage(s);
    await ctx.db.update(sliceVms).set({ imageId, status: 'stopped' }).where(eq(sliceVms.id, vmId));
    return making('image_upload', () => s.owner.imageUploads.save({ vmId, name: 'saved' }));
  },
  'imageUploads.finish': async (s) => {
    const { id } = await s.owner.imageUploads.create(file);
    await s.owner.imageUploads.writeChunk(Uint8Array.of(...chunkHead(id, 0), 7));
    return doing('image_upload', id, () => s.owner.imageUploads.finish({ id }));
  },
  'imageUploads.cancel': async (s) => {
    const { id } = await s.owner.imageUploads.create({ ...file, name: 'old' });
    return doing('image_upload', id, () => s.owner.imageUploads.cancel({ id }));
  },
  'images.retire': async (s) => {
    const { id } = await s.admin.images.create(image);
    return doing('image', id, () => s.admin.images.retire({ id }), 'admin');
  },
  'zones.create': (s) => making('zone', () => s.admin.zones.create({ name: 'new', provider: 'simulator' }), 'admin'),
  'zones.update': async (s) => {
    const { id } = await s.admin.zones.create({ name: 'old', provider: 'simulator' });
    return doing('zone', id, () => s.admin.zones.update({ id, name: 'new', ...zone }), 'admin');
  },
  'zones.move': async (s) => {
    const { id } = await s.admin.zones.create({ name: 'old', provider: 'simulator' });
    const homeId = await homeOf(ctx.db, 'there');
    return doing('zone', id, () => s.admin.zones.move({ id, homeId }), 'admin');
  },
  'zones.release': async (s) => {
    const { id } = await s.admin.zones.create({ name: 'old', provider: 'simulator' });
    await s.admin.zones.move({ id, homeId: await homeOf(ctx.db, 'there') });
    return doing('zone', id, () => s.admin.zones.release({ id }), 'admin');
  },
  'zones.removeLeftovers': async (s) => {
    const { id } = await s.admin.zones.create({ name: 'old', provider: 'simulator' });
    const provider = await ctx.providers.forZone(await loadZone(ctx, ctx.db, id));
    await provider.ensureNetwork({ id: 1_000_000 }, { id: 1, name: 'lan' });
    return doing('zone', id, () => s.admin.zones.removeLeftovers({ id, names: ['slice-1000000'] }), 'admin');
  },
  'zones.delete': async (s) => {
    const { id } = await s.admin.zones.create({ name: 'old', provider: 'simulator' });
    return doing('zone', id, () => s.admin.zones.delete({ id }), 'admin');
  },

  'templates.create': (s) => making('template', () => s.owner.templates.create({ name: 'new', topology: line(1) })),
  'templates.import': (s) => ({
    call: () => s.owner.templates.import({ text: '{"format":"trama","version":1,"name":"new","vms":[]}' }),
    object: (answer) => ['template', z.object({ template: z.object({ id: z.number() }) }).parse(answer).template.id],
  }),
  'templates.createFromLab': (s) => making('template', () => s.owner.templates.createFromLab({ lab: 'segments' })),
  'templates.update': async (s) => {
    const id = await s.template();
    return doing('template', id, () => s.owner.templates.update({ id, topology: line(2), baseRevision: 1 }));
  },
  'templates.restore': async (s) => {
    const id = await s.template();
    await s.owner.templates.update({ id, topology: line(2), baseRevision: 1 });
    return doing('template', id, () => s.owner.templates.restore({ id, number: 1, baseRevision: 2 }));
  },
  'templates.duplicate': async (s) => {
    const id = await s.template();
    return making('template', () => s.owner.templates.duplicate({ id }));
  },
  'templates.delete': async (s) => {
    const id = await s.template();
    return doing('template', id, () => s.owner.templates.delete({ id }));
  },
  'templates.share': async (s) => {
    const id = await s.template();
    return doing('template', id, () => s.owner.templates.share({ id, email: s.people.other.email }));
  },
  'templates.unshare': async (s) => {
    const id = await s.template();
    await s.owner.templates.share({ id, email: s.people.other.email });
    return doing('template', id, () => s.owner.templates.unshare({ id, userId: s.people.other.userId }));
  },
  'templates.publish': async (s) => {
    const id = await s.template();
    return doing('template', id, () => s.owner.templates.publish({ id, published: true }));
  },

  'slices.create': async (s) => {
    const { templateId, zoneId } = await s.slice();
    return making('slice', () => s.owner.slices.create({ name: 'new', templateId, zoneId }));
  },
  'slices.clone': async (s) => {
    const { id } = await s.slice();
    return making('slice', () => s.owner.slices.clone({ id, name: 'twin' }));
  },
  'slices.rename': async (s) => {
    const { id } = await s.slice();
    return doing('slice', id, () => s.owner.slices.rename({ id, name: 'new' }));
  },
  'slices.saveAsTemplate': async (s) => {
    const { id } = await s.slice();
    return making('template', () => s.owner.slices.saveAsTemplate({ id, name: 'kept' }));
  },
  'slices.setHeal': async (s) => {
    const { id } = await s.slice();
    return doing('slice', id, () => s.owner.slices.setHeal({ id, driftPolicy: 'heal' }));
  },
  'slices.setRestart': async (s) => {
    const { id } = await s.slice();
    return doing('slice', id, () => s.owner.slices.setRestart({ id, restartAfterReboot: true }));
  },
  'slices.openConsole': async (s) => {
    const { vmId } = await s.slice();
    return doing('slice_vm', vmId, () => s.owner.slices.openConsole({ vmId }));
  },
  'slices.exec': async (s) => {
    const { id: sliceId, vmId } = await s.slice();
    // no guest is there: that it was asked for is written down before
    return doing('slice_vm', vmId, () => outcomeOf(s.owner.slices.exec({ sliceId, vmId, command: 'true' })));
  },
  'slices.share': async (s) => {
    const { id } = await s.slice();
    return doing('slice', id, () => s.owner.slices.share({ id, email: s.people.other.email }));
  },
  'slices.unshare': async (s) => {
    const { id } = await s.slice();
    await s.owner.slices.share({ id, email: s.people.other.email });
    return doing('slice', id, () => s.owner.slices.unshare({ id, userId: s.people.other.userId }));
  },
  'leases.set': async (s) => {
    const { id } = await s.slice();
    return doing('slice', id, () => s.owner.leases.set({ id, expiresAt: '2100-01-01T00:00:00.000Z' }));
  },
  'leases.extend': async (s) => {
    const { id } = await s.slice();
    await s.owner.leases.set({ id, expiresAt: '2100-01-01T00:00:00.000Z' });
    return doing('slice', id, () => s.owner.leases.extend({ id, minutes: 60 }));
  },
  'leases.setLimit': async (s) => {
    const { id } = await s.admin.zones.create({ name: 'old', provider: 'simulator' });
    const limit = { maxMinutes: 60, atEnd: ['stop' as const], warnMinutes: 5 };
    return doing('zone', id, () => s.admin.leases.setLimit({ of: { zoneId: id }, limit }), 'admin');
  },
  'line.join': async (s) => {
    const id = await withoutRoom(s);
    return doing('slice', id, () => s.owner.line.join({ sliceId: id }));
  },
  'line.leave': async (s) => {
    const id = await withoutRoom(s);
    await s.owner.line.join({ sliceId: id });
    return doing('slice', id, () => s.owner.line.leave({ sliceId: id }));
  },
  'links.schedule': async (s) => {
    const id = await linked(s);
    return doing('slice', id, () => s.owner.links.schedule({ id, steps: [{ at: 30, edge: 'e1', deed: 'down' }] }));
  },
  'links.chaos': async (s) => {
    const id = await linked(s);
    const limits = { failureSeconds: 10, repairSeconds: 5, durationSeconds: 600, seed: 1 };
    return doing('slice', id, () => s.owner.links.chaos({ id, ...limits }));
  },
  'links.stop': async (s) => {
    const id = await linked(s);
    await s.owner.links.schedule({ id, steps: [{ at: 30, edge: 'e1', deed: 'down' }] });
    return doing('slice', id, () => s.owner.links.stop({ id }));
  },
  'networks.publish': async (s) => {
    const [id] = await withNetworks(s);
    return doing('slice', id, () => s.owner.networks.publish({ id, network: 'lan' }));
  },
  'networks.withdraw': async (s) => {
    const [id, , publicationId] = await published(s);
    return doing('slice', id, () => s.owner.networks.withdraw({ id: publicationId }));
  },
  'networks.join': async (s) => {
    const [, id, publicationId] = await published(s);
    return doing('slice', id, () => s.owner.networks.join({ id, network: 'lan', publicationId }));
  },
  'networks.answer': async (s) => {
    const [host, join] = await asked(s);
    return doing('slice', host, () => s.owner.networks.answer({ id: join, accept: true }));
  },
  'networks.leave': async (s) => {
    const [host, join] = await asked(s);
    return doing('slice', host, () => s.owner.networks.leave({ id: join }));
  },
  'idle.set': async (s) => {
    const { id } = await s.slice();
    return doing('slice', id, () => s.owner.idle.set({ id, rule: { minutes: 60, action: 'stop' } }));
  },
  'idle.setRule': async (s) => {
    const { id } = await s.admin.zones.create({ name: 'old', provider: 'simulator' });
    const rule = { minutes: 60, action: 'suggest' as const };
    return doing('zone', id, () => s.admin.idle.setRule({ of: { zoneId: id }, rule }), 'admin');
  },
  'schedules.add': async (s) => {
    const { id } = await s.slice();
    return doing('slice', id, () => s.owner.schedules.add({ sliceId: id, kind: 'stop', rule: fridays }));
  },
  'schedules.remove': async (s) => {
    const { id } = await s.slice();
    const { items } = await s.owner.schedules.add({ sliceId: id, kind: 'stop', rule: fridays });
    return doing('slice', id, () => s.owner.schedules.remove({ id: items[0]?.id ?? 0 }));
  },
  'snapshots.rename': async (s) => {
    const { id } = await s.slice();
    const snapshot = await kept(id, s.people.owner.userId);
    return doing('slice', id, () => s.owner.snapshots.rename({ id: snapshot, name: 'new' }));
  },
  'snapshots.remove': async (s) => {
    const { id } = await s.slice();
    const snapshot = await kept(id, s.people.owner.userId);
    return doing('slice', id, () => s.owner.snapshots.remove({ id: snapshot }));
  },
  'deployments.start': async (s) => {
    const { id } = await s.slice();
    return doing('slice', id, () => s.owner.deployments.start({ sliceId: id, kind: 'deploy' }));
  },
  'deployments.startMany': async (s) => {
    const { id } = await s.slice();
    const call = () => s.owner.deployments.startMany({ sliceIds: [id], kind: 'destroy' });
    return { ...doing('slice', id, call), as: 'deployments.start' };
  },
  'deployments.cancel': async (s) => {
    const slice = await s.slice();
    const { id } = await s.owner.deployments.start({ sliceId: slice.id, kind: 'deploy' });
    return doing('slice', slice.id, () => s.owner.deployments.cancel({ id }));
  },
  'deployments.retry': async (s) => {
    const slice = await s.slice();
    const { id } = await s.owner.deployments.start({ sliceId: slice.id, kind: 'deploy' });
    const end = { status: 'failed', claimableAt: null, finishedAt: new Date() } as const;
    await ctx.db.update(deployments).set(end).where(eq(deployments.id, id));
    await ctx.db.update(slices).set({ status: 'failed' }).where(eq(slices.id, slice.id));
    return doing('slice', slice.id, () => s.owner.deployments.retry({ id }));
  },

  'users.create': (s) => ({
    call: () => s.admin.users.create({ email: 'new@example.org', name: 'New', role: 'user' }),
    object: (answer) => ['user', z.object({ user: z.object({ id: z.number() }) }).parse(answer).user.id],
    doer: 'admin',
  }),
  'users.createService': (s) =>
    making('user', () => s.admin.users.createService({ name: 'robot', role: 'user' }), 'admin'),
  'users.update': (s) =>
    doing(
      'user',
      s.people.other.userId,
      () => s.admin.users.update({ id: s.people.other.userId, role: 'instructor' }),
      'admin',
    ),
  'users.disable': (s) =>
    doing('user', s.people.other.userId, () => s.admin.users.disable({ id: s.people.other.userId }), 'admin'),
  'users.enable': async (s) => {
    const { userId } = s.people.other;
    await ctx.db.update(users).set({ disabledAt: new Date() }).where(eq(users.id, userId));
    return doing('user', userId, () => s.admin.users.enable({ id: userId }), 'admin');
  },
  'users.resetPassword': (s) =>
    doing('user', s.people.other.userId, () => s.admin.users.resetPassword({ id: s.people.other.userId }), 'admin'),
  'users.removeSecondFactor': async (s) => {
    await secondFactor(s);
    const { userId } = s.people.owner;
    return doing('user', userId, () => s.admin.users.removeSecondFactor({ id: userId }), 'admin');
  },
  'users.signOut': (s) =>
    doing('user', s.people.other.userId, () => s.admin.users.signOut({ id: s.people.other.userId }), 'admin'),
  'users.delete': async (s) => {
    const { userId } = s.people.other;
    // its first part, that nobody can sign in any more, is a deed of its own
    await s.admin.users.disable({ id: userId });
    const what = { id: userId, templates: 'delete', slices: 'destroy' } as const;
    return doing('user', userId, () => s.admin.users.delete(what), 'admin');
  },
  'quotas.setOfUser': (s) =>
    doing(
      'user',
      s.people.other.userId,
      () => s.admin.quotas.setOfUser({ userId: s.people.other.userId, quota }),
      'admin',
    ),
  'quotas.setOfRole': (s) => ({
    call: () => s.admin.quotas.setOfRole({ role: 'user', limits: quota }),
    object: async () => {
      const [role] = await ctx.db.select().from(roles).where(eq(roles.name, 'user'));
      return ['role', role?.id ?? 0];
    },
    doer: 'admin',
  }),
  'quotas.resetInternet': async (s) => {
    const { id: sliceId } = await s.slice();
    const month = monthOf(new Date());
    const of = { meter: 'a', meterBytes: 5, toldPercent: 0, version: 1 };
    await ctx.db.insert(sliceInternet).values({ sliceId, month, bytes: 5, ...of });
    return doing('slice', sliceId, () => s.admin.quotas.resetInternet({ id: sliceId }), 'admin');
  },
};

/**
 * Two ask a provider how it is, and change nothing; one says what its caller has seen; one is a piece of what was announced; two are of what is
 * drawn and not saved, which only who draws sees; one is where somebody points, which nothing keeps.
 */
const unrecorded = [
  'zones.refresh',
  'zones.testConnection',
  'notifications.markRead',
  'imageUploads.writeChunk',
  'drafts.save',
  'drafts.drop',
  'presence.point',
];

/** The router's own record of its procedures is flat, whatever its type says. */
const kinds = z
  .record(
    z.string(),
    z.custom<{ _def: { type: string } }>().transform((procedure) => procedure._def.type),
  )
  .parse(appRouter._def.procedures);
const mutations = Object.keys(kinds).filter((path) => kinds[path] === 'mutation');
const written = async (after: number) =>
  ctx.db.select().from(auditLog).where(gt(auditLog.id, after)).orderBy(asc(auditLog.id));
const kebab = (path: string) => path.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/** What is called so in the tables themselves, asked one by one. */
const tables: Record<string, string> = {
  user: 'users',
  slice: 'slices',
  slice_vm: 'slice_vms',
  template: 'templates',
  flavour: 'flavours',
  image: 'images',
  image_upload: 'image_uploads',
  zone: 'availability_zones',
  role: 'roles',
  api_token: 'api_tokens',
  webhook: 'webhooks',
  ssh_key: 'ssh_keys',
};
async function nameNow(type: string, objectId: number): Promise<string | null> {
  const table = tables[type];
  if (table === undefined) throw new Error(`No table has the names of ${type}.`);
  const rowOf = async (from: string, id: number) => {
    const [rows] = await ctx.db.execute(sql`select * from ${sql.identifier(from)} where id = ${id}`);
    return z
      .array(
        z.object({ name: z.string().nullable(), user_agent: z.string().nullish(), user_id: z.number().optional() }),
      )
      .parse(rows)[0];
  };
  const row = await rowOf(table, objectId);
  // a session is called by its browser, else by its account
  return (
    row?.name ??
    row?.user_agent ??
    (row?.user_id === undefined ? null : ((await rowOf('users', row.user_id))?.name ?? null))
  );
}

/** Ids in the details beside which no name stands. A deployment has none. */
function unnamedIds(details: Record<string, unknown> | null): string[] {
  const known: Record<string, readonly string[]> = namesOfIds;
  return Object.entries(details ?? {}).flatMap(([key, value]) => {
    const isId = typeof value === 'number' && (key in known || key.endsWith('Id')) && key !== 'deploymentId';
    return isId && !known[key]?.some((name) => typeof details?.[name] === 'string') ? [key] : [];
  });
}

class Undone extends Error {}
/** Has every transaction of `work` that writes rolled back at its end. */
async function undoing(work: () => Promise<unknown>): Promise<void> {
  const { db } = ctx;
  const { transaction } = db;
  let undone = 0;
  db.transaction = (inner, config) =>
    transaction(async (tx) => {
      const result = await inner(tx);
      if (config?.accessMode === 'read only') return result;
      undone += 1;
      throw new Undone('rolled back');
    }, config);
  try {
    await expect(work()).rejects.toMatchObject({ cause: expect.any(Undone) });
  } finally {
    db.transaction = transaction;
  }
  expect(undone).toBeGreaterThan(0);
}

describe('every mutation', () => {
  it('is in the table', () => {
    expect([...Object.keys(deeds), ...unrecorded].toSorted()).toEqual(mutations.toSorted());
  });

  it.each(Object.entries(deeds))('%s is written down once, in the transaction of the deed', async (path, prepare) => {
    const scene = await stage();
    const deed = await prepare(scene);
    const last = (await written(0)).at(-1)?.id ?? 0;
    await undoing(deed.call);
    expect(await written(last)).toEqual([]);
    const answer = await deed.call();
    const rows = await written(last);
    const [type, id] = await deed.object(answer);
    const doer = deed.doer === 'new' ? id : scene.people[deed.doer ?? 'owner'].userId;
    expect(rows).toMatchObject([
      ...(deed.before ?? []).map((action) => ({ action, result: 'OK' })),
      { action: deed.as ?? kebab(path), objectType: type, objectId: id, userId: doer, result: 'OK' },
    ]);
    // “User 2” and “Slice 6” were in the log: each has the name that it has, or had
    for (const row of rows) {
      const name = (await nameNow(row.objectType ?? '', row.objectId ?? 0)) ?? 'old';
      expect([row.action, row.objectName]).toEqual([row.action, name]);
      expect(unnamedIds(row.details)).toEqual([]);
      const { on, what } = auditWords(auditEntry({ deed: row, user: null }));
      expect(on).toContain(name);
      // a name of its own is all that tells it from others
      if (row.objectId !== null) expect(on?.replace(name, '')).not.toContain(String(row.objectId));
      expect(what).not.toBe(row.action);
    }
  });
});
