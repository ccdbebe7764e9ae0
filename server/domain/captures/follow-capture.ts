import { and, eq, inArray } from 'drizzle-orm';
import type { z } from 'zod';
import { sliceEdges } from '#drizzle/schema/slices';
import type { CaptureBatch, followCaptureInput } from '#shared/capture/schema';
import { AppError, notFound } from '#shared/errors';
import { say, told } from '#shared/sentence';
import { zoneById } from '#server/db/queries/zones';
import { inTransaction } from '#server/db/transaction';
import { ProviderError } from '#server/lib/provider-error';
import type { CaptureStream } from '#server/providers/provider';
import { recordAudit } from '../audit';
import type { Actor, DomainContext } from '../context';
import { placeOf, zoneAway } from '../homes/places';
import { loadSlice } from '../slices/access';

/** Frames that come within this time go out together. The first after a silence is not held up. */
const gatherMs = 50;

/**
 * How to follow what passes on links of a slice, until the signal fires or none of their VMs runs any more. For who may use its consoles.
 * NOT_FOUND for a slice that the actor may not see and for a link that is not of it, FORBIDDEN for who may only view; CAPTURE_UNAVAILABLE,
 * which comes from the stream, where nothing passes. That it began is written down.
 */
export async function followCapture(
  ctx: DomainContext,
  { actor, capture }: { actor: Actor; capture: z.infer<typeof followCaptureInput> },
): Promise<(signal: AbortSignal) => AsyncGenerator<CaptureBatch, void, undefined>> {
  const { sliceId, snapLength } = capture;
  const slice = await loadSlice(ctx.db, { actor, id: sliceId, need: 'operate' });
  const edgeIds = [...new Set(capture.edgeIds)];
  const edges = await ctx.db
    .select({ id: sliceEdges.id, key: sliceEdges.key })
    .from(sliceEdges)
    .where(and(eq(sliceEdges.sliceId, sliceId), inArray(sliceEdges.id, edgeIds)));
  if (edges.length < edgeIds.length) throw notFound('link');
  const open = async (): Promise<CaptureStream> => {
    const zone = await zoneById(ctx.db, slice.zoneId);
    if (zone === null) throw notFound('zone');
    const place = await placeOf(ctx, { zone });
    if (place.at === 'elsewhere')
      throw new AppError('CAPTURE_UNAVAILABLE', say('CAPTURE_ELSEWHERE', { host: place.home.host }));
    if (place.at !== 'here') throw zoneAway(zone, place);
    const provider = await ctx.providers.forZone(zone);
    return provider.openCapture({ id: sliceId }, { edgeIds, snapLength });
  };
  const recordBegin = () =>
    inTransaction(ctx.db, (tx) =>
      recordAudit(tx, actor, {
        action: 'slices.capture',
        objectType: 'slice',
        objectId: sliceId,
        details: { name: slice.name, links: edges.map(({ key }) => key) },
      }),
    );
  return async function* follow(signal) {
    const stream = await open().catch(sayUnavailable);
    try {
      await recordBegin();
      for (;;) {
        const batch = await stream.next(signal);
        if (batch === null) return;
        yield {
          frames: batch.frames.map(({ data, ...frame }) => ({ ...frame, data: Buffer.from(data).toString('base64') })),
          dropped: batch.dropped,
        };
        await gathering(signal);
      }
    } finally {
      stream.close();
    }
  };
}

/** What the zone says of it is meant for who asks. */
function sayUnavailable(error: unknown): never {
  if (error instanceof ProviderError)
    throw new AppError('CAPTURE_UNAVAILABLE', told(error.sentences), { cause: error });
  throw error;
}

function gathering(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, gatherMs);
    signal.addEventListener('abort', done, { once: true });
  });
}
