import { countDone, isStepDone } from '#shared/deployment/progress';
import type { StepStatus } from '#shared/deployment/schema';
import { TramaError, type Deployment, type SliceEvent, type TramaClient } from '../sdk/index';
import type { Cli } from './cli';
import { CliError, exitCodes } from './errors';

/** The steps of a deployment, as the events tell. */
export class Progress {
  private readonly steps: Map<number, { label: string; action: string; status: StepStatus }>;

  constructor(private readonly deployment: Deployment) {
    this.steps = new Map(deployment.steps.map(({ seq, label, action, status }) => [seq, { label, action, status }]));
  }

  /** What the event changes of it: the step that has ended, or null. */
  apply({ data }: SliceEvent): string | null {
    if (data.type !== 'step.status' || data.deploymentId !== this.deployment.id) return null;
    this.steps.set(data.seq, data);
    const ended = data.status === 'done' || data.status === 'failed' || data.status === 'undone';
    return ended
      ? `${data.action} ${data.label}${data.status === 'done' ? '' : `: ${data.error ?? data.status}`}`
      : null;
  }

  /** `deploy 3/7`. */
  get summary(): string {
    return `${this.deployment.kind} ${countDone(this.steps.values())}/${this.steps.size}`;
  }

  /** Of an update that has ended short: what of it is done and what is not, and what can be done about it. */
  get advice(): string | null {
    const { topologyChange, sliceId, id } = this.deployment;
    if (topologyChange === null) return null;
    const left = [...this.steps.values()].filter(({ status }) => !isStepDone(status));
    const missing = left.map(({ action, label }) => `${action} ${label}`).join(', ');
    return [
      `${countDone(this.steps.values())} of ${this.steps.size} steps are done, and stay so.${missing === '' ? '' : ` Not done: ${missing}.`}`,
      `Take it up again: trama slices update ${sliceId}`,
      `Take it back: trama slices update ${sliceId} --undo ${id}`,
    ].join('\n');
  }

  /** What goes on at the moment. */
  get running(): string {
    const now = [...this.steps.values()].filter(({ status }) => status === 'running');
    return now.map(({ action, label }) => `${action} ${label}`).join(', ');
  }
}

/**
 * Waits for the deployment and says how far it is: a line that is drawn in place on a terminal, else a line for each step.
 * Ctrl-C ends the waiting, not the deployment.
 */
export async function waitWithProgress(
  cli: Cli,
  client: TramaClient,
  deployment: Deployment,
  timeoutMs: number | undefined,
): Promise<Deployment> {
  const { out } = cli;
  const progress = new Progress(deployment);
  const draw = () => out.status(`${progress.summary}  ${progress.running}`);
  if (out.live) draw();
  try {
    return await client.waitFor(deployment, {
      timeoutMs,
      onEvent(event) {
        const ended = progress.apply(event);
        if (out.live) draw();
        else if (ended !== null) out.message(`${progress.summary}  ${ended}`);
      },
    });
  } catch (error) {
    if (cli.signal.aborted)
      throw new CliError(
        `Not waiting any more; the ${deployment.kind} goes on. Follow it with: trama slices watch ${deployment.sliceId}`,
        exitCodes.interrupted,
      );
    if (error instanceof TramaError && error.code === 'DEPLOYMENT_FAILED' && progress.advice !== null)
      out.message(progress.advice);
    throw error;
  } finally {
    if (out.live) out.status('');
  }
}
