import type { Actor } from '#server/domain/context';
import type { Deployment, DeploymentKind, Plan } from '#shared/deployment/schema';

/** What the transport may ask of provisioning. Everything else in it runs by itself. */
export interface ProvisioningCommands {
  /** The plan for an operation on an existing slice. Touches nothing. */
  plan(
    actor: Actor,
    options: { sliceId: number; kind: DeploymentKind; vmId?: number | null | undefined },
  ): Promise<Plan>;
  /** The plan that a slice made now from this template in this zone would have. */
  preview(actor: Actor, options: { templateId: number; zoneId: number }): Promise<Plan>;
  /** Plans, checks and queues. Errors: SLICE_BUSY, INVALID_TRANSITION, QUOTA_EXCEEDED, PLAN_NOT_RUNNABLE (with the problems). */
  start(
    actor: Actor,
    options: {
      sliceId: number;
      kind: DeploymentKind;
      vmId?: number | null | undefined;
      idempotencyKey?: string | undefined;
    },
  ): Promise<Deployment>;
  /** Stops after the steps under way and undoes what was done. */
  cancel(actor: Actor, options: { deploymentId: number }): Promise<Deployment>;
  /** Takes a failed deployment up again where it failed. */
  retry(actor: Actor, options: { deploymentId: number }): Promise<Deployment>;
}
