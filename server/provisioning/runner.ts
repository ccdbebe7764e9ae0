import { operationOf, removesSlice } from '#shared/deployment/operations';
import { AppError } from '#shared/errors';
import { limits } from '#shared/limits';
import { say, saidOf, together, within, type Said } from '#shared/sentence';
import type { StepRow } from '#server/db/queries/deployments';
import { writeSnapshotTaken } from '#server/db/queries/snapshots';
import type { DomainContext } from '#server/domain/context';
import { isVerified, writeImageState } from '#server/domain/images/image-states';
import { ProviderError } from '#server/lib/provider-error';
import type { Provider, SliceObservation } from '#server/providers/provider';
import { advice, actionOf, failureOf, failuresOf, type ActionContext } from './actions';
import type { RunControl } from './control';
import { finishDeployment, takenBy, type Ending } from './finish';
import { contradictedSteps, lostLinks } from './gone';
import { LeaseLostError, type Claim } from './lease';
import type { ProvisioningOptions } from './options';
import { SliceObserver } from './slice-observer';
import { specsOf } from '#server/domain/deployments/specs';
import { beginsAnew, takeUp, type Loaded } from './take-up';
import { pause, unless } from '#server/lib/waiting';
import { walk } from './walk';
import { DeploymentWriter, type StepChange } from './writer';
import { writeObservation } from './observe';

type Context = Pick<DomainContext, 'db' | 'bus' | 'log' | 'clock' | 'providers'>;
/** `released`: left as it is, for whoever claims it next. */
export type RunOutcome = Ending['outcome'] | 'released';

/**
 * Carries one claimed deployment to its end: runs the plan's steps, and after a cancellation takes back those that were
 * done. Resolves with what became of it; rejects with LeaseLostError, having written nothing more, when the lease is lost.
 */
export async function runDeployment(
  context: Context,
  options: ProvisioningOptions,
  claim: Claim,
  control: RunControl,
): Promise<RunOutcome> {
  const writer = new DeploymentWriter(context, claim, control.lost, options.databaseRetryMs);
  const loaded = await takeUp(writer, claim);
  control.requests({ cancel: loaded.deployment.cancelRequested, superseded: loaded.deployment.superseded });
  let provider: Provider;
  try {
    provider = await context.providers.forZone(loaded.zone);
  } catch (error) {
    context.log.error('A deployment has no provider.', { deploymentId: claim.deploymentId, error });
    const why = error instanceof AppError ? error.said : say('INTERNAL_LOGGED');
    await finishDeployment(writer, {
      outcome: 'failed',
      error: within(limits.messageLength, together(say('ZONE_NOT_USABLE', { zone: loaded.zone.name }), why, advice)),
      observation: null,
      at: context.clock.now(),
    });
    return 'failed';
  }
  const run = new Run(context, options, control, writer, loaded, provider, claim.resumed);
  try {
    return await run.toTheEnd();
  } finally {
    await run.end();
  }
}

/** Steps of one lane share its limit. */
function laneOf({ boots, waits }: ReturnType<typeof actionOf>): 'steps' | 'boots' | 'waits' {
  if (waits === true) return 'waits';
  return boots === true ? 'boots' : 'steps';
}

class Run {
  private readonly observer: SliceObserver;
  private readonly specs;
  private readonly createdHere: ReadonlySet<number>;
  private readonly snapshotBefore: number | null;
  /** Sentences of what failed; not of what only could not be begun because of it. */
  private failures: Said[] = [];
  /** It failed, and what it has done is taken back: a cancellation changes nothing any more. */
  private rollingBack = false;
  /** Something could not be taken back. */
  private stuck = false;
  /** Steps that others need. */
  private readonly needed: ReadonlySet<number>;
  /** Of steps that are done and written with the end, since nothing comes after them. */
  private readonly withTheEnd = new Map<number, { change: StepChange; doneAt: number }>();
  /** What is being written while the run goes on. */
  private unwritten: Promise<void> = Promise.resolve();

  constructor(
    private readonly context: Context,
    private readonly options: ProvisioningOptions,
    private readonly control: RunControl,
    private readonly writer: DeploymentWriter,
    private readonly loaded: Loaded,
    private readonly provider: Provider,
    private readonly resumed: boolean,
  ) {
    this.specs = specsOf(loaded.model);
    const created = [...loaded.steps.values()].filter((step) => step.resource === 'vm' && step.action === 'create');
    this.createdHere = new Set(created.map((step) => step.resourceId));
    const restores = [...loaded.steps.values()].some((step) => step.action === 'restore');
    this.snapshotBefore = restores ? (takenBy(loaded.steps.values())[0] ?? null) : null;
    this.needed = new Set([...loaded.steps.values()].flatMap((step) => step.dependsOn));
    this.observer = new SliceObserver({
      provider,
      sliceId: loaded.deployment.sliceId,
      gapMs: options.observeGapMs,
      settleMs: options.observeSettleMs,
      log: context.log,
      write: (observation) => this.observed(observation),
    });
  }

  async toTheEnd(): Promise<RunOutcome> {
    const { control } = this;
    const looking = setInterval(() => this.observer.soon(), this.options.observeEveryMs);
    let seen: SliceObservation | null = null;
    try {
      this.resumeRollback();
      if (control.reason === null && !this.rollingBack) seen = await this.forwards();
    } finally {
      clearInterval(looking);
    }
    for (;;) {
      const reason = control.reason;
      if (reason === 'lost') throw new LeaseLostError('The lease of the deployment is lost.');
      if (reason === 'stopping') {
        await this.unwritten;
        return 'released';
      }
      const rollsBack = this.loaded.deployment.onFailure === 'rollback' && this.failures.length > 0;
      if (reason === 'cancel' && !this.rollingBack) {
        this.failures = [];
        await this.backwards();
      } else if (reason !== 'superseded' && rollsBack) {
        this.rollingBack = true;
        await this.backwards();
      }
      // what came while it unwound outdoes the cancellation
      if (control.reason === 'lost' || control.reason === 'stopping') continue;
      const halted = control.reason !== null;
      const outcome = this.failures.length > 0 ? 'failed' : halted ? 'cancelled' : 'succeeded';
      const error = control.reason === 'superseded' ? null : this.whatFailed();
      await this.observer.end();
      const observation = halted || this.rollingBack ? await this.look() : (seen ?? (await this.look()));
      seen = null;
      const at = observation?.observedAt ?? this.context.clock.now();
      await this.unwritten;
      const rolledBack = this.rollingBack && !this.stuck;
      const ended = await finishDeployment(this.writer, {
        ...{ outcome, error, rolledBack, observation, at },
        steps: Array.from(this.withTheEnd.values(), ({ change, doneAt }) => ({
          ...change,
          agoMs: performance.now() - doneAt,
        })),
      });
      if (ended === 'finished') return outcome;
      control.requests({ cancel: true, superseded: false });
    }
  }

  async end(): Promise<void> {
    await this.observer.end();
  }

  private whatFailed(): Said | null {
    const failed = failuresOf(this.failures);
    if (failed === null || !this.rollingBack || this.stuck) return failed;
    return within(limits.messageLength, together(failed, say('ROLLED_BACK')));
  }

  /** Goes on with what a server that died has begun to take back. Before that began, the steps are simply tried again. */
  private resumeRollback(): void {
    const steps = [...this.loaded.steps.values()];
    const { onFailure } = this.loaded.deployment;
    if (!this.resumed || onFailure !== 'rollback' || !steps.some(({ status }) => status === 'undone')) return;
    this.failures = steps.flatMap(({ status, error, sentences }) =>
      status === 'failed' && error !== null ? [saidOf(error, sentences)] : [],
    );
    // what failed may have no step of its own
    if (this.failures.length === 0) this.failures = [say('OPERATION_INTERNAL')];
    this.rollingBack = true;
  }

  /** Whether what is under way is left to whoever goes on with it. */
  private get isLeft(): boolean {
    return this.control.reason !== null && this.control.reason !== 'cancel';
  }

  /**
   * Runs what is to be done. What another server did is observed before anything is built upon it, and so are networks and
   * links at the end: what is not there any more is made again, and fails the deployment when it does not stay. Answers
   * what was seen then, if nothing came after it.
   */
  private async forwards(): Promise<SliceObservation | null> {
    if (this.resumed) await this.doAgain(['network', 'vm', 'edge']);
    for (let round = 0; ; round++) {
      await this.walkSteps();
      await this.tellNames();
      if (this.failures.length > 0 || this.control.reason !== null) return null;
      // whoever looks from here on looks last: no older look is written over it
      await this.observer.rest();
      const {
        gone: [gone],
        seen,
      } = await this.doAgain(['network', 'edge']);
      if (gone === undefined) return this.connectTheLost(seen);
      this.observer.resume();
      if (round < 2) continue;
      const sentence = failureOf(gone, new ProviderError('INTERNAL', say('NOT_STAYING'), false));
      this.failures.push(sentence);
      await this.change(gone, { status: 'failed', attempts: gone.attempts, error: sentence });
      return null;
    }
  }

  /** Guests that run on know their neighbours as these are now; also where a step has failed, since the topology is changed. */
  private async tellNames(): Promise<void> {
    const { deployment, model } = this.loaded;
    if (!operationOf(deployment.kind).changesTopology || this.control.reason !== null) return;
    const { specs } = this;
    const all = function* () {
      for (const { id } of model.vms) {
        const spec = specs.vm(id);
        if (spec) yield spec;
      }
    };
    const failure = await this.act(() => this.provider.tellNames({ id: deployment.sliceId }, all()));
    // they hear it at their next start at the latest: nothing that was asked for is missing
    if (failure !== null)
      this.context.log.warn('Guests could not be told of their neighbours.', {
        deploymentId: deployment.id,
        ...failure,
      });
  }

  /**
   * Networks that this deployment found working and has no step for, but whose VMs it has started: those that have died
   * meanwhile are made again, and fail it when they do not stay. Answers what was seen last.
   */
  private async connectTheLost(last: SliceObservation | null): Promise<SliceObservation | null> {
    let seen = last;
    for (let round = 0; this.control.reason === null; round++) {
      seen ??= await this.look();
      const lost = seen === null ? [] : lostLinks(this.loaded.steps.values(), this.loaded.model, seen);
      const [first] = lost;
      if (first === undefined) return seen;
      const stays = new ProviderError('INTERNAL', say('NOT_STAYING'), false);
      for (const one of round < 3 ? lost : []) {
        this.context.log.warn('What a deployment leans on is gone; it is made again.', { ...one });
        const action = actionOf(one);
        const again = () => action.run(this.actionContext(this.control.halted), one.resourceId, null);
        const failure = await this.act(again);
        if (failure !== null) this.failures.push(failureOf(one, failure.error));
      }
      if (round === 3) this.failures.push(failureOf(first, stays));
      if (this.failures.length > 0) return null;
      seen = null;
    }
    return null;
  }

  /** Sets steps that are done back to be done again where the provider shows that their work is gone. Answers them, and what it showed. */
  private async doAgain(
    resources: readonly StepRow['resource'][],
  ): Promise<{ gone: StepRow[]; seen: SliceObservation | null }> {
    const done = [...this.loaded.steps.values()].filter(
      (step) => step.status === 'done' && resources.includes(step.resource),
    );
    const observation = done.length === 0 ? null : await this.look();
    if (observation === null || this.control.reason !== null) return { gone: [], seen: null };
    const numbers = contradictedSteps(this.loaded.steps.values(), observation, resources);
    const again = done.filter((step) => numbers.has(step.seq));
    for (const step of again) this.log('What a step has made is gone; it is done again.', step, {});
    // together, so that the writer needs few transactions for them
    await Promise.all(again.map((step) => this.change(step, beginsAnew(step))));
    return { gone: again, seen: observation };
  }

  /** Along their dependencies among each other; those that are done count as done. */
  private walkSteps(): Promise<void> {
    const steps = [...this.loaded.steps.values()].filter((step) => step.status !== 'done');
    return walk(
      steps.map((step) => ({
        id: step.seq,
        ...this.waitsOf(step),
        lane: laneOf(actionOf(step)),
      })),
      {
        limits: { steps: this.options.steps, boots: this.options.boots, waits: steps.length },
        halted: () => this.control.reason !== null,
        work: (seq) => this.perform(seq),
      },
    );
  }

  /** What a step needs, and what it only waits for: one bad VM does not keep its neighbours from starting without it. */
  private waitsOf(step: StepRow): { dependsOn: number[]; after: number[] } {
    const only = actionOf(step).waitsFor;
    const isSoft = (seq: number) => this.step(seq).resource === only;
    return {
      dependsOn: step.dependsOn.filter((seq) => !isSoft(seq)),
      after: step.dependsOn.filter(isSoft),
    };
  }

  /** One step, with its attempts. Its failure is the deployment's; what does not need it goes on. */
  private async perform(seq: number): Promise<boolean> {
    const step = this.step(seq);
    const action = actionOf(step);
    for (let attempt = 1; ; attempt++) {
      // written before the act, so that whoever takes over knows that it may have begun
      await this.change(step, { status: 'running', attempts: step.attempts + 1, error: null });
      const until = action.mayBeLeft === true ? this.control.halted : this.control.leave;
      const timeout = action.timeout?.(this.specs, step.resourceId) ?? null;
      const run = (late: AbortSignal) => {
        // what is not answered in time goes on by itself, but for what only waits
        const signal = timeout === null ? this.control.halted : AbortSignal.any([this.control.halted, late]);
        return action.run(this.actionContext(signal), step.resourceId, step.update);
      };
      const failure = await this.act(run, until, timeout ?? undefined);
      if (failure === null) {
        await this.done(step);
        if (step.resource !== 'image') this.observer.soon();
        return true;
      }
      if (step.resource !== 'image') this.observer.soon();
      if (this.control.reason !== null) return false;
      const delay = this.options.retryDelaysMs[attempt - 1];
      const retryable = failure.error instanceof ProviderError && failure.error.retryable;
      this.log('A step failed.', step, { error: failure.error, again: retryable && delay !== undefined });
      if (retryable && delay !== undefined) {
        await pause(delay, this.control.halted);
        if (this.control.reason === null) continue;
        return false;
      }
      const sentence = failureOf(step, failure.error);
      this.failures.push(sentence);
      await this.change(step, { status: 'failed', attempts: step.attempts, error: sentence });
      return false;
    }
  }

  /** Takes back, in reverse, every step that was begun. What cannot be taken back stays. */
  private async backwards(): Promise<void> {
    const { steps } = this.loaded;
    const dependents = new Map<number, number[]>([...steps.keys()].map((seq) => [seq, []]));
    for (const step of steps.values()) for (const seq of step.dependsOn) dependents.get(seq)?.push(step.seq);
    // the walk takes lower ids first: the last step becomes the first
    const flip = (seq: number) => steps.size - 1 - seq;
    await walk(
      [...steps.values()].map((step) => ({
        id: flip(step.seq),
        dependsOn: (dependents.get(step.seq) ?? []).map(flip),
        lane: 'steps',
      })),
      {
        limits: { steps: this.options.steps },
        halted: () => this.isLeft,
        work: (id) => this.takeBack(flip(id)),
      },
    );
  }

  private async takeBack(seq: number): Promise<boolean> {
    const step = this.step(seq);
    const { undo } = actionOf(step);
    const begun = step.status !== 'undone' && (step.status !== 'pending' || step.attempts > 0);
    if (undo === undefined || !begun) return true;
    for (let attempt = 0; ; attempt++) {
      const failure = await this.act(() => undo(this.actionContext(this.control.leave), step.resourceId));
      if (failure === null) break;
      if (this.isLeft) return false;
      const delay = this.options.retryDelaysMs[attempt];
      this.log('A step could not be taken back.', step, { error: failure.error });
      if (delay === undefined || !(failure.error instanceof ProviderError && failure.error.retryable)) {
        const sentence = failureOf(step, failure.error, true);
        this.stuck = true;
        this.failures.push(sentence);
        await this.change(step, { status: 'failed', attempts: step.attempts, error: sentence });
        // the rest is taken back as far as it can be
        return true;
      }
      await pause(delay, this.control.leave);
    }
    // what has failed stays to be seen
    if (!this.rollingBack || step.status !== 'failed')
      await this.change(step, { status: 'undone', attempts: step.attempts, error: null });
    this.observer.soon();
    return true;
  }

  /** Null when it was done; the error otherwise. Leaves a call that does not answer when the run is to be left, or at `until`. */
  private async act(
    call: (late: AbortSignal) => Promise<void>,
    until = this.control.leave,
    { ms, late: said }: { ms: number; late: Said } = { ms: this.options.stepTimeoutMs, late: say('ZONE_LATE') },
  ): Promise<{ error: unknown } | null> {
    const timeout = new AbortController();
    const timer = setTimeout(() => timeout.abort(), ms);
    const late = () => new ProviderError('TIMEOUT', said, false);
    const left = () => new ProviderError('ABORTED', say('LEFT_AS_IT_IS'), false);
    try {
      await unless(until, unless(timeout.signal, call(timeout.signal), late), left);
      return null;
    } catch (error) {
      return { error };
    } finally {
      clearTimeout(timer);
    }
  }

  private async look(): Promise<SliceObservation | null> {
    const { sliceId } = this.loaded.deployment;
    const delays = this.options.retryDelaysMs;
    for (let attempt = 0; ; attempt++) {
      let observation: SliceObservation | null = null;
      const failure = await this.act(async () => {
        observation = await this.provider.observe({ id: sliceId });
      });
      if (failure === null) return observation;
      const delay = delays[attempt];
      if (delay === undefined || this.control.leave.aborted) {
        this.context.log.warn('A slice could not be observed after a deployment.', { sliceId, error: failure.error });
        return null;
      }
      await pause(delay, this.control.leave);
    }
  }

  private async observed(observation: SliceObservation): Promise<void> {
    await this.writer.fenced(async (tx, row, emit) => {
      const { events } = await writeObservation(tx, row.sliceId, observation, { at: observation.observedAt });
      emit(...events);
    });
  }

  private actionContext(signal: AbortSignal): ActionContext {
    const { deployment } = this.loaded;
    return {
      provider: this.provider,
      slice: { id: deployment.sliceId },
      specs: this.specs,
      firstDisks: this.loaded.firstDisks,
      signal,
      graceMs: (vmId) => (removesSlice(deployment.kind) || this.createdHere.has(vmId) ? 0 : undefined),
      snapshotBefore: this.snapshotBefore,
      commandRan: async ({ id, name }, run) => {
        await this.writer.fenced(async (_tx, _row, emit) => emit({ type: 'vm.exec', vmId: id, name, ...run }));
      },
      snapshotTaken: async (snapshotId, { sizeMb }) => {
        await this.writer.fenced((tx) => writeSnapshotTaken(tx, snapshotId, sizeMb));
      },
      imagePrepared: async (imageId, state) => {
        const { zoneId } = deployment;
        await this.writer.fenced(async (tx) => {
          // deploys at once would wait for each other's lock on the row only to write the same
          if (state.state === 'verified' && (await isVerified(tx, { imageId, zoneId }))) return;
          await writeImageState(tx, { imageId, zoneId, state, now: this.context.clock.now() });
        });
      },
    };
  }

  /**
   * Of a step that no other needs it is written while the run goes on, and looks whether it stays so; of the last one with the end. Whoever takes
   * over before that finds it begun, and does it once more.
   */
  private async done(step: StepRow): Promise<void> {
    const change = { status: 'done', attempts: step.attempts, error: null } as const;
    if (this.needed.has(step.seq)) return this.change(step, change);
    const isLeft = ({ seq, status }: StepRow) => seq !== step.seq && (status === 'pending' || status === 'running');
    if (![...this.loaded.steps.values()].some(isLeft)) {
      this.withTheEnd.set(step.seq, { change: { seq: step.seq, ...change }, doneAt: performance.now() });
      step.status = 'done';
      return;
    }
    const changed = this.change(step, change);
    step.status = 'done';
    // an error is that of whoever waits for it
    this.unwritten = Promise.all([this.unwritten, changed]).then(() => undefined);
    this.unwritten.catch(() => undefined);
  }

  private async change(step: StepRow, change: Omit<StepChange, 'seq'>): Promise<void> {
    this.withTheEnd.delete(step.seq);
    await this.writer.stepChanged(this.loaded.steps, { seq: step.seq, ...change });
    Object.assign(step, change);
  }

  private step(seq: number): StepRow {
    const step = this.loaded.steps.get(seq);
    if (step === undefined) throw new Error(`There is no step ${seq}.`);
    return step;
  }

  private log(message: string, step: StepRow, details: Record<string, unknown>): void {
    this.context.log.warn(message, { deploymentId: this.loaded.deployment.id, step: step.key, ...details });
  }
}
