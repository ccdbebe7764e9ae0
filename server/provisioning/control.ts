import { setMaxListeners } from 'node:events';

/** Why a run does not go on with its plan. In the order of what outdoes what. */
export type Halt = 'lost' | 'stopping' | 'superseded' | 'cancel';

/**
 * How a lease was lost: the database has not confirmed it for its whole length, it is somebody else's or its deployment has
 * ended, this server has claimed it anew, or this server stops and could not give it back in time.
 */
export type Loss = 'unconfirmed' | 'taken' | 'claimed anew' | 'not given back';

/**
 * What the world tells a run while it runs: that it is to be cancelled, that a destroy takes over, that this server
 * stops, or that the lease is lost.
 */
export class RunControl {
  private readonly lostController = new AbortController();
  private readonly leaveController = new AbortController();
  private readonly haltController = new AbortController();
  private cancelRequested = false;
  private supersededBy = false;
  private isStopping = false;
  private howLost: Loss | null = null;

  constructor() {
    // every step under way listens
    setMaxListeners(0, this.lost, this.leave, this.halted);
  }

  /** Fires when nothing may be written any more. */
  get lost(): AbortSignal {
    return this.lostController.signal;
  }
  /** Fires when the run is to be left as it is: lost, or this server stops. */
  get leave(): AbortSignal {
    return this.leaveController.signal;
  }
  /** Fires when the plan is not gone on with, whatever the reason. */
  get halted(): AbortSignal {
    return this.haltController.signal;
  }

  get reason(): Halt | null {
    if (this.lost.aborted) return 'lost';
    if (this.isStopping) return 'stopping';
    if (this.supersededBy) return 'superseded';
    return this.cancelRequested ? 'cancel' : null;
  }

  /** How the lease was lost, for the log; null where it was not, or where only a write found out. */
  get loss(): Loss | null {
    return this.howLost;
  }

  requests(asked: { cancel: boolean; superseded: boolean }): void {
    this.cancelRequested ||= asked.cancel;
    this.supersededBy ||= asked.superseded;
    if (asked.cancel || asked.superseded) this.haltController.abort();
  }
  lose(how: Loss): void {
    this.howLost ??= how;
    this.lostController.abort();
    this.leaveController.abort();
    this.haltController.abort();
  }
  stop(): void {
    this.isStopping = true;
    this.leaveController.abort();
    this.haltController.abort();
  }
}
