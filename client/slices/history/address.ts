import type { DeploymentSummary } from '#shared/deployment/schema';

/** Where one operation of a slice is shown. */
export function deploymentAddress({ sliceId, id }: Pick<DeploymentSummary, 'sliceId' | 'id'>): string {
  return `/slices/${sliceId}?tab=history&deployment=${id}`;
}
