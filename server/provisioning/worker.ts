import { isDatabaseUnavailable } from '#server/db/errors';
import type { DomainContext } from '#server/domain/context';
import { say, together } from '#shared/sentence';
import { advice } from './actions';
import { RunControl } from './control';
import { finishDeployment } from './finish';
import {
  claimNext,
  isAnythingLeft,
  expireDeadLeases,
  extendLease,
  LeaseLostError,
  readRequests,
  releaseLease,
  type Claim,
} from './lease';
import type { ProvisioningOptions } from './options';
import type { LeaseOwner } from './owner';
import { runDeployment } from './runner';
import { DeploymentWriter } from './writer';

/** A worker that nobody else's work can be waiting for looks at every so many polls only. */
const restingPolls = 5;

/** Works on deployments of this server's zones, each under a lease of its own. Any number of servers may run one on the same database. */
export interface Worker {
  /** Begins to work: looks for something to do now, whenever the bus offers it, and now and then by itself. */
  start(): void;
  /** Leaves what is under way as it is, gives the leases back and resolves when nothing is written any more. */
  stop(): Promise<void>;
}

export function createWorker(
  context: Pick<DomainContext, 'db' | 'bus' | 'log' | 'clock' | 'providers' | 'home'>,
  options: ProvisioningOptions,
  owner: LeaseOwner,
): Worker {
  const { db, log } = context;
  const running = new Map<number, { control: RunControl; done: Promise<void> }>();
  let timer: NodeJS.Timeout | null = null;
  let stopListening = () => {};
  let stopped = false;
  let again = false;
  let looking: Promise<void> | null = null;
  let away = false;

  async function run(claim: Claim, control: RunControl, claimedAt: number): Promise<void> {
    const stopHeart = keepLease(claim, control, claimedAt);
    try {
      const outcome = await runDeployment(context, options, claim, control);
      // while the database is away it cannot be given back: it runs out by itself
      if (outcome === 'released') await releaseLease(db, claim).catch(() => undefined);
      log.info('A deployment came to an end.', { deploymentId: claim.deploymentId, outcome });
    } catch (error) {
      if (error instanceof LeaseLostError) {
        const { deploymentId, generation } = claim;
        log.warn('A lease was lost; whoever has it goes on.', { deploymentId, generation, how: control.loss });
        return;
      }
      log.error('A deployment ended with an internal error.', { deploymentId: claim.deploymentId, error });
      await giveUp(claim, control);
    } finally {
      stopHeart();
      // whatever it was, less may be taken of the zone than before
      context.bus.offerRoom();
    }
  }

  /** An error of our own must not be run into for ever: the deployment fails, and the log says why. */
  async function giveUp(claim: Claim, control: RunControl): Promise<void> {
    try {
      const writer = new DeploymentWriter(context, claim, control.lost, options.databaseRetryMs);
      await finishDeployment(writer, {
        outcome: 'failed',
        error: together(say('OPERATION_INTERNAL'), advice),
        observation: null,
        at: context.clock.now(),
      });
    } catch (error) {
      if (!(error instanceof LeaseLostError))
        log.error('A failed deployment could not be ended.', { deploymentId: claim.deploymentId, error });
    }
  }

  /** The heartbeat. When the database has not confirmed the lease for its whole length, it counts as lost. */
  function keepLease(claim: Claim, control: RunControl, claimedAt: number): () => void {
    let ended = false;
    let deadline = setTimeout(
      () => control.lose('unconfirmed'),
      Math.max(0, claimedAt + options.leaseMs - performance.now()),
    );
    let beating = false;
    const beat = async () => {
      if (beating || control.lost.aborted) return;
      beating = true;
      const asked = performance.now();
      try {
        const kept = await extendLease(db, claim, options.leaseMs);
        clearTimeout(deadline);
        if (!kept) control.lose('taken');
        else if (!ended)
          deadline = setTimeout(
            () => control.lose('unconfirmed'),
            Math.max(0, asked + options.leaseMs - performance.now()),
          );
      } catch {
        // the deadline decides
      } finally {
        beating = false;
      }
    };
    const heart = setInterval(() => void beat(), options.heartbeatMs);
    return () => {
      ended = true;
      clearInterval(heart);
      clearTimeout(deadline);
    };
  }

  async function look(): Promise<void> {
    if (running.size === 0 && !(await isAnythingLeft(db))) return;
    await expireDeadLeases(db, owner);
    const requests = await readRequests(db, [...running.keys()]);
    for (const [id, asked] of requests) running.get(id)?.control.requests(asked);
    while (!stopped && running.size < options.deployments) {
      const asked = performance.now();
      const claim = await claimNext(db, { owner, leaseMs: options.leaseMs, home: context.home });
      if (claim === null) break;
      const control = new RunControl();
      if (stopped) control.stop();
      const before = running.get(claim.deploymentId);
      before?.control.lose('claimed anew');
      const done = run(claim, control, asked).finally(() => {
        if (running.get(claim.deploymentId)?.control === control) running.delete(claim.deploymentId);
        wake();
      });
      running.set(claim.deploymentId, { control, done });
      log.info('A deployment is worked on.', { ...claim });
    }
  }

  function wake(): void {
    if (timer === null || stopped) return;
    again = true;
    if (looking) return;
    looking = (async () => {
      while (again && !stopped) {
        again = false;
        try {
          await look();
          away = false;
        } catch (error) {
          if (!away) log.warn('The worker cannot look for work.', { error });
          away = true;
          // the timer looks again; a database that comes back needs no storm of attempts
          if (isDatabaseUnavailable(error)) break;
        }
      }
    })().finally(() => {
      looking = null;
    });
  }

  /** Alone and idle, it is woken by what is asked of this server; leases that somebody has left run out in seconds, not at once. */
  let quiet = 0;
  function poll(): void {
    const nothing = running.size === 0 && !context.home.accompanied;
    quiet = nothing ? quiet + 1 : 0;
    if (quiet % restingPolls === 0) wake();
  }

  return {
    start() {
      if (timer !== null) return;
      timer = setInterval(poll, options.pollMs);
      stopListening = context.bus.onWork(wake);
      wake();
    },
    async stop() {
      stopped = true;
      if (timer) clearInterval(timer);
      stopListening();
      for (const { control } of running.values()) control.stop();
      await looking;
      // while the database is away nothing can be given back: the leases run out by themselves
      const patience = setTimeout(() => {
        for (const { control } of running.values()) control.lose('not given back');
      }, options.leaseMs / 5);
      await Promise.allSettled([...running.values()].map((entry) => entry.done));
      clearTimeout(patience);
      owner.retire();
    },
  };
}
