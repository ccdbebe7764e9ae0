import type { DomainContext } from '#server/domain/context';
import { presenceExchange } from '#server/domain/presence/across-servers';
import { startPoller } from '#server/events/poller';
import { provisioningDefaults, type ProvisioningOptions } from './options';
import { createLeaseOwner, type LeaseOwner } from './owner';
import { createReconciler, type Reconciler } from './reconciler';
import { createWorker, type Worker } from './worker';

/** What carries out the deployments that `server/domain/deployments` queues, and keeps rows and zones together. */
export interface Provisioning {
  readonly worker: Worker;
  readonly reconciler: Reconciler;
  /** Begins to work: deployments, reconciling, other servers' events. */
  run(): void;
  /** Stops working. What is under way is left as it is and goes on with the next start; VMs go on running. */
  stop(): Promise<void>;
}

/** Provisioning on a database. One per server process. */
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
    run() {
      worker.start();
      reconciler.start();
      stopPoller = startPoller({
        db: context.db,
        bus: context.bus,
        log: context.log,
        accompanied: () => context.home.accompanied,
        besides: presenceExchange(context),
      });
    },
    async stop() {
      await Promise.all([worker.stop(), reconciler.stop(), stopPoller()]);
    },
  };
}
