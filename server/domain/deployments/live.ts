import { isLiveStatus, type DeploymentStatus } from '#shared/deployment/schema';

/** Whether one is under way, or waits to be. */
export function isLive(deployment: { status: DeploymentStatus } | null | undefined): boolean {
  return deployment != null && isLiveStatus(deployment.status);
}
