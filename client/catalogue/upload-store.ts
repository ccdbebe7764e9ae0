import { createTRPCClient, httpLink } from '@trpc/client';
import { useSyncExternalStore } from 'react';
import type { ImageUpload } from '#shared/image-upload';
import { chunkHead } from '#shared/upload-chunk';
import type { AppRouter } from '#server/rpc/app-router';
import { appErrorOf } from '../api/app-error';
import { sendPieces } from '../sdk/send-pieces';

/** What of a file this page sends now, or how that ended. */
export interface Sending {
  sent: number;
  /** Bytes a second since it began; 0 at first. */
  speed: number;
  /** Why it does not go on; null while it does, and when all is sent. */
  error: unknown;
  underWay: boolean;
}

interface Store {
  sending: ReadonlyMap<number, Sending>;
}

// beside the app's client, whose batches are JSON
const api = createTRPCClient<AppRouter>({ links: [httpLink({ url: '/trpc' })] });
let store: Store = { sending: new Map() };
const listeners = new Set<() => void>();
const ends = new Map<number, AbortController>();

function set(id: number, change: Partial<Sending> | null): void {
  const sending = new Map(store.sending);
  const before = sending.get(id) ?? { sent: 0, speed: 0, error: null, underWay: true };
  if (change === null) sending.delete(id);
  else sending.set(id, { ...before, ...change });
  store = { sending };
  for (const listener of listeners) listener();
}

/** By the ids of the uploads. It goes on while other pages are shown, until this one is left for good. */
export function useSending(): ReadonlyMap<number, Sending> {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => store.sending,
  );
}

/** Stops to send; what came stays until the upload is cancelled. */
export function stopSending(id: number): void {
  ends.get(id)?.abort();
  ends.delete(id);
  set(id, null);
}

/** Sends what is missing of the file, then has an image made of it. Resolves when that has begun, or it does not go on. */
export async function sendFile(upload: ImageUpload, file: File): Promise<void> {
  const { id, receivedBytes: from } = upload;
  ends.get(id)?.abort();
  const end = new AbortController();
  ends.set(id, end);
  const { signal } = end;
  const began = performance.now();
  set(id, { sent: from, speed: 0, error: null, underWay: true });
  // a page that is closed by mistake would end it
  window.addEventListener('beforeunload', hold);
  try {
    await sendPieces({
      from,
      sizeBytes: file.size,
      async send(offset, length) {
        const piece = new Blob([chunkHead(id, offset), file.slice(offset, offset + length)]);
        return (await api.imageUploads.writeChunk.mutate(piece, { signal })).receivedBytes;
      },
      received: async () => (await api.imageUploads.get.query({ id })).receivedBytes,
      judge(error) {
        if (signal.aborted) return 'lasting';
        const app = appErrorOf(error);
        if (app?.code === 'UPLOAD_OFFSET' && typeof app.params?.['received'] === 'number')
          return app.params['received'];
        return app === null || app.code === 'DATABASE_UNAVAILABLE' || app.code === 'DATABASE_BUSY'
          ? 'passing'
          : 'lasting';
      },
      pause: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
      onSent: (sent) => {
        if (signal.aborted) return;
        const seconds = (performance.now() - began) / 1_000;
        set(id, { sent, speed: seconds > 0 ? (sent - from) / seconds : 0 });
      },
    });
    await api.imageUploads.finish.mutate({ id }, { signal });
    if (!signal.aborted) set(id, { underWay: false });
  } catch (error) {
    if (!signal.aborted) set(id, { error, underWay: false });
  } finally {
    if (ends.get(id) === end) ends.delete(id);
    if (ends.size === 0) window.removeEventListener('beforeunload', hold);
  }
}

function hold(event: BeforeUnloadEvent): void {
  event.preventDefault();
}
