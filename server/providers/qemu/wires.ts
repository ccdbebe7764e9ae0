import { join } from 'node:path';
import { linkInPlace } from '#server/lib/atomic-file';
import { edgeSocket, relaySocket, wireOf, type MachineName } from './qemu-args';
import type { ZoneFolder } from './zone-folder';

/** One end of an edge: who sends there, and who is at the other end. */
export interface Wire {
  sliceId: number;
  owner: MachineName;
  peer: MachineName;
  edgeId: number;
}

/**
 * Where what machines send into their edges goes: to the machine at the other end, or, of edges that are relayed, to the slice's relay. QEMU sends
 * each frame to the path of a symbolic link, so that it goes elsewhere from one frame to the next, and none is lost.
 */
export class Wires {
  readonly #folder: ZoneFolder;
  readonly #relayed = new Set<string>();

  constructor(folder: ZoneFolder) {
    this.#folder = folder;
  }

  /** Says of an edge whether its frames go over the relay; {@link point} has them go there. */
  relay(sliceId: number, edgeId: number, relayed: boolean): void {
    if (relayed) this.#relayed.add(`${sliceId}:${edgeId}`);
    else this.#relayed.delete(`${sliceId}:${edgeId}`);
  }

  /** Has what the end sends go where it should, from the next frame on. */
  async point({ sliceId, owner, peer, edgeId }: Wire): Promise<void> {
    const isRelayed = this.#relayed.has(`${sliceId}:${edgeId}`);
    const socket = isRelayed ? relaySocket(owner, edgeId) : edgeSocket(peer, edgeId);
    await linkInPlace(`../${socket}`, join(this.#folder.slicePath(sliceId), wireOf(owner, edgeId)));
  }

  /** Whether what runs there sends along wires: what an older version has started sends straight to the other end. */
  isThere({ sliceId, owner, edgeId }: Wire): Promise<boolean> {
    return this.#folder.exists(sliceId, wireOf(owner, edgeId));
  }
}
