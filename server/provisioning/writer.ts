import { and, eq, inArray, sql } from 'drizzle-orm';
import { deploymentSteps } from '#drizzle/schema/deployments';
import type { EventData } from '#shared/deployment/events';
import type { StepStatus } from '#shared/deployment/schema';
import { asError, type Said } from '#shared/sentence';
import type { Transaction } from '#server/db/client';
import { fromNow } from '#server/db/clock';
import { isContention, isDatabaseUnavailable } from '#server/db/errors';
import type { DeploymentRow, StepRow } from '#server/db/queries/deployments';
import { chunked } from '#server/db/rows';
import { inSnapshot, inTransaction } from '#server/db/transaction';
import type { DomainContext } from '#server/domain/context';
import { announce, tell, type Telling, type Told } from '#server/domain/notifications/tell';
import { insertEvents, lockSlice } from '#server/events/append';
import { assertHeld, LeaseLostError, readHeld, type Claim } from './lease';
import { pause, unless } from '#server/lib/waiting';

export interface StepChange {
  seq: number;
  status: StepStatus;
  attempts: number;
  error: Said | null;
  /** It was so many milliseconds before it is written. */
  agoMs?: number;
}

/**
 * All writes of one claim. Each is a transaction that holds only while the claim does, takes its events with it, and is
 * repeated while the database is away until the lease is lost (LeaseLostError). Changes of steps that come while one is
 * being written go together in the next.
 */
export class DeploymentWriter {
  private queue: { change: StepChange; resolve: () => void; reject: (error: unknown) => void }[] = [];
  private writing = false;
  private announced: EventData[] = [];

  constructor(
    private readonly context: Pick<DomainContext, 'db' | 'bus' | 'log'>,
    readonly claim: Claim,
    private readonly lost: AbortSignal,
    private readonly retryMs = 250,
  ) {}

  /** Resolves when it is committed. `work` may run several times. */
  async fenced<Result>(
    work: (
      tx: Transaction,
      row: DeploymentRow,
      emit: (...events: EventData[]) => void,
      say: (what: Telling) => Promise<void>,
    ) => Promise<Result>,
  ): Promise<Result> {
    const { db, bus } = this.context;
    const { sliceId } = this.claim;
    const first = this.announced;
    this.announced = [];
    const { result, news, told } = await this.untilItIsThere(() =>
      inTransaction(db, async (tx) => {
        const events: EventData[] = [...first];
        const tellings: Told[] = [];
        await lockSlice(tx, sliceId);
        const row = await assertHeld(tx, this.claim);
        const emit = (...more: EventData[]) => events.push(...more);
        const answer = await work(tx, row, emit, async (what) => {
          tellings.push(await tell(tx, what));
        });
        await insertEvents(tx, sliceId, events);
        return { result: answer, news: events.length > 0, told: tellings };
      }),
    );
    if (news) bus.notify(sliceId);
    announce(this.context, told);
    return result;
  }

  /** Reads what is there while the claim holds, without a lock and without a commit to wait for. */
  read<Result>(work: (tx: Transaction, row: DeploymentRow) => Promise<Result>): Promise<Result> {
    return this.untilItIsThere(() =>
      inSnapshot(this.context.db, async (tx) => work(tx, await readHeld(tx, this.claim))),
    );
  }

  /** Events that go with the next transaction, and before its own: they are not worth one of their own. */
  announceNext(...events: EventData[]): void {
    this.announced.push(...events);
  }

  private async untilItIsThere<Result>(work: () => Promise<Result>): Promise<Result> {
    const { log } = this.context;
    const { deploymentId } = this.claim;
    for (let attempt = 0; ; attempt++) {
      if (this.lost.aborted) throw lostError();
      try {
        return await unless(this.lost, work(), lostError);
      } catch (error) {
        if (!isDatabaseUnavailable(error) && !isContention(error)) throw error;
        if (attempt === 0) log.warn('The database is away; the deployment waits for it.', { deploymentId, error });
        await pause(Math.min(this.retryMs * 2 ** Math.min(attempt, 10), 2_000), this.lost);
      }
    }
  }

  /** Resolves when the change is committed. `steps` are the deployment's, by number. */
  stepChanged(steps: ReadonlyMap<number, StepRow>, change: StepChange): Promise<void> {
    return new Promise((resolve, reject) => {
      this.queue.push({ change, resolve, reject });
      if (!this.writing) void this.writeSteps(steps);
    });
  }

  private async writeSteps(steps: ReadonlyMap<number, StepRow>): Promise<void> {
    this.writing = true;
    while (this.queue.length > 0) {
      const batch = this.queue.splice(0);
      try {
        await this.fenced(async (tx, _row, emit) => {
          const changes = batch.map((entry) => entry.change);
          emit(...(await updateSteps(tx, this.claim.deploymentId, steps, changes)));
        });
        for (const entry of batch) entry.resolve();
      } catch (error) {
        for (const entry of batch) entry.reject(error);
      }
    }
    this.writing = false;
  }
}

const lostError = () => new LeaseLostError('The lease of the deployment is lost.');

/** Equal changes in one statement. Answers the events. */
export async function updateSteps(
  tx: Transaction,
  deploymentId: number,
  steps: ReadonlyMap<number, StepRow>,
  changes: readonly StepChange[],
): Promise<EventData[]> {
  const groups = new Map<string, StepChange[]>();
  for (const change of changes) {
    const key = JSON.stringify([change.status, change.attempts, change.error, change.agoMs]);
    groups.set(key, [...(groups.get(key) ?? []), change]);
  }
  for (const group of groups.values()) {
    const [first] = group;
    if (first === undefined) continue;
    const { status, attempts, error, agoMs = 0 } = first;
    const times =
      status === 'pending'
        ? {}
        : status === 'running'
          ? { startedAt: sql`coalesce(${deploymentSteps.startedAt}, utc_timestamp(3))`, finishedAt: null }
          : { finishedAt: fromNow(-agoMs) };
    for (const chunk of chunked(group.map((change) => change.seq)))
      await tx
        .update(deploymentSteps)
        .set({ status, attempts, ...asError(error), ...times })
        .where(and(eq(deploymentSteps.deploymentId, deploymentId), inArray(deploymentSteps.seq, chunk)));
  }
  return changes.flatMap(({ seq, status, attempts, error }): EventData[] => {
    const step = steps.get(seq);
    if (step === undefined) return [];
    const { key, resource, resourceId, label, action } = step;
    return [
      {
        ...{ type: 'step.status', deploymentId, seq, key, resource, resourceId, label, action, status, attempts },
        ...asError(error),
      },
    ];
  });
}
