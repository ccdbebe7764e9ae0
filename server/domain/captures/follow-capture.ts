import { and, eq, inArray } from 'drizzle-orm';
import type { z } from 'zod';
import { sliceEdges } from '#drizzle/schema/slices';
import { decodeFrame } from '#shared/capture/decode';
import { parseFilter } from '#shared/capture/filter';
import type { CaptureBatch, followCaptureInput } from '#shared/capture/schema';
import { AppError, notFound } from '#shared/errors';
import { inTransaction } from '#server/db/transaction';
import { pause } from '#server/lib/waiting';
import { recordAudit } from '../audit';
import type { Actor, DomainContext } from '../context';
import { atProvider } from '../homes/provider-here';
import { loadSlice } from '../slices/access';

/** Frames that come within this time go out together. The first after a silence is not held up. */
const gatherMs = 50;

/**
 * How to follow what passes on links of a slice, until the signal fires or none of their VMs runs any more. For who may use its consoles.
 * INVALID_INPUT for a filter that does not parse, NOT_FOUND for a slice that the actor may not see and for a link that is not of it, FORBIDDEN for who may only view; CAPTURE_UNAVAILABLE,
 * which comes from the stream, where nothing passes. That it began is written down.
 */
export async function followCapture(
  ctx: DomainContext,
  { actor, capture }: { actor: Actor; capture: z.infer<typeof followCaptureInput> },
): Promise<(signal: AbortSignal) => AsyncGenerator<CaptureBatch, void, undefined>> {
  const { sliceId, snapLength } = capture;
  const filter = parseFilter(capture.filter);
  if (!filter.ok) throw new AppError('INVALID_INPUT', filter.said, { field: 'filter' });
  const slice = await loadSlice(ctx.db, { actor, id: sliceId, need: 'operate' });
  const edgeIds = [...new Set(capture.edgeIds)];
  const edges = await ctx.db
    .select({ id: sliceEdges.id, key: sliceEdges.key })
    .from(sliceEdges)
    .where(and(eq(sliceEdges.sliceId, sliceId), inArray(sliceEdges.id, edgeIds)));
  if (edges.length < edgeIds.length) throw notFound('link');
  const recordBegin = () =>
    inTransaction(ctx.db, (tx) =>
      recordAudit(tx, actor, {
        action: 'slices.capture',
        objectType: 'slice',
        objectId: sliceId,
        details: { name: slice.name, links: edges.map(({ key }) => key) },
      }),
    );
  const isWanted = (data: Uint8Array, length: number) =>
    capture.filter === '' || filter.matches(decodeFrame(data), length);
  return async function* follow(signal) {
    const stream = await atProvider(ctx, { zoneId: slice.zoneId, what: 'captures' }, (provider) =>
      provider.openCapture({ id: sliceId }, { edgeIds, snapLength }),
    );
    try {
      await recordBegin();
      for (;;) {
        const batch = await stream.next(signal);
        if (batch === null) return;
        const wanted = batch.frames.filter(({ data, length }) => isWanted(data, length));
        if (wanted.length > 0 || batch.dropped > 0)
          yield {
            frames: wanted.map(({ data, ...frame }) => ({ ...frame, data: Buffer.from(data).toString('base64') })),
            dropped: batch.dropped,
          };
        await pause(gatherMs, signal);
      }
    } finally {
      stream.close();
    }
  };
}
