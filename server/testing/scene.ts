import { randomUUID } from 'node:crypto';
import { eq } from 'drizzle-orm';
import { availabilityZones, flavours, images, imageShares } from '#drizzle/schema/catalogue';
import { deployments } from '#drizzle/schema/deployments';
import { sliceSchedules } from '#drizzle/schema/leases';
import { networkJoins, networkPublications } from '#drizzle/schema/networks';
import { sliceNetworks, slices, sliceShares, sliceVms } from '#drizzle/schema/slices';
import { sliceSnapshots } from '#drizzle/schema/snapshots';
import { templateRevisions, templates, templateShares, templateVms } from '#drizzle/schema/templates';
import { apiTokens, passwordResets, roles, users } from '#drizzle/schema/users';
import { imageUploads } from '#drizzle/schema/image-uploads';
import { sshKeys } from '#drizzle/schema/ssh-keys';
import { webhookDeliveries, webhooks } from '#drizzle/schema/webhooks';
import type { Role } from '#shared/auth';
import type { Scope } from '#shared/scopes';
import { tokenPrefixes } from '#shared/token';
import { createSession } from '#server/domain/auth/sessions';
import { hashPassword } from '#server/domain/auth/passwords';
import type { DomainContext } from '#server/domain/context';
import { randomToken, sha256 } from '#server/lib/secrets';
import { homeOf } from './rows';
import { password } from './world';

/** Everybody who may call, and `spare`, to whom things are done. */
const cast = {
  owner: 'user',
  stranger: 'user',
  viewer: 'user',
  operator: 'user',
  instructor: 'instructor',
  admin: 'admin',
  disabled: 'user',
  service: 'user',
  spare: 'user',
} as const satisfies Record<string, Role>;
export type Person = keyof typeof cast;
const people = Object.keys(cast) as Person[];

/** The keys of slices, all the owner's, shared with `viewer` to view and with `operator` to operate. */
const sliceStates = {
  /** Runs, nothing is under way. */
  idle: { status: 'active', vm: 'running', desired: 'running' },
  /** A deploy is under way. */
  deploying: { status: 'deploying', vm: 'absent', desired: 'running' },
  /** Its VM is being stopped. */
  stopping: { status: 'active', vm: 'running', desired: 'stopped' },
  /** A deploy has failed. */
  undeployed: { status: 'failed', vm: 'absent', desired: 'running' },
  /** A stop has failed. */
  unstopped: { status: 'active', vm: 'running', desired: 'stopped' },
} as const;
type SliceKey = keyof typeof sliceStates;
const sliceKeys = Object.keys(sliceStates) as SliceKey[];
/** The last deployment of each. */
const operations = {
  idle: ['deploy', 'succeeded'],
  deploying: ['deploy', 'pending'],
  stopping: ['stop', 'pending'],
  undeployed: ['deploy', 'failed'],
  unstopped: ['stop', 'failed'],
} as const satisfies Record<SliceKey, readonly [string, string]>;

export type Scene = Awaited<ReturnType<typeof makeScene>>;
type Context = Pick<DomainContext, 'db' | 'settings' | 'clock'>;

let serial = 0;
let passwordHash: Promise<string> | undefined;
const ids = <Key extends string>(keys: readonly Key[], first: number) =>
  Object.fromEntries(keys.map((key, index) => [key, first + index])) as Record<Key, number>;

/**
 * Everything that there is to be done something to, written straight into the tables: a cast of people, a catalogue that
 * nobody uses, templates (private and shared, published), and slices in several states. A dozen statements; the ids of one
 * statement's rows follow each other, since it says how many there are (`innodb_autoinc_lock_mode`).
 */
export async function makeScene(ctx: Context) {
  const { db } = ctx;
  const n = ++serial;
  passwordHash ??= hashPassword(ctx.settings.argon2, password);
  const hash = await passwordHash;
  const roleIds = new Map((await db.select().from(roles)).map((role) => [role.name, role.id]));
  const email = (person: Person) => `${person}${n}@example.org`;
  const [firstUser] = await db.insert(users).values(
    people.map((person) => ({
      email: email(person),
      name: `${person} ${n}`,
      kind: person === 'service' ? ('service' as const) : ('person' as const),
      passwordHash: person === 'service' ? null : hash,
      roleId: roleIds.get(cast[person]) ?? 0,
    })),
  );
  const user = ids(people, firstUser.insertId);

  const size = { vcpus: 1, ramMb: 512, diskGb: 1 };
  const [flavour] = await db.insert(flavours).values({ name: `spare ${n}`, ...size });
  const [image] = await db.insert(images).values({ name: `spare ${n}`, kind: 'kernel', source: '/images/spare' });
  const overcommit = { vcpus: 100, ram: 100, disk: 100 };
  const [zone] = await db
    .insert(availabilityZones)
    .values([`zone ${n}`, `spare ${n}`].map((name) => ({ name, provider: 'simulator' as const, overcommit })));
  const home = { home: await homeOf(db, `host ${n}`), otherHome: await homeOf(db, `other host ${n}`) };
  const [homed] = await db
    .insert(availabilityZones)
    .values({ name: `homed ${n}`, provider: 'simulator', overcommit, homeId: home.home });

  const drawings = ['template', 'published', 'lesson'] as const;
  const [firstTemplate] = await db.insert(templates).values([
    { ownerId: user.owner, name: 'template' },
    { ownerId: user.owner, name: 'published', publishedAt: ctx.clock.now() },
    { ownerId: user.instructor, name: 'lesson' },
  ]);
  const template = ids(drawings, firstTemplate.insertId);
  await db.insert(templateShares).values({ templateId: template.template, userId: user.viewer });
  const [firstRevision] = await db
    .insert(templateRevisions)
    .values(drawings.map((key) => ({ templateId: template[key], number: 1, createdBy: user.owner })));
  const place = { flavourId: 1, imageId: 1, forwards: [], x: 0, y: 0 };
  await db
    .insert(templateVms)
    .values(drawings.map((_, i) => ({ revisionId: firstRevision.insertId + i, key: 'web', name: 'web', ...place })));

  const [firstSlice] = await db.insert(slices).values(
    sliceKeys.map((key) => ({
      ownerId: user.owner,
      zoneId: zone.insertId,
      templateId: template.template,
      templateRevision: 1,
      name: key,
      status: sliceStates[key].status,
    })),
  );
  const slice = ids(sliceKeys, firstSlice.insertId);
  const [firstVm] = await db.insert(sliceVms).values(
    sliceKeys.map((key) => ({
      ...place,
      ...size,
      sliceId: slice[key],
      key: 'web',
      name: 'web',
      internet: false,
      desired: sliceStates[key].desired,
      status: sliceStates[key].vm,
    })),
  );
  await db.insert(sliceShares).values(
    sliceKeys.flatMap((key) => [
      { sliceId: slice[key], userId: user.viewer, level: 'view' as const },
      { sliceId: slice[key], userId: user.operator, level: 'operate' as const },
    ]),
  );
  const lan = { key: 'lan', name: 'lan', subnet: '10.64.0.0/24', x: 0, y: 0 };
  const [firstNetwork] = await db.insert(sliceNetworks).values([
    { ...lan, sliceId: slice.idle, properties: { ownSubnet: lan.subnet, ownRange: '10.64.0.0/25' } },
    { ...lan, sliceId: slice.undeployed },
  ]);
  const networkId = firstNetwork.insertId;
  const [publication] = await db.insert(networkPublications).values({
    ...{ networkId, sliceId: slice.idle, zoneId: zone.insertId, description: '', admission: 'asked' },
  });
  const [join] = await db.insert(networkJoins).values({
    ...{ publicationId: publication.insertId, hostNetworkId: networkId, hostSliceId: slice.idle },
    ...{ networkId: networkId + 1, sliceId: slice.undeployed, block: '10.64.0.128/28' },
  });
  const [firstDeployment] = await db.insert(deployments).values(
    sliceKeys.map((key) => ({
      sliceId: slice[key],
      zoneId: zone.insertId,
      ownerId: user.owner,
      kind: operations[key][0],
      status: operations[key][1],
      requestedBy: user.owner,
    })),
  );

  const [schedule] = await db.insert(sliceSchedules).values({
    sliceId: slice.idle,
    kind: 'start',
    rule: { repeat: 'weekly', weekdays: [1], time: '08:00', timeZone: 'UTC' },
    nextAt: new Date('2100-01-04T08:00:00Z'),
    createdBy: user.owner,
  });
  const content = { vms: [], networks: [], edges: [] };
  const [firstSnapshot] = await db.insert(sliceSnapshots).values({
    ...{ sliceId: slice.idle, name: 'kept', automatic: false, status: 'ready', sizeMb: 1 },
    ...{ content, createdBy: user.owner },
  });

  const uuid = randomUUID();
  const [hook] = await db.insert(webhooks).values({
    userId: user.owner,
    name: 'hook',
    url: 'https://hook.example.org/',
    secret: '',
    events: ['slice.degraded'],
  });
  const [delivery] = await db.insert(webhookDeliveries).values({
    uuid,
    webhookId: hook.insertId,
    userId: user.owner,
    event: 'test',
    body: '{}',
    retryUntil: ctx.clock.now(),
  });

  const [sshKey] = await db.insert(sshKeys).values({
    ...{ userId: user.owner, name: 'laptop', type: 'ssh-ed25519' },
    ...{ blob: 'AAAAC3NzaC1lZDI1NTE5AAAAIA==', fingerprint: `SHA256:${n}` },
  });

  const [upload] = await db.insert(imageUploads).values({
    ...{ ownerId: user.owner, name: 'coming', fileName: 'disk.qcow2', sizeBytes: 5 },
    touchedAt: ctx.clock.now(),
  });

  const [ownImage] = await db.insert(images).values({
    ...{ name: `own ${n}`, kind: 'disk', source: `own:${'a'.repeat(64)}`, sha256: 'a'.repeat(64), sizeMb: 1 },
    ...{ ownerId: user.owner, visibility: 'shared' },
  });
  await db.insert(imageShares).values({ imageId: ownImage.insertId, userId: user.viewer });

  const scene = {
    n,
    ownImage: ownImage.insertId,
    upload: upload.insertId,
    webhook: hook.insertId,
    sshKey: sshKey.insertId,
    delivery: delivery.insertId,
    user,
    email,
    size,
    flavour: flavour.insertId,
    image: image.insertId,
    zone: zone.insertId,
    spareZone: zone.insertId + 1,
    /** At `home`; nothing is deployed to it. */
    homedZone: homed.insertId,
    ...home,
    template,
    slice,
    vm: ids(sliceKeys, firstVm.insertId),
    /** A network of the idle slice, which one of the undeployed slice asks to join. */
    published: publication.insertId,
    join: join.insertId,
    /** Of the idle slice. */
    schedule: schedule.insertId,
    deployment: ids(sliceKeys, firstDeployment.insertId),
    snapshot: firstSnapshot.insertId,
    tokenId: 0,
    sessionId: 0,
    reset: randomToken(),
  };
  scene.tokenId = (await giveToken(ctx, scene, { person: 'owner', scopes: ['read'] })).tokenId;
  scene.sessionId = (await giveSession(ctx, scene, 'owner')).tokenId;
  await db.insert(passwordResets).values({
    userId: user.spare,
    tokenHash: sha256(scene.reset),
    expiresAt: new Date(ctx.clock.now().getTime() + 3_600_000),
  });
  return scene;
}

export interface Credential {
  token: string;
  tokenId: number;
}

/** Signs the person in, past the login. */
export function giveSession(ctx: Context, scene: Pick<Scene, 'user'>, person: Person): Promise<Credential> {
  return createSession(ctx as DomainContext, ctx.db, scene.user[person], { ip: null, userAgent: null });
}

/** A personal access token (a service token for the service account), good for a day. */
export async function giveToken(
  ctx: Context,
  scene: Pick<Scene, 'user'>,
  { person, scopes }: { person: Person; scopes: Scope[] },
): Promise<Credential> {
  const kind = person === 'service' ? 'service' : 'pat';
  const token = tokenPrefixes[kind] + randomToken();
  const [{ insertId }] = await ctx.db.insert(apiTokens).values({
    userId: scene.user[person],
    kind,
    tokenHash: sha256(token),
    name: 'made by a test',
    scopes,
    expiresAt: new Date(ctx.clock.now().getTime() + 86_400_000),
  });
  return { token, tokenId: insertId };
}

/** What takes a credential's worth away. */
export const endings = {
  async expired(ctx: Context, { tokenId }: Credential) {
    const expiresAt = new Date(ctx.clock.now().getTime() - 1_000);
    await ctx.db.update(apiTokens).set({ expiresAt }).where(eq(apiTokens.id, tokenId));
  },
  async revoked(ctx: Context, { tokenId }: Credential) {
    await ctx.db.update(apiTokens).set({ revokedAt: ctx.clock.now() }).where(eq(apiTokens.id, tokenId));
  },
  /** Not used for longer than a session may rest. */
  async idle(ctx: Context, { tokenId }: Credential) {
    const lastUsedAt = new Date(ctx.clock.now().getTime() - ctx.settings.sessionIdleHours * 3_600_000 - 60_000);
    await ctx.db.update(apiTokens).set({ lastUsedAt, createdAt: lastUsedAt }).where(eq(apiTokens.id, tokenId));
  },
  async disabledUser(ctx: Context, _credential: Credential, userId: number) {
    await ctx.db.update(users).set({ disabledAt: ctx.clock.now() }).where(eq(users.id, userId));
  },
  async deletedUser(ctx: Context, _credential: Credential, userId: number) {
    await ctx.db.update(users).set({ deletedAt: ctx.clock.now() }).where(eq(users.id, userId));
  },
} as const;
export type Ending = keyof typeof endings;
