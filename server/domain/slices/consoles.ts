import { and, eq, gt, isNull, lt } from 'drizzle-orm';
import type { z } from 'zod';
import { availabilityZones } from '#drizzle/schema/catalogue';
import { consoleTokens, slices, sliceShares, sliceVms } from '#drizzle/schema/slices';
import { roles, users } from '#drizzle/schema/users';
import { AppError } from '#shared/errors';
import { limits } from '#shared/limits';
import { consolePath } from '#shared/console';
import type { ConsoleKind } from '#shared/image';
import { scopesAllow } from '#shared/scopes';
import type { consoleTicketSchema, openConsoleInput } from '#shared/slice';
import type { VmStatus } from '#shared/slice-status';
import { say, type SentenceCode } from '#shared/sentence';
import { providerZone, zoneById, type ProviderZone } from '#server/db/queries/zones';
import { iso } from '#server/db/rows';
import { inTransaction } from '#server/db/transaction';
import { Places } from '#server/lib/places';
import { randomToken, sha256 } from '#server/lib/secrets';
import { attemptOf, attemptOfIp, countAttempts, forget } from '../auth/rate-limits';
import { recordAudit } from '../audit';
import type { Actor, DomainContext } from '../context';
import { placeOf, zoneAway } from '../homes/places';
import { accessTo, allows, loadSliceVm } from './access';

const tokenLifeMs = 30_000;
/** Used and expired tokens are kept this long, for whoever reads the table after something odd. */
const tokenRemainsMs = 3_600_000;

/** Why a VM in this state has no console. */
const reasons = {
  absent: 'CONSOLE_NOT_DEPLOYED',
  stopped: 'CONSOLE_STOPPED',
  paused: 'CONSOLE_PAUSED',
  suspended: 'CONSOLE_SUSPENDED',
  failed: 'CONSOLE_FAILED',
  notResponding: 'CONSOLE_SILENT',
  unknown: 'CONSOLE_UNKNOWN',
} as const satisfies Record<Exclude<VmStatus, 'starting' | 'running'>, SentenceCode>;

/**
 * A token for one console of one VM: good once, for this user, for 30 seconds; read-only for who may only view the slice.
 * CONSOLE_UNAVAILABLE, saying why, unless the VM runs or starts, and was started with a console of that kind; RATE_LIMITED; TOO_MANY_CONSOLES.
 */
export async function openConsole(
  ctx: DomainContext,
  { actor, console: { vmId, kind } }: { actor: Actor; console: z.infer<typeof openConsoleInput> },
): Promise<z.infer<typeof consoleTicketSchema>> {
  const now = ctx.clock.now();
  if (!placesOf(ctx).hasFree(actor.userId)) throw tooManyConsoles();
  await countAttempts(ctx.db, asking(actor), now);
  const { slice, vm, access } = await loadSliceVm(ctx.db, { actor, vmId });
  const readOnly = !allows(access, 'operate');
  if (vm.status !== 'running' && vm.status !== 'starting')
    throw new AppError('CONSOLE_UNAVAILABLE', say(reasons[vm.status], { vm: vm.name }), {
      node: vm.key,
      params: { vm: vm.name, status: vm.status },
    });
  if (kind === 'vnc' && vm.applied?.properties['graphics'] !== true)
    throw new AppError('CONSOLE_UNAVAILABLE', say('CONSOLE_NO_SCREEN', { vm: vm.name }), {
      node: vm.key,
      params: { vm: vm.name, status: vm.status },
    });
  const zone = await zoneById(ctx.db, slice.zoneId);
  const place = zone === null ? null : await placeOf(ctx, { zone });
  if (zone !== null && (place?.at === 'away' || place?.at === 'nowhere')) throw zoneAway(zone, place);
  const token = randomToken();
  const expiresAt = new Date(now.getTime() + tokenLifeMs);
  await inTransaction(ctx.db, async (tx) => {
    await tx
      .insert(consoleTokens)
      .values({ tokenHash: sha256(token), userId: actor.userId, sliceVmId: vmId, kind, expiresAt });
    await recordAudit(tx, actor, {
      action: 'slices.open-console',
      objectType: 'slice_vm',
      objectId: vmId,
      details: { name: vm.name, sliceId: slice.id, slice: slice.name, kind, ...(readOnly && { readOnly }) },
    });
  });
  await ctx.db
    .delete(consoleTokens)
    .where(lt(consoleTokens.expiresAt, new Date(now.getTime() - tokenRemainsMs)))
    .limit(100);
  return { token, path: consolePath, expiresAt: iso(expiresAt), readOnly };
}

/** What a console token opens. */
export interface ConsoleGrant {
  userId: number;
  sliceId: number;
  vmId: number;
  vmName: string;
  kind: ConsoleKind;
  zone: ProviderZone;
  /** What is typed must not reach the VM. */
  readOnly: boolean;
}

/**
 * Takes a token in, once: of two calls with the same one at the same time only one succeeds, and a token that is refused
 * is spent, too: whoever had it should not have. CONSOLE_TOKEN_INVALID for a token that is unknown, used, expired, or
 * another user's than `actor` (null where the caller is not known), when its user may not see the VM any more, and when the
 * token that they come with may not open consoles. How far it goes is what its user may do now. A good one takes back what was counted against its user for asking.
 */
export async function redeemConsoleToken(
  ctx: DomainContext,
  {
    actor = null,
    token,
  }: { actor?: (Pick<Actor, 'userId'> & Partial<Pick<Actor, 'scopes' | 'ip'>>) | null; token: string },
): Promise<ConsoleGrant> {
  const invalid = () => new AppError('CONSOLE_TOKEN_INVALID', 'This console link was used or has expired.');
  if (!(await spendConsoleToken(ctx, { token }))) throw invalid();
  if (!scopesAllow(actor?.scopes ?? null, 'slices', 'operate')) throw invalid();
  const tokenHash = sha256(token);
  const [row] = await ctx.db
    .select({
      userId: users.id,
      role: roles.name,
      ownerId: slices.ownerId,
      share: sliceShares.level,
      sliceId: slices.id,
      vmId: sliceVms.id,
      vmName: sliceVms.name,
      kind: consoleTokens.kind,
      zone: providerZone,
    })
    .from(consoleTokens)
    .innerJoin(users, eq(users.id, consoleTokens.userId))
    .innerJoin(roles, eq(roles.id, users.roleId))
    .innerJoin(sliceVms, eq(sliceVms.id, consoleTokens.sliceVmId))
    .innerJoin(slices, eq(slices.id, sliceVms.sliceId))
    .innerJoin(availabilityZones, eq(availabilityZones.id, slices.zoneId))
    .leftJoin(sliceShares, and(eq(sliceShares.sliceId, slices.id), eq(sliceShares.userId, users.id)))
    .where(and(eq(consoleTokens.tokenHash, tokenHash), isNull(users.disabledAt), isNull(users.deletedAt)));
  const access = row === undefined ? null : accessTo(row, row.ownerId, row.share);
  if (row === undefined || access === null) throw invalid();
  if (actor !== null && actor.userId !== row.userId) throw invalid();
  // somebody who works in consoles all day, or reconnects in a bad network, is not to be slowed down for ever
  if (actor !== null) await forget(ctx.db, asking({ userId: row.userId, ip: actor.ip ?? null }));
  const { userId, sliceId, vmId, vmName, kind, zone } = row;
  return { userId, sliceId, vmId, vmName, kind, zone, readOnly: !allows(access, 'operate') };
}

/** Whether a VM is still of a slice: an update may have removed it. */
export async function isOfSlice({ db }: Pick<DomainContext, 'db'>, { vmId }: { vmId: number }): Promise<boolean> {
  const rows = await db.select({ id: sliceVms.id }).from(sliceVms).where(eq(sliceVms.id, vmId));
  return rows.length > 0;
}

/** Marks a token as used. False when it was not good any more. */
export async function spendConsoleToken(ctx: DomainContext, { token }: { token: string }): Promise<boolean> {
  const now = ctx.clock.now();
  const [used] = await ctx.db
    .update(consoleTokens)
    .set({ usedAt: now })
    .where(
      and(eq(consoleTokens.tokenHash, sha256(token)), isNull(consoleTokens.usedAt), gt(consoleTokens.expiresAt, now)),
    );
  return used.affectedRows === 1;
}

/** The consoles that each user has open, at each server of this process. */
const open = new WeakMap<DomainContext['db'], Places<number>>();

function placesOf({ db }: Pick<DomainContext, 'db'>): Places<number> {
  const places = open.get(db) ?? new Places<number>(limits.consolesPerUser);
  open.set(db, places);
  return places;
}

function tooManyConsoles(): AppError {
  const limit = limits.consolesPerUser;
  const sentence = `This account has ${limit} consoles open, which is the most. Close some of them and try again.`;
  return new AppError('TOO_MANY_CONSOLES', sentence, { params: { limit } });
}

/** Counts one more open console of the user; the answer takes it back. TOO_MANY_CONSOLES. */
export function takeConsole(ctx: Pick<DomainContext, 'db'>, { actor }: { actor: Pick<Actor, 'userId'> }): () => void {
  const giveBack = placesOf(ctx).take(actor.userId);
  if (giveBack === null) throw tooManyConsoles();
  return giveBack;
}

/** What is counted when somebody asks for a console. */
function asking({ userId, ip }: Pick<Actor, 'userId' | 'ip'>) {
  return [attemptOf('console:user', userId), ...attemptOfIp('console:ip', ip)];
}
