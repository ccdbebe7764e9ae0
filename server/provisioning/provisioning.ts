import { getDeployment } from '#server/domain/deployments/read-deployments';
import type { DomainContext } from '#server/domain/context';
import { startPoller } from '#server/events/poller';
import type { ProvisioningCommands } from './commands';
import { provisioningDefaults, type ProvisioningOptions } from './options';
import { createLeaseOwner, type LeaseOwner } from './owner';
import { previewDeployment } from './preview';
import { createReconciler, type Reconciler } from './reconciler';
import { queueRetry, requestCancel } from './requests';
import { planDeployment, queueDeployment } from './start';
import { createWorker, type Worker } from './worker';

export interface Provisioning extends ProvisioningCommands {
  readonly worker: Worker;
  readonly reconciler: Reconciler;
  /** Begins to work: deployments, reconciling, other servers' events. Without it only the commands answer. */
  run(): void;
  /** Stops working. What is under way is left as it is and goes on with the next start; VMs go on running. */
  stop(): Promise<void>;
}

/** Provisioning on a database: the commands, and what carries them out. One per server process. */
export function createProvisioning(
  context: DomainContext,
  options: Partial<ProvisioningOptions> = {},
  owner: LeaseOwner = createLeaseOwner(),
): Provisioning {
  const settings = { ...provisioningDefaults, ...options };
  const worker = createWorker(context, settings, owner);
  const reconciler = createReconciler(context, settings);
  let stopPoller = async () => {};
  return {
    worker,
    reconciler,
    plan: (actor, operation) => planDeployment(context, actor, operation),
    preview: (actor, choice) => previewDeployment(context, actor, choice),
    async start(actor, operation) {
      const id = await queueDeployment(context, actor, operation);
      worker.wake();
      return getDeployment(context, { actor, id });
    },
    async cancel(actor, { deploymentId }) {
      await requestCancel(context, actor, deploymentId);
      worker.wake();
      return getDeployment(context, { actor, id: deploymentId });
    },
    async retry(actor, { deploymentId }) {
      const id = await queueRetry(context, actor, deploymentId);
      worker.wake();
      return getDeployment(context, { actor, id });
    },
    run() {
      worker.start();
      reconciler.start();
      stopPoller = startPoller({ db: context.db, bus: context.bus, log: context.log });
    },
    async stop() {
      await Promise.all([worker.stop(), reconciler.stop(), stopPoller()]);
    },
  };
}
