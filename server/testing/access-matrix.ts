import type { AreaScope } from '#shared/scopes';
import { chunkHead } from '#shared/upload-chunk';
import { line } from './drawings';
import { password, type Caller } from './world';
import type { ProcedureMeta } from '#server/rpc/trpc';
import type { Person, Scene } from './scene';

/**
 * Who may call what, as data: written from the rules (ARCHITECTURE.md, "Who may do what"), not read from the code. For a
 * signed-in person the outcome stands in the row; what a token of theirs gets follows from its scopes and the row's.
 */
export type Outcome = string;

/** Outcomes of the sessions of those who may sign in. */
export type Outcomes = readonly [
  nobody: Outcome,
  owner: Outcome,
  stranger: Outcome,
  viewer: Outcome,
  operator: Outcome,
  instructor: Outcome,
  admin: Outcome,
];
const columns = ['owner', 'stranger', 'viewer', 'operator', 'instructor', 'admin'] as const satisfies Person[];

/** The outcome for a person's session, or null's for nobody. The service account is a user who owns nothing. */
export function outcomeFor(outcomes: Outcomes, person: Person | null): Outcome {
  const column = person === 'service' ? 'stranger' : person;
  return outcomes[columns.findIndex((name) => name === column) + 1] ?? '';
}

export interface Row {
  access: ProcedureMeta['access'];
  scope: ProcedureMeta['scope'];
  outcomes: Outcomes;
  call: (api: Caller, scene: Scene, person: Person | null) => Promise<unknown>;
  /**
   * What a token needs besides `scope` for this very call (`session`: no token will do), and what it is told without it:
   * who would otherwise succeed.
   */
  needs?: { scope: AreaScope | 'session'; otherwise: Outcome; of?: Person };
}

const no = 'UNAUTHENTICATED';
const denied = 'FORBIDDEN';
const unseen = 'NOT_FOUND';

const everyone: Outcomes = ['OK', 'OK', 'OK', 'OK', 'OK', 'OK', 'OK'];
const signedIn: Outcomes = [no, 'OK', 'OK', 'OK', 'OK', 'OK', 'OK'];
const instructors: Outcomes = [no, denied, denied, denied, denied, 'OK', 'OK'];
const admins: Outcomes = [no, denied, denied, denied, denied, denied, 'OK'];
const ownerOnly: Outcomes = [no, 'OK', unseen, unseen, unseen, unseen, unseen];
const ownerOrAdmin: Outcomes = [no, 'OK', unseen, unseen, unseen, unseen, 'OK'];
const adminOrUnseen: Outcomes = [no, unseen, unseen, unseen, unseen, unseen, 'OK'];
/** A template of the owner's that is shared with `viewer`. */
const seeTemplate: Outcomes = [no, 'OK', unseen, 'OK', unseen, unseen, unseen];
const changeTemplate: Outcomes = [no, 'OK', unseen, denied, unseen, unseen, unseen];
const changePublished: Outcomes = [no, 'OK', denied, denied, denied, denied, denied];
/** A slice of the owner's that is shared with `viewer` to view and with `operator` to operate. */
const seeSlice: Outcomes = [no, 'OK', unseen, 'OK', 'OK', unseen, 'OK'];
const operateSlice: Outcomes = [no, 'OK', unseen, denied, 'OK', unseen, 'OK'];
const manageSlice: Outcomes = [no, 'OK', unseen, denied, denied, unseen, 'OK'];

/** An image of the owner's that is shared with `viewer`. */
const seeImage: Outcomes = [no, 'OK', unseen, 'OK', unseen, unseen, 'OK'];
const changeImage: Outcomes = [no, 'OK', unseen, denied, unseen, unseen, 'OK'];

const publicTo = (call: Row['call'], outcomes: Outcomes = everyone): Row => ({
  access: 'public',
  scope: null,
  outcomes,
  call,
});
const row = (
  access: Row['access'],
  scope: Row['scope'],
  outcomes: Outcomes,
  call: Row['call'],
  needs?: Row['needs'],
): Row => ({ access, scope, outcomes, call, ...(needs === undefined ? {} : { needs }) });
/** With another outcome than OK for who gets through. */
const endingIn = (outcomes: Outcomes, outcome: Outcome) =>
  outcomes.map((each) => (each === 'OK' ? outcome : each)) as unknown as Outcomes;

const noQuota = { slices: null, vms: null, vcpus: null, ramMb: null, diskGb: null, internetKbps: null } as const;
const noRunning = { runningVms: null, runningVcpus: null, runningRamMb: null } as const;
const limits = { ...noQuota, ...noRunning, snapshots: null, imageMb: null, internetMbPerMonth: null };
const noLimits = { vcpus: null, ramMb: null, diskGb: null };
const sshKey = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIP1rt24pWRcXVqpuM15Vl7ROEWqrsD9R0tPFWZIstnBS new';
const document = '{"format":"trama","version":1,"name":"new","vms":[]}';

const toManage = { scope: 'slices:manage', otherwise: denied } as const;
const signedInOnly = { scope: 'session', otherwise: denied } as const;
const adminNeeds = (scope: AreaScope, otherwise: Outcome = unseen) => ({ scope, otherwise, of: 'admin' }) as const;

/** By procedure, and a word for what is done where it matters: `deployments.start destroy`. */
export const matrix: Record<string, Row> = {
  'auth.me': publicTo((api) => api.auth.me()),
  'auth.register': publicTo((api, s) => api.auth.register({ email: `new${s.n}@example.org`, name: 'New', password })),
  'auth.login': publicTo((api, s) => api.auth.login({ email: s.email('spare'), password })),
  'auth.resetPassword': publicTo((api, s) => api.auth.resetPassword({ token: s.reset, password })),
  'auth.logout': row('user', 'session', signedIn, (api) => api.auth.logout()),
  'auth.updateProfile': row('user', 'account:manage', signedIn, (api) => api.auth.updateProfile({ name: 'New' })),
  'auth.changePassword': row('user', 'session', signedIn, (api) =>
    api.auth.changePassword({ currentPassword: password, password: 'another horse battery' }),
  ),
  'auth.changeEmail': row('user', 'session', signedIn, (api, s) =>
    api.auth.changeEmail({ currentPassword: password, email: `new${s.n}@example.org` }),
  ),
  'auth.sessions': row('user', 'account:read', signedIn, (api) => api.auth.sessions()),
  'auth.revokeSession': row('user', 'account:manage', ownerOnly, (api, s) =>
    api.auth.revokeSession({ id: s.sessionId }),
  ),
  'auth.signOutEverywhere': row('user', 'session', signedIn, (api) => api.auth.signOutEverywhere({})),
  'auth.beginSecondFactor': row('user', 'session', signedIn, (api) =>
    api.auth.beginSecondFactor({ currentPassword: password }),
  ),
  // nobody has begun: whoever may is told so
  'auth.enableSecondFactor': row('user', 'session', endingIn(signedIn, 'INVALID_INPUT'), (api) =>
    api.auth.enableSecondFactor({ code: '000000' }),
  ),
  'auth.disableSecondFactor': row('user', 'session', endingIn(signedIn, 'INVALID_INPUT'), (api) =>
    api.auth.disableSecondFactor({ currentPassword: password, code: '000000' }),
  ),
  'auth.renewRecoveryCodes': row('user', 'session', endingIn(signedIn, 'INVALID_INPUT'), (api) =>
    api.auth.renewRecoveryCodes({ currentPassword: password, code: '000000' }),
  ),

  'tokens.list': row('user', 'account:read', signedIn, (api) => api.tokens.list({})),
  'tokens.list of a service': row(
    'user',
    'account:read',
    adminOrUnseen,
    (api, s, person) => api.tokens.list({ userId: person === 'service' ? s.user.spare : s.user.service }),
    adminNeeds('admin:read'),
  ),
  'tokens.list of a person': row('user', 'account:read', endingIn(adminOrUnseen, unseen), (api, s) =>
    api.tokens.list({ userId: s.user.spare }),
  ),
  'tokens.create': row('user', 'session', signedIn, (api) => api.tokens.create({ name: 'new', scopes: ['manage'] })),
  'tokens.create for a service': row('user', 'session', adminOrUnseen, (api, s) =>
    api.tokens.create({ name: 'new', scopes: ['manage'], userId: s.user.service }),
  ),
  'tokens.create for a person': row('user', 'session', endingIn(adminOrUnseen, unseen), (api, s) =>
    api.tokens.create({ name: 'new', scopes: ['manage'], userId: s.user.spare }),
  ),
  'tokens.revoke': row(
    'user',
    'account:manage',
    ownerOrAdmin,
    (api, s) => api.tokens.revoke({ id: s.tokenId }),
    adminNeeds('admin:manage'),
  ),
  'tokens.revoke a session': row('user', 'account:manage', endingIn(ownerOnly, unseen), (api, s) =>
    api.tokens.revoke({ id: s.sessionId }),
  ),

  'users.list': row('users:manage', 'admin:read', admins, (api) => api.users.list({})),
  'users.get': row('users:manage', 'admin:read', admins, (api, s) => api.users.get({ id: s.user.spare })),
  'users.find': row('users:find', 'account:read', instructors, (api) => api.users.find({ search: 'spare' })),
  'users.create': row('users:manage', 'admin:manage', admins, (api, s) =>
    api.users.create({ email: `new${s.n}@example.org`, name: 'New', role: 'instructor' }),
  ),
  'users.create an administrator': row(
    'users:manage',
    'admin:manage',
    admins,
    (api, s) => api.users.create({ email: `new${s.n}@example.org`, name: 'New', role: 'admin' }),
    signedInOnly,
  ),
  'users.createService': row('users:manage', 'admin:manage', admins, (api) =>
    api.users.createService({ name: 'New', role: 'instructor' }),
  ),
  'users.createService an administrator': row(
    'users:manage',
    'admin:manage',
    admins,
    (api) => api.users.createService({ name: 'New', role: 'admin' }),
    signedInOnly,
  ),
  'users.update': row('users:manage', 'admin:manage', admins, (api, s) =>
    api.users.update({ id: s.user.spare, role: 'instructor' }),
  ),
  'users.update to an administrator': row(
    'users:manage',
    'admin:manage',
    admins,
    (api, s) => api.users.update({ id: s.user.spare, role: 'admin' }),
    signedInOnly,
  ),
  'users.disable': row('users:manage', 'admin:manage', admins, (api, s) => api.users.disable({ id: s.user.spare })),
  'users.enable': row('users:manage', 'admin:manage', admins, (api, s) => api.users.enable({ id: s.user.spare })),
  'users.resetPassword': row('users:manage', 'session', admins, (api, s) =>
    api.users.resetPassword({ id: s.user.spare }),
  ),
  'users.removeSecondFactor': row('users:manage', 'session', admins, (api, s) =>
    api.users.removeSecondFactor({ id: s.user.spare }),
  ),
  'users.signOut': row('users:manage', 'admin:manage', admins, (api, s) => api.users.signOut({ id: s.user.spare })),
  'users.delete': row('users:manage', 'admin:manage', admins, (api, s) =>
    api.users.delete({ id: s.user.spare, templates: 'delete', slices: 'destroy' }),
  ),
  'users.delete and give templates away': row(
    'users:manage',
    'admin:manage',
    admins,
    (api, s) =>
      api.users.delete({ id: s.user.spare, templates: 'transfer', slices: 'destroy', transferTo: s.user.admin }),
    { scope: 'templates:manage', otherwise: denied },
  ),
  'users.delete and give slices away': row(
    'users:manage',
    'admin:manage',
    admins,
    (api, s) =>
      api.users.delete({ id: s.user.spare, templates: 'delete', slices: 'transfer', transferTo: s.user.admin }),
    toManage,
  ),

  'quotas.mine': row('user', 'account:read', signedIn, (api) => api.quotas.mine()),
  'quotas.ofUser': row('quotas:manage', 'admin:read', admins, (api, s) => api.quotas.ofUser({ userId: s.user.spare })),
  'quotas.ofRoles': row('quotas:manage', 'admin:read', admins, (api) => api.quotas.ofRoles()),
  'quotas.setOfUser': row('quotas:manage', 'admin:manage', admins, (api, s) =>
    api.quotas.setOfUser({ userId: s.user.spare, quota: limits }),
  ),
  'quotas.setOfRole': row('quotas:manage', 'admin:manage', admins, (api) =>
    api.quotas.setOfRole({ role: 'user', limits }),
  ),
  'quotas.resetInternet': row('quotas:manage', 'admin:manage', admins, (api, s) =>
    api.quotas.resetInternet({ id: s.slice.idle }),
  ),

  'audit.list': row('audit:see-all', 'admin:read', admins, (api) => api.audit.list({})),
  'audit.mine': row('user', 'account:read', signedIn, (api) => api.audit.mine({})),
  'audit.export': row('audit:see-all', 'admin:read', admins, (api) => api.audit.export({})),

  'notifications.list': row('user', 'account:read', signedIn, (api) => api.notifications.list({})),
  'notifications.unread': row('user', 'account:read', signedIn, (api) => api.notifications.unread()),
  // others' are passed over
  'notifications.markRead': row('user', 'account:operate', signedIn, (api) => api.notifications.markRead({ upTo: 1 })),
  'notifications.preferences': row('user', 'account:read', signedIn, (api) => api.notifications.preferences()),
  'notifications.setPreferences': row('user', 'account:manage', signedIn, (api) =>
    api.notifications.setPreferences({ muted: ['deployment.succeeded'] }),
  ),
  'notifications.watch': row('user', 'account:read', signedIn, (api) => api.notifications.watch({}).then(begin)),

  'sshKeys.list': row('user', 'account:read', signedIn, (api) => api.sshKeys.list()),
  'sshKeys.create': row('user', 'account:manage', signedIn, (api) => api.sshKeys.create({ text: sshKey })),
  'sshKeys.delete': row('user', 'account:manage', ownerOnly, (api, s) => api.sshKeys.delete({ id: s.sshKey })),

  'webhooks.list': row('user', 'account:read', signedIn, (api) => api.webhooks.list()),
  'webhooks.create': row('user', 'account:manage', signedIn, (api) =>
    api.webhooks.create({ name: 'new', url: 'https://hook.example.org/', events: ['slice.degraded'] }),
  ),
  'webhooks.create for all slices': row('user', 'account:manage', admins, (api) =>
    api.webhooks.create({
      name: 'new',
      url: 'https://hook.example.org/',
      events: ['slice.degraded'],
      allSlices: true,
    }),
  ),
  'webhooks.update': row('user', 'account:manage', ownerOnly, (api, s) =>
    api.webhooks.update({ id: s.webhook, name: 'other' }),
  ),
  'webhooks.delete': row('user', 'account:manage', ownerOnly, (api, s) => api.webhooks.delete({ id: s.webhook })),
  'webhooks.renewSecret': row('user', 'account:manage', ownerOnly, (api, s) =>
    api.webhooks.renewSecret({ id: s.webhook }),
  ),
  'webhooks.test': row('user', 'account:manage', ownerOnly, (api, s) => api.webhooks.test({ id: s.webhook })),
  'webhooks.deliveries': row('user', 'account:read', ownerOnly, (api, s) =>
    api.webhooks.deliveries({ webhookId: s.webhook }),
  ),
  'webhooks.redeliver': row('user', 'account:manage', ownerOnly, (api, s) =>
    api.webhooks.redeliver({ id: s.delivery }),
  ),

  'flavours.list': row('user', 'catalogue:read', signedIn, (api) => api.flavours.list({})),
  'flavours.create': row('flavours:manage', 'catalogue:manage', admins, (api, s) =>
    api.flavours.create({ name: `new ${s.n}`, ...s.size }),
  ),
  'flavours.update': row('flavours:manage', 'catalogue:manage', admins, (api, s) =>
    api.flavours.update({ id: s.flavour, name: `new ${s.n}`, ...s.size }),
  ),
  'flavours.retire': row('flavours:manage', 'catalogue:manage', admins, (api, s) =>
    api.flavours.retire({ id: s.flavour }),
  ),
  'images.list': row('user', 'catalogue:read', signedIn, (api) => api.images.list({})),
  'images.create': row('images:manage', 'catalogue:manage', admins, (api, s) =>
    api.images.create({ name: `new ${s.n}`, kind: 'kernel', source: '/images/new' }),
  ),
  'images.update': row('images:manage', 'catalogue:manage', admins, (api, s) =>
    api.images.update({ id: s.image, name: `new ${s.n}`, kind: 'kernel', source: '/images/new' }),
  ),
  'images.check': row('images:manage', 'catalogue:manage', admins, (api, s) => api.images.check({ id: s.image })),
  'images.retire': row('images:manage', 'catalogue:manage', admins, (api, s) => api.images.retire({ id: s.image })),
  'images.unused': row('images:manage', 'catalogue:read', admins, (api) => api.images.unused()),
  'images.prune': row('images:manage', 'catalogue:manage', admins, (api, s) => api.images.prune({ id: s.image })),
  'images.updateOwn': row('user', 'catalogue:manage', changeImage, (api, s) =>
    api.images.updateOwn({ id: s.ownImage, name: `other ${s.n}`, visibility: 'private' }),
  ),
  'images.deleteOwn': row('user', 'catalogue:manage', changeImage, (api, s) =>
    api.images.deleteOwn({ id: s.ownImage }),
  ),
  'images.uses': row('user', 'catalogue:read', changeImage, (api, s) => api.images.uses({ id: s.ownImage })),
  'images.shares': row('user', 'catalogue:read', seeImage, (api, s) => api.images.shares({ id: s.ownImage })),
  'images.share': row('user', 'catalogue:manage', changeImage, (api, s) =>
    api.images.share({ id: s.ownImage, email: s.email('spare') }),
  ),
  'images.unshare': row('user', 'catalogue:manage', changeImage, (api, s) =>
    api.images.unshare({ id: s.ownImage, userId: s.user.spare }),
  ),
  'imageUploads.list': row('user', 'catalogue:read', signedIn, (api) => api.imageUploads.list({})),
  'imageUploads.get': row('user', 'catalogue:read', ownerOnly, (api, s) => api.imageUploads.get({ id: s.upload })),
  'imageUploads.create': row('user', 'catalogue:manage', signedIn, (api, s) =>
    api.imageUploads.create({ name: `new ${s.n}`, fileName: 'disk.qcow2', sizeBytes: 1 }),
  ),
  'imageUploads.fetch': row('user', 'catalogue:manage', signedIn, (api, s) =>
    api.imageUploads.fetch({ name: `fetched ${s.n}`, url: 'https://images.example.org/disk.qcow2' }),
  ),
  // its image is one that is booted anew each time: whoever may is told so
  'imageUploads.save': row(
    'user',
    'catalogue:manage',
    endingIn(manageSlice, 'INVALID_INPUT'),
    (api, s) => api.imageUploads.save({ vmId: s.vm.idle, name: `saved ${s.n}` }),
    toManage,
  ),
  'imageUploads.writeChunk': row('user', 'catalogue:manage', ownerOnly, (api, s) =>
    api.imageUploads.writeChunk(chunkHead(s.upload, 0)),
  ),
  // nothing of it has come: whoever may is told so
  'imageUploads.finish': row('user', 'catalogue:manage', endingIn(ownerOnly, 'UPLOAD_OFFSET'), (api, s) =>
    api.imageUploads.finish({ id: s.upload }),
  ),
  'imageUploads.cancel': row('user', 'catalogue:manage', ownerOnly, (api, s) =>
    api.imageUploads.cancel({ id: s.upload }),
  ),
  'zones.list': row('user', 'catalogue:read', signedIn, (api) => api.zones.list()),
  'zones.get': row('user', 'catalogue:read', signedIn, (api, s) => api.zones.get({ id: s.zone })),
  'zones.figures': row('user', 'catalogue:read', signedIn, (api, s) => api.zones.figures({ id: s.zone })),
  'zones.create': row('zones:manage', 'catalogue:manage', admins, (api, s) =>
    api.zones.create({ name: `new ${s.n}`, provider: 'simulator' }),
  ),
  'zones.update': row('zones:manage', 'catalogue:manage', admins, (api, s) =>
    api.zones.update({
      id: s.zone,
      name: `new ${s.n}`,
      enabled: true,
      limits: noLimits,
      overcommit: { vcpus: 1, ram: 1, disk: 1 },
    }),
  ),
  'zones.refresh': row('zones:manage', 'catalogue:manage', admins, (api, s) => api.zones.refresh({ id: s.zone })),
  'zones.testConnection': row('zones:manage', 'catalogue:manage', admins, (api) =>
    api.zones.testConnection({ id: null, settings: { provider: 'openstack' } }),
  ),
  'zones.leftovers': row('zones:manage', 'catalogue:manage', admins, (api, s) => api.zones.leftovers({ id: s.zone })),
  'zones.removeLeftovers': row('zones:manage', 'catalogue:manage', admins, (api, s) =>
    api.zones.removeLeftovers({ id: s.zone, names: ['slice-1000000'] }),
  ),
  'zones.homes': row('zones:manage', 'catalogue:manage', admins, (api) => api.zones.homes()),
  'zones.move': row('zones:manage', 'catalogue:manage', admins, (api, s) =>
    api.zones.move({ id: s.homedZone, homeId: s.otherHome }),
  ),
  'zones.release': row('zones:manage', 'catalogue:manage', admins, (api, s) => api.zones.release({ id: s.homedZone })),
  'zones.delete': row('zones:manage', 'catalogue:manage', admins, (api, s) => api.zones.delete({ id: s.spareZone })),

  'templates.list': row('user', 'templates:read', signedIn, (api) => api.templates.list({})),
  'templates.get': row('user', 'templates:read', seeTemplate, (api, s) =>
    api.templates.get({ id: s.template.template }),
  ),
  'templates.get published': row('user', 'templates:read', signedIn, (api, s) =>
    api.templates.get({ id: s.template.published }),
  ),
  'templates.create': row('user', 'templates:manage', signedIn, (api, s) =>
    api.templates.create({ name: `new ${s.n}`, topology: line(1) }),
  ),
  'templates.update': row('user', 'templates:manage', changeTemplate, (api, s) =>
    api.templates.update({ id: s.template.template, name: `new ${s.n}` }),
  ),
  'templates.update published': row('user', 'templates:manage', changePublished, (api, s) =>
    api.templates.update({ id: s.template.published, name: `new ${s.n}` }),
  ),
  'templates.duplicate': row('user', 'templates:manage', seeTemplate, (api, s) =>
    api.templates.duplicate({ id: s.template.template }),
  ),
  'templates.duplicate published': row('user', 'templates:manage', signedIn, (api, s) =>
    api.templates.duplicate({ id: s.template.published }),
  ),
  'templates.delete': row('user', 'templates:manage', changeTemplate, (api, s) =>
    api.templates.delete({ id: s.template.template }),
  ),
  'templates.delete published': row('user', 'templates:manage', changePublished, (api, s) =>
    api.templates.delete({ id: s.template.published }),
  ),
  'templates.import': row('user', 'templates:manage', signedIn, (api) => api.templates.import({ text: document })),
  'templates.gallery': row('user', 'templates:read', signedIn, (api) => api.templates.gallery({})),
  'templates.createFromLab': row('user', 'templates:manage', signedIn, (api) =>
    api.templates.createFromLab({ lab: 'segments' }),
  ),
  'drafts.get': row('user', 'templates:read', seeTemplate, (api, s) =>
    api.drafts.get({ templateId: s.template.template }),
  ),
  'drafts.save': row('user', 'templates:manage', changeTemplate, (api, s) =>
    api.drafts.save({
      templateId: s.template.template,
      revision: 1,
      document: { name: 'new', description: '', topology: line(1) },
    }),
  ),
  // one's own, whatever has become of the template
  'drafts.drop': row('user', 'templates:manage', signedIn, (api, s) =>
    api.drafts.drop({ templateId: s.template.template }),
  ),
  'presence.watch': row('user', 'templates:read', seeTemplate, (api, s) =>
    api.presence.watch({ templateId: s.template.template }).then(begin),
  ),
  // who is there is told to those who see it by name
  'presence.watch published': row('user', 'templates:read', changePublished, (api, s) =>
    api.presence.watch({ templateId: s.template.published }).then(begin),
  ),
  // nobody has such a page open
  'presence.point': row('user', 'templates:read', endingIn(signedIn, unseen), (api) =>
    api.presence.point({ page: 'a'.repeat(22), pointed: { cursor: null, chosen: [] } }),
  ),
  'templates.tags': row('user', 'templates:read', signedIn, (api) => api.templates.tags({})),
  'templates.sketch': row('user', 'templates:read', seeTemplate, (api, s) =>
    api.templates.sketch({ id: s.template.template, revision: 1 }),
  ),
  'templates.revisions': row('user', 'templates:read', changeTemplate, (api, s) =>
    api.templates.revisions({ id: s.template.template }),
  ),
  'templates.revisions published': row('user', 'templates:read', changePublished, (api, s) =>
    api.templates.revisions({ id: s.template.published }),
  ),
  'templates.revision': row('user', 'templates:read', changeTemplate, (api, s) =>
    api.templates.revision({ id: s.template.template, number: 1 }),
  ),
  'templates.restore': row('user', 'templates:manage', changeTemplate, (api, s) =>
    api.templates.restore({ id: s.template.template, number: 1, baseRevision: 1 }),
  ),
  'templates.restore published': row('user', 'templates:manage', changePublished, (api, s) =>
    api.templates.restore({ id: s.template.published, number: 1, baseRevision: 1 }),
  ),
  'templates.uses': row('user', 'templates:read', seeTemplate, (api, s) =>
    api.templates.uses({ id: s.template.template }),
  ),
  'templates.uses published': row('user', 'templates:read', signedIn, (api, s) =>
    api.templates.uses({ id: s.template.published }),
  ),
  'templates.export': row('user', 'templates:read', seeTemplate, (api, s) =>
    api.templates.export({ id: s.template.template }),
  ),
  'templates.export published': row('user', 'templates:read', signedIn, (api, s) =>
    api.templates.export({ id: s.template.published }),
  ),
  // who it is shared with is told of their own share alone
  'templates.shares': row('user', 'templates:read', seeTemplate, (api, s) =>
    api.templates.shares({ id: s.template.template }),
  ),
  'templates.share': row('user', 'templates:manage', changeTemplate, (api, s) =>
    api.templates.share({ id: s.template.template, email: s.email('spare') }),
  ),
  'templates.unshare': row('user', 'templates:manage', changeTemplate, (api, s) =>
    api.templates.unshare({ id: s.template.template, userId: s.user.spare }),
  ),
  'templates.unshare oneself': row('user', 'templates:manage', seeTemplate, (api, s, person) =>
    api.templates.unshare({ id: s.template.template, userId: s.user[person ?? 'spare'] }),
  ),
  // its role decides first, then whose it is
  'templates.publish': row(
    'templates:publish',
    'templates:manage',
    [no, denied, denied, denied, denied, 'OK', unseen],
    (api, s) => api.templates.publish({ id: s.template.lesson, published: true }),
  ),
  'templates.publish a user’s': row(
    'templates:publish',
    'templates:manage',
    [no, denied, denied, denied, denied, unseen, unseen],
    (api, s) => api.templates.publish({ id: s.template.template, published: true }),
  ),

  'slices.list': row('user', 'slices:read', signedIn, (api) => api.slices.list({})),
  'slices.list of everyone': row('user', 'slices:read', admins, (api) => api.slices.list({ of: 'everyone' })),
  'slices.get': row('user', 'slices:read', seeSlice, (api, s) => api.slices.get({ id: s.slice.idle })),
  'slices.topology': row('user', 'slices:read', seeSlice, (api, s) => api.slices.topology({ id: s.slice.idle })),
  'slices.preview': row('user', 'slices:read', seeTemplate, (api, s) =>
    api.slices.preview({ templateId: s.template.template, zoneId: s.zone }),
  ),
  'slices.chooseZone': row('user', 'slices:read', seeTemplate, (api, s) =>
    api.slices.chooseZone({ templateId: s.template.template }),
  ),
  'slices.chooseZone of a slice': row('user', 'slices:read', seeSlice, (api, s) =>
    api.slices.chooseZone({ sliceId: s.slice.idle }),
  ),
  'slices.freeName': row('user', 'slices:read', signedIn, (api, s) => api.slices.freeName({ name: `new ${s.n}` })),
  'slices.create': row('user', 'slices:manage', seeTemplate, (api, s) =>
    api.slices.create({ name: `new ${s.n}`, templateId: s.template.template, zoneId: s.zone }),
  ),
  'slices.create of a published template': row('user', 'slices:manage', signedIn, (api, s) =>
    api.slices.create({ name: `new ${s.n}`, templateId: s.template.published, zoneId: s.zone }),
  ),
  'slices.clone': row('user', 'slices:manage', seeSlice, (api, s) =>
    api.slices.clone({ id: s.slice.idle, name: `new ${s.n}` }),
  ),
  'slices.clone of a snapshot': row('user', 'slices:manage', manageSlice, (api, s) =>
    api.slices.clone({ id: s.slice.idle, name: `new ${s.n}`, snapshotId: s.snapshot }),
  ),
  'slices.previewClone': row('user', 'slices:read', seeSlice, (api, s) =>
    api.slices.previewClone({ id: s.slice.idle }),
  ),
  'slices.saveAsTemplate': row(
    'user',
    'templates:manage',
    seeSlice,
    (api, s) => api.slices.saveAsTemplate({ id: s.slice.idle, name: `new ${s.n}` }),
    { scope: 'slices:read', otherwise: denied },
  ),
  'slices.rename': row('user', 'slices:manage', manageSlice, (api, s) =>
    api.slices.rename({ id: s.slice.idle, name: `new ${s.n}` }),
  ),
  'slices.setHeal': row('user', 'slices:manage', manageSlice, (api, s) =>
    api.slices.setHeal({ id: s.slice.idle, driftPolicy: 'heal' }),
  ),
  'slices.setRestart': row('user', 'slices:manage', manageSlice, (api, s) =>
    api.slices.setRestart({ id: s.slice.idle, restartAfterReboot: true }),
  ),
  'slices.events': row('user', 'slices:read', seeSlice, (api, s) => api.slices.events({ sliceId: s.slice.idle })),
  'slices.changes': row('user', 'slices:read', signedIn, (api) => api.slices.changes({ lastEventId: '0' }).then(begin)),
  'slices.internet': row('user', 'slices:read', seeSlice, (api, s) => api.slices.internet({ id: s.slice.idle })),
  'slices.figures': row('user', 'slices:read', seeSlice, (api, s) => api.slices.figures({ id: s.slice.idle })),
  'slices.vmStatus': row('user', 'slices:read', seeSlice, (api, s) =>
    api.slices.vmStatus({ sliceId: s.slice.idle, vmId: s.vm.idle }),
  ),
  // nothing of it is really there
  'slices.exec': row('user', 'slices:operate', endingIn(operateSlice, 'GUEST_UNAVAILABLE'), (api, s) =>
    api.slices.exec({ sliceId: s.slice.idle, vmId: s.vm.idle, command: 'true' }),
  ),
  'slices.screens': row('user', 'slices:operate', seeSlice, (api, s) => api.slices.screens({ id: s.slice.idle })),
  'slices.openConsole': row('user', 'slices:operate', seeSlice, (api, s) =>
    api.slices.openConsole({ vmId: s.vm.idle }),
  ),
  'slices.shares': row('user', 'slices:read', seeSlice, (api, s) => api.slices.shares({ id: s.slice.idle })),
  'slices.share': row('user', 'slices:manage', manageSlice, (api, s) =>
    api.slices.share({ id: s.slice.idle, email: s.email('spare'), level: 'operate' }),
  ),
  'slices.unshare': row('user', 'slices:manage', manageSlice, (api, s) =>
    api.slices.unshare({ id: s.slice.idle, userId: s.user.spare }),
  ),
  'slices.unshare oneself': row('user', 'slices:manage', seeSlice, (api, s, person) =>
    api.slices.unshare({ id: s.slice.idle, userId: s.user[person ?? 'spare'] }),
  ),

  'leases.get': row('user', 'slices:read', seeSlice, (api, s) => api.leases.get({ id: s.slice.idle })),
  'leases.set': row('user', 'slices:manage', manageSlice, (api, s) =>
    api.leases.set({ id: s.slice.idle, expiresAt: '2100-01-01T00:00:00.000Z' }),
  ),
  'leases.extend': row('user', 'slices:manage', endingIn(manageSlice, 'INVALID_INPUT'), (api, s) =>
    api.leases.extend({ id: s.slice.idle }),
  ),
  'leases.limit': row('user', 'slices:read', signedIn, (api, s) => api.leases.limit({ zoneId: s.spareZone })),
  'leases.limits': row('zones:manage', 'catalogue:read', admins, (api) => api.leases.limits()),
  'leases.setLimit': row('zones:manage', 'catalogue:manage', admins, (api, s) =>
    api.leases.setLimit({ of: { zoneId: s.spareZone }, limit: { maxMinutes: 60, atEnd: ['stop'], warnMinutes: 5 } }),
  ),
  // what one does not see is left out
  'line.places': row('user', 'slices:read', signedIn, (api, s) => api.line.places({ sliceIds: [s.slice.idle] })),
  'line.get': row('user', 'slices:read', seeSlice, (api, s) => api.line.get({ sliceId: s.slice.idle })),
  // it runs: whoever may is told that it cannot be deployed
  'line.join': row('user', 'slices:manage', endingIn(manageSlice, 'INVALID_TRANSITION'), (api, s) =>
    api.line.join({ sliceId: s.slice.idle }),
  ),
  'line.leave': row('user', 'slices:manage', manageSlice, (api, s) => api.line.leave({ sliceId: s.slice.idle })),
  'links.get': row('user', 'slices:read', seeSlice, (api, s) => api.links.get({ id: s.slice.idle })),
  // its drawing has no links
  'links.schedule': row('user', 'slices:manage', endingIn(manageSlice, 'INVALID_INPUT'), (api, s) =>
    api.links.schedule({ id: s.slice.idle, steps: [{ at: 30, edge: 'e1', deed: 'down' }] }),
  ),
  'links.chaos': row('user', 'slices:manage', endingIn(manageSlice, 'INVALID_INPUT'), (api, s) =>
    api.links.chaos({ id: s.slice.idle, failureSeconds: 10, repairSeconds: 5, durationSeconds: 60, seed: 1 }),
  ),
  'links.stop': row('user', 'slices:manage', manageSlice, (api, s) => api.links.stop({ id: s.slice.idle })),
  'networks.list': row('user', 'slices:read', signedIn, (api) => api.networks.list({})),
  'networks.get': row('user', 'slices:read', seeSlice, (api, s) => api.networks.get({ id: s.slice.idle })),
  // it is published already
  'networks.publish': row('user', 'slices:manage', endingIn(manageSlice, 'INVALID_INPUT'), (api, s) =>
    api.networks.publish({ id: s.slice.idle, network: 'lan' }),
  ),
  'networks.withdraw': row('user', 'slices:manage', manageSlice, (api, s) =>
    api.networks.withdraw({ id: s.published }),
  ),
  // it is of that slice itself
  'networks.join': row('user', 'slices:manage', endingIn(manageSlice, 'INVALID_INPUT'), (api, s) =>
    api.networks.join({ id: s.slice.idle, network: 'lan', publicationId: s.published }),
  ),
  'networks.answer': row('user', 'slices:manage', manageSlice, (api, s) =>
    api.networks.answer({ id: s.join, accept: true }),
  ),
  'networks.leave': row('user', 'slices:manage', manageSlice, (api, s) => api.networks.leave({ id: s.join })),
  'idle.get': row('user', 'slices:read', seeSlice, (api, s) => api.idle.get({ id: s.slice.idle })),
  'idle.set': row('user', 'slices:manage', manageSlice, (api, s) =>
    api.idle.set({ id: s.slice.idle, rule: { minutes: 60, action: 'suggest' } }),
  ),
  'idle.rules': row('zones:manage', 'catalogue:read', admins, (api) => api.idle.rules()),
  'idle.setRule': row('zones:manage', 'catalogue:manage', admins, (api, s) =>
    api.idle.setRule({ of: { zoneId: s.spareZone }, rule: { minutes: 60, action: 'stop' } }),
  ),
  'schedules.list': row('user', 'slices:read', seeSlice, (api, s) => api.schedules.list({ id: s.slice.idle })),
  'schedules.add': row('user', 'slices:manage', manageSlice, (api, s) =>
    api.schedules.add({
      sliceId: s.slice.idle,
      kind: 'stop',
      rule: { repeat: 'weekly', weekdays: [5], time: '18:00', timeZone: 'Europe/Madrid' },
    }),
  ),
  'schedules.remove': row('user', 'slices:manage', manageSlice, (api, s) => api.schedules.remove({ id: s.schedule })),
  'snapshots.list': row('user', 'slices:read', seeSlice, (api, s) => api.snapshots.list({ sliceId: s.slice.idle })),
  'snapshots.rename': row('user', 'slices:manage', manageSlice, (api, s) =>
    api.snapshots.rename({ id: s.snapshot, name: `new ${s.n}` }),
  ),
  'snapshots.remove': row('user', 'slices:manage', manageSlice, (api, s) => api.snapshots.remove({ id: s.snapshot })),

  'deployments.plan': row('user', 'slices:read', seeSlice, (api, s) =>
    api.deployments.plan({ sliceId: s.slice.idle, kind: 'destroy' }),
  ),
  'deployments.plan an update': row('user', 'slices:read', seeSlice, (api, s) =>
    api.deployments.plan({ sliceId: s.slice.idle, kind: 'update' }),
  ),
  'deployments.start update': row(
    'user',
    'slices:operate',
    manageSlice,
    (api, s) => api.deployments.start({ sliceId: s.slice.idle, kind: 'update' }),
    toManage,
  ),
  'deployments.start deploy': row(
    'user',
    'slices:operate',
    manageSlice,
    (api, s) => api.deployments.start({ sliceId: s.slice.undeployed, kind: 'deploy' }),
    toManage,
  ),
  'deployments.start stop': row('user', 'slices:operate', operateSlice, (api, s) =>
    api.deployments.start({ sliceId: s.slice.idle, kind: 'stop' }),
  ),
  'deployments.start suspend': row('user', 'slices:operate', operateSlice, (api, s) =>
    api.deployments.start({ sliceId: s.slice.idle, kind: 'suspend' }),
  ),
  'deployments.start snapshot': row(
    'user',
    'slices:operate',
    manageSlice,
    (api, s) => api.deployments.start({ sliceId: s.slice.idle, kind: 'snapshot' }),
    toManage,
  ),
  'deployments.start reboot of a VM': row('user', 'slices:operate', operateSlice, (api, s) =>
    api.deployments.start({ sliceId: s.slice.idle, kind: 'reboot', vmId: s.vm.idle }),
  ),
  'deployments.start destroy': row(
    'user',
    'slices:operate',
    manageSlice,
    (api, s) => api.deployments.start({ sliceId: s.slice.idle, kind: 'destroy' }),
    toManage,
  ),
  // what one may not do to a slice is answered for that slice
  'deployments.startMany': row('user', 'slices:operate', signedIn, (api, s) =>
    api.deployments.startMany({ sliceIds: [s.slice.idle], kind: 'stop' }),
  ),
  'deployments.get': row('user', 'slices:read', seeSlice, (api, s) => api.deployments.get({ id: s.deployment.idle })),
  'deployments.list': row('user', 'slices:read', seeSlice, (api, s) => api.deployments.list({ sliceId: s.slice.idle })),
  'deployments.listAll': row('slices:see-all', 'slices:read', admins, (api) => api.deployments.listAll({})),
  'deployments.events': row('user', 'slices:read', seeSlice, (api, s) =>
    api.deployments.events({ id: s.deployment.idle }),
  ),
  'deployments.cancel a stop': row('user', 'slices:operate', operateSlice, (api, s) =>
    api.deployments.cancel({ id: s.deployment.stopping }),
  ),
  'deployments.cancel a deploy': row(
    'user',
    'slices:operate',
    manageSlice,
    (api, s) => api.deployments.cancel({ id: s.deployment.deploying }),
    toManage,
  ),
  'deployments.retry a stop': row('user', 'slices:operate', operateSlice, (api, s) =>
    api.deployments.retry({ id: s.deployment.unstopped }),
  ),
  'deployments.retry a deploy': row(
    'user',
    'slices:operate',
    manageSlice,
    (api, s) => api.deployments.retry({ id: s.deployment.undeployed }),
    toManage,
  ),
  'deployments.watch': row('user', 'slices:read', seeSlice, (api, s) =>
    api.deployments.watch({ sliceId: s.slice.idle, lastEventId: '0' }).then(begin),
  ),
  'captures.traffic': row('user', 'slices:read', seeSlice, (api, s) =>
    api.captures.traffic({ sliceId: s.slice.idle }).then(begin),
  ),
  // the slice has no link: who may capture hears of that
  'captures.follow': row('user', 'slices:operate', endingIn(operateSlice, unseen), (api, s) =>
    api.captures.follow({ sliceId: s.slice.idle, edgeIds: [1] }).then(begin),
  ),
};

/**
 * Begins a subscription, so that its own checks are made. It ends by itself, since its signal has fired already; a check
 * that comes first still answers.
 */
async function begin(stream: AsyncIterable<unknown>): Promise<void> {
  for await (const _first of stream) return;
}
