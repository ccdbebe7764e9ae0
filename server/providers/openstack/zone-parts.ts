import type { KeyedMutex } from '#server/lib/keyed-mutex';
import { ProviderError } from '#server/lib/provider-error';
import type { Said } from '#shared/sentence';
import { hasStatus } from './client/cloud-error';
import { madeOnce, type Once } from './client/once';
import type { Cloud } from './cloud';
import type { Names } from './names';

/** What the parts of a zone's provider share. */
export interface ZoneParts {
  mark: string;
  names: Names;
  /** The cloud as the settings are now. Rejects where they do not suffice. */
  cloud: () => Cloud;
  /** Of ports whose port security is on; undefined where it is off. See `port-security.ts`. */
  securityGroup: () => Promise<string | undefined>;
  pause: (ms: number, signal?: AbortSignal) => Promise<void>;
  /** By names of VMs, networks and edges: what is made of one is looked for and made by one call after another. */
  mutex: KeyedMutex<string>;
  log: (message: string, details?: Record<string, unknown>) => void;
}

/** What has a name, made at most once: see {@link madeOnce}. Called while {@link ZoneParts.mutex} is held for what it is of. */
export function ensured<Thing extends { id: string }>(
  { pause, log }: ZoneParts,
  name: string,
  { remove, ...once }: Omit<Once<Thing>, 'pause'>,
): Promise<Thing> {
  const removeSurplus = async (surplus: Thing) => {
    log('What was made twice in the cloud is removed once.', { name, id: surplus.id });
    // what something hangs on is not what is too much
    await remove(surplus).catch((error: unknown) => {
      if (!hasStatus(error, 409)) throw error;
    });
  };
  return madeOnce({ ...once, remove: removeSurplus, pause });
}

/** Removes what may be gone already. */
export async function gone(work: Promise<void>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (!hasStatus(error, 404)) throw error;
  }
}

export function unsupported(said: Said): ProviderError {
  return new ProviderError('UNSUPPORTED', said, false);
}

const conflictsAtMost = 10;

/** Removes what others still hold for a moment (409), such as a network whose ports are being taken away. */
export async function freed({ pause }: ZoneParts, work: () => Promise<void>): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await gone(work());
    } catch (error) {
      if (!hasStatus(error, 409) || tries >= conflictsAtMost) throw error;
      await pause(Math.min(250 * tries, 2_000));
    }
  }
}

/** Nova refuses (409) what a server is doing already, or has done: what it does is looked at next. */
export async function unlessBusy(work: Promise<void>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (!hasStatus(error, 409)) throw error;
  }
}
