import type { z } from 'zod';
import type { ConsoleKind } from '#shared/image';
import { mostScreens, type Screen, type sliceScreensInput, type sliceScreensSchema } from '#shared/screens';
import { screenRows, type ScreenRow } from '#server/db/queries/screens';
import { zoneById } from '#server/db/queries/zones';
import { iso } from '#server/db/rows';
import { inTransaction } from '#server/db/transaction';
import { Semaphore } from '#server/lib/semaphore';
import { withTimeout } from '#server/lib/timeout';
import type { ConsoleStream, Provider } from '#server/providers/provider';
import { recordAudit } from '../audit';
import type { Actor, DomainContext } from '../context';
import { whatIsSaid } from '../errors';
import { assertHere } from '../homes/provider-here';
import { loadSlice } from '../slices/access';
import { readFrame } from './rfb-frame';
import { screenText } from './screen-text';
import { thumbnailOf } from './thumbnail';

/** Each screen is looked at once in so long, however many pages show it. */
const lookMs = 4_000;
/** What nobody has asked for in so long is forgotten; of more screens than `most`, those that were looked at first. */
const forgottenMs = 30_000;
const most = 300;
/** Guests that do not draw hold nobody up: not for longer than this, and not again for a while. */
const patienceMs = 5_000;
const silentMs = 30_000;
/** Of the history of a serial console: more than a screen holds. */
const textBytes = 16_384;
/** A page that is open looks again and again. */
const notedMs = 3_600_000;

type Seen = Pick<Screen, 'at' | 'picture' | 'lines'>;

interface Look {
  at: number;
  /** How long it counts. */
  keptMs: number;
  seen: Promise<Seen>;
}

interface Looks {
  looks: Map<number, Look>;
  /** Who was written down to have looked, and when: the first stands first. */
  noted: Map<string, number>;
  /** A picture of a large screen takes memory, up to 16 MiB, while it is made small. */
  turns: Semaphore;
}

/** What each server of this process has seen lately, by the VMs' ids. */
const seen = new WeakMap<DomainContext['db'], Looks>();

function looksOf({ db }: Pick<DomainContext, 'db'>): Looks {
  const known: Looks = seen.get(db) ?? { looks: new Map(), noted: new Map(), turns: new Semaphore(4) };
  seen.set(db, known);
  return known;
}

/**
 * What VMs of a slice show now, for who may look at their consoles: a small picture of those with a screen, of others the last lines of the serial
 * console. They are looked at only while somebody asks. That somebody looks at another one's is written down, once an hour. NOT_FOUND;
 * SCREENS_UNAVAILABLE, saying which server has them, ZONE_AWAY.
 */
export async function sliceScreens(
  ctx: DomainContext,
  { actor, query: { id, vmIds } }: { actor: Actor; query: z.infer<typeof sliceScreensInput> },
): Promise<z.infer<typeof sliceScreensSchema>> {
  const slice = await loadSlice(ctx.db, { actor, id });
  const zone = await assertHere(ctx, await zoneById(ctx.db, slice.zoneId), 'screens');
  if (slice.ownerId !== actor.userId) await noteLook(ctx, { actor, slice });
  const provider = await ctx.providers.forZone(zone);
  const vms = await screenRows(ctx.db, id, { vmIds, limit: mostScreens });
  return { screens: await Promise.all(vms.map((row) => screenOf(ctx, { provider, sliceId: id, row }))) };
}

async function noteLook(
  ctx: DomainContext,
  { actor, slice }: { actor: Actor; slice: { id: number; name: string } },
): Promise<void> {
  const { noted } = looksOf(ctx);
  const now = performance.now();
  for (const [key, at] of noted) {
    if (at >= now - notedMs) break;
    noted.delete(key);
  }
  const key = `${actor.userId}:${slice.id}`;
  if (noted.has(key)) return;
  noted.set(key, now);
  try {
    await inTransaction(ctx.db, (tx) =>
      recordAudit(tx, actor, {
        action: 'slices.view-screens',
        objectType: 'slice',
        objectId: slice.id,
        details: { name: slice.name },
      }),
    );
  } catch (error) {
    // nothing is shown of what is not written down
    noted.delete(key);
    throw error;
  }
}

interface Looking {
  provider: Provider;
  sliceId: number;
  row: ScreenRow;
}

async function screenOf(ctx: DomainContext, of: Looking): Promise<Screen> {
  const { vm, hasScreen } = of.row;
  const kind = hasScreen ? 'vnc' : 'serial';
  const runs = vm.status === 'running' || vm.status === 'starting';
  return { vm, kind, ...(runs ? await recentLook(ctx, of) : nothingSeen(ctx)) };
}

const nothingSeen = ({ clock }: Pick<DomainContext, 'clock'>): Seen => ({
  at: iso(clock.now()),
  picture: null,
  lines: null,
});

/** The last look at a VM, unless that was too long ago. */
function recentLook(ctx: DomainContext, of: Looking): Promise<Seen> {
  const { looks } = looksOf(ctx);
  const vmId = of.row.vm.id;
  const now = performance.now();
  for (const [id, { at }] of looks) if (at < now - forgottenMs || looks.size > most) looks.delete(id);
  const known = looks.get(vmId);
  if (known !== undefined && known.at > now - known.keptMs) return known.seen;
  const look: Look = { at: now, keptMs: lookMs, seen: lookAt(ctx, of, () => (look.keptMs = silentMs)) };
  // what was looked at last stands last
  looks.delete(vmId);
  looks.set(vmId, look);
  return look.seen;
}

/** Nothing is seen of one that stopped meanwhile, or does not draw in time, which is said by `onSilent`: a later look may see it. */
async function lookAt(ctx: DomainContext, { provider, sliceId, row }: Looking, onSilent: () => void): Promise<Seen> {
  const nothing = nothingSeen(ctx);
  const open = (kind: ConsoleKind) => provider.openConsole({ id: sliceId }, row.vm.id, kind, { glance: true });
  try {
    if (!row.hasScreen) return { ...nothing, lines: lastLinesOf(await open('serial')) };
    const picture = await inTurn(ctx, async () => pictureOf(await open('vnc'), onSilent));
    return { ...nothing, picture };
  } catch (error) {
    // what a provider says, the VM's status says, too
    if (whatIsSaid(error) === null) ctx.log.warn('A screen was not looked at.', { vmId: row.vm.id, error });
    return nothing;
  }
}

async function inTurn<Result>(ctx: DomainContext, work: () => Promise<Result>): Promise<Result> {
  const giveBack = await looksOf(ctx).turns.acquire();
  try {
    return await work();
  } finally {
    giveBack();
  }
}

function lastLinesOf(stream: ConsoleStream): string[] {
  let output: Uint8Array = new Uint8Array();
  // what it has shown comes at once, as a whole
  stream.onData((data) => (output = data));
  stream.close();
  return screenText(output.subarray(-textBytes));
}

async function pictureOf(stream: ConsoleStream, onSilent: () => void): Promise<Screen['picture']> {
  const late = new Error('The screen was not drawn in time.');
  try {
    const frame = await withTimeout(readFrame(stream), patienceMs, () => late);
    if (frame === null) return null;
    const { png, width, height } = await thumbnailOf(frame);
    return { png: png.toString('base64'), width, height };
  } catch (error) {
    if (error !== late) throw error;
    onSilent();
    return null;
  } finally {
    stream.close();
  }
}
