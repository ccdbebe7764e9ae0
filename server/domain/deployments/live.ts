import { liveDeploymentStatuses, type DeploymentStatus } from '#shared/deployment/schema';

/** Whether one is under way, or waits to be. */
export function isLive(deployment: { status: DeploymentStatus } | null | undefined): boolean {
  const live: readonly DeploymentStatus[] = liveDeploymentStatuses;
  return deployment != null && live.includes(deployment.status);
}
