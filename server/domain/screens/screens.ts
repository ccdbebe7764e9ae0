import type { z } from 'zod';
import { AppError, notFound } from '#shared/errors';
import { say } from '#shared/sentence';
import { mostScreens, type Screen, type sliceScreensInput, type sliceScreensSchema } from '#shared/screens';
import { screenRows, type ScreenRow } from '#server/db/queries/screens';
import { zoneById } from '#server/db/queries/zones';
import { iso } from '#server/db/rows';
import { inTransaction } from '#server/db/transaction';
import { Semaphore } from '#server/lib/semaphore';
import { withTimeout } from '#server/lib/timeout';
import type { Provider } from '#server/providers/provider';
import { recordAudit } from '../audit';
import type { Actor, DomainContext } from '../context';
import { placeOf, zoneAway } from '../homes/places';
import { loadSlice } from '../slices/access';
import { readFrame } from './rfb-frame';
import { screenText } from './screen-text';
import { thumbnailOf } from './thumbnail';

/** Each screen is looked at once in so long, however many pages show it. */
const keptMs = 4_000;
/** What nobody has asked for in so long is forgotten; of more screens than `most`, those that were looked at first. */
const forgottenMs = 30_000;
const most = 300;
/** Guests that do not draw hold nobody up. */
const patienceMs = 5_000;
/** Of the history of a serial console: more than a screen holds. */
const textBytes = 16_384;
/** A page that is open looks again and again. */
const notedMs = 3_600_000;

type Seen = Pick<Screen, 'at' | 'picture' | 'lines'>;

interface Looks {
  looks: Map<number, { at: number; seen: Promise<Seen> }>;
  /** Who was written down to have looked, and when. */
  noted: Map<string, number>;
  /** A picture of a large screen takes memory while it is made small. */
  turns: Semaphore;
}

/** What each server of this process has seen lately, by the VMs' ids. */
const seen = new WeakMap<DomainContext['db'], Looks>();

function looksOf({ db }: Pick<DomainContext, 'db'>): Looks {
  const known: Looks = seen.get(db) ?? { looks: new Map(), noted: new Map<string, number>(), turns: new Semaphore(4) };
  seen.set(db, known);
  return known;
}

/**
 * What VMs of a slice show now, for who may look at their consoles: a small picture of those with a screen, of others the last lines of the serial
 * console. They are looked at only while somebody asks. That somebody looks at another one's is written down, once an hour. NOT_FOUND;
 * FIGURES_UNAVAILABLE, saying which server has them, ZONE_AWAY.
 */
export async function sliceScreens(
  ctx: DomainContext,
  { actor, query: { id, vmIds } }: { actor: Actor; query: z.infer<typeof sliceScreensInput> },
): Promise<z.infer<typeof sliceScreensSchema>> {
  const slice = await loadSlice(ctx.db, { actor, id });
  const zone = await zoneById(ctx.db, slice.zoneId);
  if (zone === null) throw notFound('zone');
  const place = await placeOf(ctx, { zone });
  if (place.at === 'elsewhere')
    throw new AppError('FIGURES_UNAVAILABLE', say('SCREENS_ELSEWHERE', { host: place.home.host }));
  if (place.at !== 'here') throw zoneAway(zone, place);
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
  for (const [key, at] of noted) if (at < now - notedMs) noted.delete(key);
  const key = `${actor.userId}:${slice.id}`;
  if (noted.has(key)) return;
  noted.set(key, now);
  await inTransaction(ctx.db, (tx) =>
    recordAudit(tx, actor, {
      action: 'slices.view-screens',
      objectType: 'slice',
      objectId: slice.id,
      details: { name: slice.name },
    }),
  );
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
  const nothing = { at: iso(ctx.clock.now()), picture: null, lines: null };
  return { vm, kind, ...(runs ? await recentLook(ctx, of) : nothing) };
}

/** The last look at a VM, unless that was too long ago. */
function recentLook(ctx: DomainContext, of: Looking): Promise<Seen> {
  const { looks, turns } = looksOf(ctx);
  const vmId = of.row.vm.id;
  const now = performance.now();
  for (const [id, { at }] of looks) if (at < now - forgottenMs || looks.size > most) looks.delete(id);
  const known = looks.get(vmId);
  if (known !== undefined && known.at > now - keptMs) return known.seen;
  const seenNow = (async () => {
    const giveBack = await turns.acquire();
    try {
      return await lookAt(ctx, of);
    } finally {
      giveBack();
    }
  })();
  // what was looked at last stands last
  looks.delete(vmId);
  looks.set(vmId, { at: now, seen: seenNow });
  return seenNow;
}

/** Nothing is seen of one that stopped meanwhile, or does not draw: the next look may. */
async function lookAt(ctx: DomainContext, { provider, sliceId, row }: Looking): Promise<Seen> {
  const nothing = { at: iso(ctx.clock.now()), picture: null, lines: null };
  const kind = row.hasScreen ? 'vnc' : 'serial';
  const stream = await provider.openConsole({ id: sliceId }, row.vm.id, kind, { glance: true }).catch(() => null);
  if (stream === null) return nothing;
  try {
    if (kind === 'serial') {
      let output: Uint8Array = new Uint8Array();
      // what it has shown comes at once, as a whole
      stream.onData((data) => (output = data));
      return { ...nothing, lines: screenText(output.subarray(-textBytes)) };
    }
    const late = () => new Error('The screen was not drawn in time.');
    const frame = await withTimeout(readFrame(stream), patienceMs, late).catch(() => null);
    if (frame === null) return nothing;
    const { png, width, height } = await thumbnailOf(frame);
    return { ...nothing, picture: { png: png.toString('base64'), width, height } };
  } finally {
    stream.close();
  }
}
