import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { limits } from '#shared/limits';
import { version } from '#shared/version';
import { changeUpload, comingRows, type UploadRow } from '#server/db/queries/image-uploads';
import { startBackgroundLoop } from '#server/lib/background-loop';
import { download, type Download } from '#server/lib/download';
import { mayBeCalled } from '#server/lib/guarded-request';
import type { DomainContext } from '../context';
import { withoutQuery } from './file-url';
import { reserve } from './reserve';
import { saveOne } from './save-disks';
import { partName } from './upload-files';
import { workOnUpload } from './work-on-upload';

const lookMs = 5_000;
/** At this server at once, and of one account: one that is slow does not hold up others. */
const atOnce = 8;
const atOncePerOwner = 2;

type Context = Pick<DomainContext, 'db' | 'bus' | 'clock' | 'log' | 'home' | 'providers' | 'settings'>;
/** In place of the machine's; in tests. */
type Network = Pick<Download, 'resolve' | 'ca' | 'limits'>;

/** Fetches files that are to become images, and saves disks, into this server's folder. Answers what stops it: what is under way is begun anew by the next start. */
export function startImageFetcher(ctx: Context): () => Promise<void> {
  const fetcher = createImageFetcher(ctx);
  const stopLoop = startBackgroundLoop({
    everyMs: lookMs,
    atOnce: true,
    wokenBy: (wake) => ctx.bus.onUploads(wake),
    round: () => fetcher.look(),
    // a database that is away: there is a next time
    onError: (error) => ctx.log.warn('Images could not be fetched.', { error }),
  });
  return async () => {
    await stopLoop();
    await fetcher.stop();
  };
}

interface ImageFetcher {
  /** Begins what waits and has a place. */
  look(): Promise<void>;
  /** Resolves when nothing is under way. */
  idle(): Promise<void>;
  stop(): Promise<void>;
}

/** The fetcher without its clock. */
export function createImageFetcher(ctx: Context, network: Network = {}): ImageFetcher {
  const underWay = new Map<number, { ownerId: number; work: Promise<void> }>();
  const stopping = new AbortController();
  const hasPlace = ({ id, ownerId }: UploadRow) =>
    !underWay.has(id) &&
    underWay.size < atOnce &&
    [...underWay.values()].filter((other) => other.ownerId === ownerId).length < atOncePerOwner;
  const idle = async () => {
    while (underWay.size > 0) await Promise.all([...underWay.values()].map(({ work }) => work));
  };
  return {
    async look() {
      const { home } = ctx;
      if (!home.everything && home.id === null) return;
      for (const row of await comingRows(ctx.db, home.everything ? null : home.id)) {
        if (stopping.signal.aborted || !hasPlace(row)) continue;
        const { signal } = stopping;
        const get = row.state === 'saving' ? saveOne(ctx, { row, signal }) : fetchOne(ctx, { row, signal, network });
        const work = get
          .catch((error: unknown) => ctx.log.warn('An image could not be got.', { upload: row.id, error }))
          .finally(() => {
            underWay.delete(row.id);
            // it is to be looked into, and its place is another's
            if (!stopping.signal.aborted) ctx.bus.offerUploads();
          });
        underWay.set(row.id, { ownerId: row.ownerId, work });
      }
    },
    idle,
    async stop() {
      stopping.abort();
      await idle();
    },
  };
}

async function fetchOne(
  ctx: Context,
  { row, signal, network }: { row: UploadRow; signal: AbortSignal; network: Network },
): Promise<void> {
  const states = ['fetching'] as const;
  const { url } = row;
  // what a dead server has got of it is fetched again. Ended meanwhile: nothing is to be done
  const begun = { receivedBytes: 0, sizeBytes: null, touchedAt: ctx.clock.now() };
  if (url === null || !(await changeUpload(ctx.db, { id: row.id, states }, begun))) return;
  let bytes = 0;
  await workOnUpload(ctx, {
    row,
    states,
    signal,
    progress: () => reserve(ctx, row, { received: bytes }),
    work: async ({ folder, signal: until, write }) => {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const all = await download({
        ...network,
        url: new URL(url),
        headers: { accept: '*/*', 'accept-encoding': 'identity', 'user-agent': `Trama/${version}` },
        mayCall: (address) => mayBeCalled(ctx.settings.imageNetworks, address),
        to: join(folder, partName),
        plain: row.sha256 !== null,
        maxBytes: limits.uploadMb * 2 ** 20,
        signal: until,
        onLength: (length) => reserve(ctx, row, { received: 0, length }),
        onBytes: (count) => (bytes += count),
      });
      await reserve(ctx, row, { received: all, length: all });
      await write({ state: 'checking', url: withoutQuery(url) });
    },
  });
}
