import type { TRPCClient } from '@trpc/client';
import { abortedBy, TramaError } from './errors';
import { subscribe } from './subscription';
import type { Transport } from './transport';
import type { AppRouter, Deployment, SliceEvent } from './types';

export interface WaitOptions {
  /** Gives up waiting with ABORTED; the deployment goes on. */
  signal?: AbortSignal | undefined;
  /** Gives up waiting with TIMEOUT; the deployment goes on. No limit unless told. */
  timeoutMs?: number | undefined;
  /** Every event of the slice while waiting: of its VMs, links and steps. */
  onEvent?: ((event: SliceEvent) => void) | undefined;
}

const isOver = ({ status }: Deployment) => status === 'succeeded' || status === 'failed' || status === 'cancelled';

/** Waits by events for the end of a deployment; see `TramaClient.waitFor`. */
export async function waitForDeployment(
  api: TRPCClient<AppRouter>,
  transport: Transport,
  { id, sliceId }: { id: number; sliceId?: number | undefined },
  options: WaitOptions,
): Promise<Deployment> {
  const timeout = options.timeoutMs === undefined ? null : AbortSignal.timeout(options.timeoutMs);
  const signals = [options.signal, timeout].filter((signal) => signal != null);
  const signal = AbortSignal.any(signals);
  try {
    const slice = sliceId ?? (await api.deployments.get.query({ id }, { signal })).sliceId;
    // first the place in the events, then the deployment: what happens in between is in the one or the other
    const { lastEventId } = await api.slices.get.query({ id: slice }, { signal });
    let last = String(lastEventId);
    for (;;) {
      const deployment = await api.deployments.get.query({ id }, { signal });
      if (isOver(deployment)) return outcome(deployment);
      const input = { sliceId: slice, lastEventId: last };
      for await (const item of subscribe(transport, { path: 'deployments.watch', input, signal })) {
        last = item.id ?? last;
        const event = item.data as SliceEvent;
        options.onEvent?.(event);
        if (event.data.type !== 'deployment.status' || event.data.deploymentId !== id) continue;
        if (['succeeded', 'failed', 'cancelled'].includes(event.data.status)) break;
      }
      if (signal.aborted) throw abortedBy(signal);
    }
  } catch (error) {
    if (timeout?.aborted === true && options.signal?.aborted !== true && error instanceof TramaError)
      throw new TramaError('TIMEOUT', `The deployment has not ended within ${(options.timeoutMs ?? 0) / 1000} s.`);
    throw error;
  }
}

function outcome(deployment: Deployment): Deployment {
  if (deployment.status === 'succeeded') return deployment;
  const failed = deployment.status === 'failed';
  throw new TramaError(
    failed ? 'DEPLOYMENT_FAILED' : 'DEPLOYMENT_CANCELLED',
    deployment.error ?? `The ${deployment.kind} ${failed ? 'failed' : 'was cancelled'}.`,
    {
      params: { deploymentId: deployment.id },
      problems: deployment.steps
        .filter((step) => step.error !== null && step.error !== deployment.error)
        .map((step) => ({ code: 'STEP_FAILED', message: `${step.label}: ${step.error}` })),
    },
  );
}
