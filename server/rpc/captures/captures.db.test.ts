import { eq } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { useDatabase } from '#db/testing/database';
import { auditLog } from '#drizzle/schema/audit';
import { availabilityZones } from '#drizzle/schema/catalogue';
import { decodeFrame } from '#shared/capture/decode';
import { captureBatchSchema, type CaptureBatch } from '#shared/capture/schema';
import { trafficSchema, type Traffic } from '#shared/capture/traffic';
import { followCapture } from '#server/domain/captures/follow-capture';
import { line } from '#server/testing/drawings';
import { outcomeOf, refusalOf } from '#server/testing/outcomes';
import { carryOut } from '#server/testing/provisioning';
import { homeOf } from '#server/testing/rows';
import { useProvisioning } from '#server/testing/running-provisioning';
import { createWorld } from '#server/testing/world';

const database = useDatabase();
const world = createWorld(database);
const { ctx } = world;
useProvisioning(ctx);

async function scene({ deployed = true } = {}) {
  const owner = await world.person();
  const user = world.callerOf(owner);
  const template = await user.templates.create({ name: 'Line', topology: line(3) });
  const zoneId = await world.zone({ name: `zone ${owner.userId}` });
  const slice = await user.slices.create({ name: 'One', templateId: template.id, zoneId });
  if (deployed) await carryOut(ctx, owner, slice.id, 'deploy');
  return { owner, user, slice, zoneId, edgeIds: slice.edges.map(({ id }) => id) };
}

const first = async (stream: Promise<AsyncIterable<CaptureBatch>>): Promise<CaptureBatch | null> => {
  for await (const batch of await stream) return batch;
  return null;
};

describe('a capture', () => {
  it('gives the frames of the links that were asked for, cut, with their times, and is written down', async () => {
    const { user, slice, edgeIds } = await scene();
    const began = Date.now() * 1000;
    const seen = new Set<number>();
    for await (const batch of await user.captures.follow({ sliceId: slice.id, edgeIds, snapLength: 64 })) {
      expect(captureBatchSchema.parse(batch)).toEqual(batch);
      for (const { edgeId, at, length, data } of batch.frames) {
        seen.add(edgeId);
        expect(at).toBeGreaterThanOrEqual(began);
        expect(Buffer.from(data, 'base64')).toHaveLength(Math.min(64, length));
      }
      if (seen.size === edgeIds.length) break;
    }
    expect([...seen].toSorted()).toEqual(edgeIds.toSorted());
    const audit = await ctx.db.select().from(auditLog).where(eq(auditLog.objectId, slice.id));
    expect(audit.filter(({ action }) => action === 'slices.capture')).toMatchObject([
      { objectType: 'slice', objectName: 'One', result: 'OK', details: { links: ['e1', 'e2'] } },
    ]);
  });

  it('gives only what its filter wants', async () => {
    const { user, slice, edgeIds } = await scene();
    const protocols = new Set<string>();
    let frames = 0;
    for await (const batch of await user.captures.follow({ sliceId: slice.id, edgeIds, filter: 'icmp' })) {
      for (const { data } of batch.frames) protocols.add(decodeFrame(Buffer.from(data, 'base64')).protocol);
      frames += batch.frames.length;
      if (frames > 4) break;
    }
    expect([...protocols]).toEqual(['ICMP']);
  });

  it('ends when none of the VMs of its links runs any more', async () => {
    const { owner, user, slice, edgeIds } = await scene();
    const stream = await user.captures.follow({ sliceId: slice.id, edgeIds });
    let begin = () => {};
    const begun = new Promise<void>((resolve) => (begin = resolve));
    const reading = (async () => {
      let frames = 0;
      for await (const batch of stream) {
        frames += batch.frames.length;
        if (frames > 0) begin();
      }
      return frames;
    })();
    // a VM that is stopped before the capture has begun says nothing
    await Promise.race([begun, reading]);
    await carryOut(ctx, owner, slice.id, 'stop');
    expect(await reading).toBeGreaterThan(0);
    expect(await refusalOf(first(user.captures.follow({ sliceId: slice.id, edgeIds })))).toMatchObject({
      code: 'CAPTURE_UNAVAILABLE',
      sentences: [{ code: 'CAPTURE_NOT_RUNNING' }],
    });
  });

  it('is refused for what is not there, is not the slice’s, or is at another server, which is named', async () => {
    const { owner, user, slice, edgeIds, zoneId } = await scene({ deployed: false });
    const other = await scene({ deployed: false });
    const follow = (ids: number[]) => first(user.captures.follow({ sliceId: slice.id, edgeIds: ids }));
    expect(await outcomeOf(follow(edgeIds))).toBe('CAPTURE_UNAVAILABLE');
    expect(await outcomeOf(follow([...edgeIds, ...other.edgeIds]))).toBe('NOT_FOUND');
    expect(await outcomeOf(follow([]))).toBe('INVALID_INPUT');
    const wrong = user.captures.follow({ sliceId: slice.id, edgeIds, filter: 'host web' });
    expect(await refusalOf(wrong)).toMatchObject({
      code: 'INVALID_INPUT',
      field: 'filter',
      sentences: [{ code: 'FILTER_NO_ADDRESS', params: { word: 'web' } }],
    });
    const homeId = await homeOf(ctx.db, 'rack-9');
    await ctx.db.update(availabilityZones).set({ homeId }).where(eq(availabilityZones.id, zoneId));
    const elsewhere = { ...ctx, home: { id: null, everything: false, accompanied: true } };
    const capture = { sliceId: slice.id, edgeIds, snapLength: 64, filter: '' };
    const stream = await followCapture(elsewhere, { actor: owner, capture });
    expect(await refusalOf(stream(new AbortController().signal).next())).toMatchObject({
      code: 'CAPTURE_UNAVAILABLE',
      sentences: [{ code: 'CAPTURE_ELSEWHERE', params: { host: 'rack-9' } }],
    });
  });
});

describe('the traffic of a slice', () => {
  it('is told again and again of links whose VMs run, with sums that grow and rates', async () => {
    const { user, slice, edgeIds } = await scene();
    const readings: Traffic[] = [];
    for await (const reading of await user.captures.traffic({ sliceId: slice.id })) {
      expect(trafficSchema.parse(reading)).toEqual(reading);
      readings.push(reading);
      if (readings.length === 3) break;
    }
    const [first, , last] = readings;
    expect(last?.links.map(({ edgeId }) => edgeId).toSorted()).toEqual(edgeIds.toSorted());
    for (const link of last?.links ?? []) {
      expect(link.frames).toBeGreaterThan(
        first?.links.find(({ edgeId }) => edgeId === link.edgeId)?.frames ?? Infinity,
      );
      expect(link.framesPerSecond).toBeGreaterThan(0);
      expect(link.bitsPerSecond).toBeGreaterThan(8 * link.framesPerSecond);
    }
  });

  it('is nothing where nothing runs', async () => {
    const { user, slice } = await scene({ deployed: false });
    for await (const { links } of await user.captures.traffic({ sliceId: slice.id })) {
      expect(links).toEqual([]);
      break;
    }
  });
});
