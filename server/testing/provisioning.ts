import { eq } from 'drizzle-orm';
import { deployments } from '#drizzle/schema/deployments';
import type { DeploymentKind } from '#shared/deployment/operations';
import type { Actor, DomainContext } from '#server/domain/context';
import { getDeployment } from '#server/domain/deployments/read-deployments';
import { startDeployment } from '#server/domain/deployments/start';
import type { ProvisioningOptions } from '#server/provisioning/options';
import { createProvisioning, type Provisioning } from '#server/provisioning/provisioning';

/** Short times, so that tests wait for events and not for timers; a lease that outlasts a machine that stands still. */
export const testOptions: Partial<ProvisioningOptions> = {
  leaseMs: 60_000,
  heartbeatMs: 100,
  pollMs: 25,
  retryDelaysMs: [1, 1],
  observeGapMs: 1,
  observeSettleMs: 0,
  observeEveryMs: 20,
  reconcileMs: 3_600_000,
  databaseRetryMs: 10,
};

/** Resolves when `test` says so, asked after every event of the slice and now and then for other servers' writes. */
export async function until<Value>(
  context: Pick<DomainContext, 'bus'>,
  sliceId: number,
  test: () => Promise<Value | null | undefined | false>,
  patienceMs = 60_000,
): Promise<Value> {
  const deadline = performance.now() + patienceMs;
  for (;;) {
    let stopListening = () => {};
    let timer: NodeJS.Timeout | undefined;
    const news = new Promise<void>((resolve) => {
      stopListening = context.bus.listen(sliceId, () => resolve());
      timer = setTimeout(resolve, 50);
    });
    try {
      const value = await test();
      if (value !== null && value !== undefined && value !== false) return value;
      if (performance.now() > deadline) throw new Error('What the test waits for did not happen.');
      await news;
    } finally {
      clearTimeout(timer);
      stopListening();
    }
  }
}

/** The deployment once it has ended. */
export function ended(context: DomainContext, actor: Actor, sliceId: number, id: number, patienceMs?: number) {
  return until(
    context,
    sliceId,
    async () => {
      // asked after every event: the whole deployment only once it has ended
      const [row] = await context.db
        .select({ finishedAt: deployments.finishedAt })
        .from(deployments)
        .where(eq(deployments.id, id));
      return row?.finishedAt == null ? null : getDeployment(context, { actor, id });
    },
    patienceMs,
  );
}

/** Starts an operation and waits for its end. */
export async function carryOut(
  context: DomainContext,
  actor: Actor,
  sliceId: number,
  kind: DeploymentKind,
  vmId?: number,
  patienceMs?: number,
) {
  const { id } = await startDeployment(context, { actor, sliceId, kind, vmId });
  return ended(context, actor, sliceId, id, patienceMs);
}

export function testProvisioning(context: DomainContext, options: Partial<ProvisioningOptions> = {}): Provisioning {
  return createProvisioning(context, { ...testOptions, ...options });
}
