import { rm } from 'node:fs/promises';
import { AppError } from '#shared/errors';
import type { UploadState } from '#shared/image-upload';
import { asError, within } from '#shared/sentence';
import { changeUpload, type UploadRow } from '#server/db/queries/image-uploads';
import type { DomainContext } from '../context';
import { withoutQuery } from './file-url';
import { uploadFolder } from './upload-files';
import { reasonOf } from './upload-reasons';

const progressMs = 1_000;

/** An upload that is cancelled while it is worked on. */
export class NotWanted extends Error {}

/** What work on an upload is given. */
export interface UploadWork {
  folder: string;
  /** Aborts when it is not wanted any more, may not go on, or the server stops. */
  signal: AbortSignal;
  /** Changes its row. */
  write: (values: Partial<UploadRow>) => Promise<void>;
}

export interface UploadTask {
  row: UploadRow;
  /** In which it is while it is worked on; in another, or gone, it is not wanted any more. */
  states: readonly UploadState[];
  /** The server stops: it is left as it is, and begun anew by the next one. */
  signal: AbortSignal;
  /** How far it is: written each second. An AppError ends the work, and is why it fails. */
  progress: (write: UploadWork['write']) => Promise<void>;
  work: (given: UploadWork) => Promise<void>;
}

/** Works on an upload while it is wanted. One that fails says why; of it, and of one that is cancelled, nothing is left. */
export async function workOnUpload(
  ctx: Pick<DomainContext, 'db' | 'clock' | 'log' | 'settings'>,
  { row, states, signal, progress, work }: UploadTask,
): Promise<void> {
  const folder = uploadFolder(ctx.settings.images, row.id);
  const ending = new AbortController();
  const write = async (values: Partial<UploadRow>) => {
    const there = await changeUpload(ctx.db, { id: row.id, states }, { ...values, touchedAt: ctx.clock.now() });
    if (!there) ending.abort(new NotWanted());
  };
  let writing = Promise.resolve();
  const timer = setInterval(() => {
    writing = writing
      .then(() => progress(write))
      .catch((error: unknown) => {
        if (error instanceof AppError || error instanceof NotWanted) ending.abort(error);
        else ctx.log.warn('An upload’s progress was not written.', { error });
      });
  }, progressMs);
  let failure: unknown = null;
  try {
    await work({ folder, signal: AbortSignal.any([signal, ending.signal]), write });
  } catch (error) {
    failure = ending.signal.aborted ? ending.signal.reason : error;
  } finally {
    clearInterval(timer);
    await writing;
  }
  if (failure === null || signal.aborted) return;
  if (!(failure instanceof NotWanted)) {
    ctx.log.warn('An upload became no image.', { upload: row.id, error: failure });
    const why = asError(within(500, reasonOf(failure, row)));
    await write({ state: 'failed', percent: null, url: withoutQuery(row.url), ...why });
  }
  await rm(folder, { recursive: true, force: true });
}
