import type { HealPace } from '#server/domain/heal/backoff';

/** Times in milliseconds. The defaults are for production; tests shorten them. */
export interface ProvisioningOptions {
  /** How long a lease lasts without a heartbeat. */
  leaseMs: number;
  heartbeatMs: number;
  /** How often a worker looks for other servers' work and for cancellations made elsewhere. */
  pollMs: number;
  /** Deployments that one server works on at once. */
  deployments: number;
  /** Steps of one deployment at once; those that wait for a guest to boot have a lane of their own. */
  steps: number;
  /** Wide enough that a provider's own launch limit is what decides. */
  boots: number;
  /** Waits before the second and the third attempt of a step. */
  retryDelaysMs: readonly number[];
  /** After this a step that has not answered counts as failed. */
  stepTimeoutMs: number;
  /** After this the reconciler leaves a zone that does not say that something is removed, whose slice nobody else can change meanwhile. */
  removeTimeoutMs: number;
  /** Shortest time between two observations during a deployment. */
  observeGapMs: number;
  /** A look comes so long after what it is to look at: when that was the last, the operation ends before, and looks itself. */
  observeSettleMs: number;
  /** How often a deployment looks at its slice though none of its steps has ended: guests boot meanwhile. */
  observeEveryMs: number;
  /** How often the reconciler looks by itself. */
  reconcileMs: number;
  /** How slices that say so are healed. */
  heal: HealPace;
  /** How often the database is asked again while it is away, at first. */
  databaseRetryMs: number;
}

export const provisioningDefaults: ProvisioningOptions = {
  leaseMs: 15_000,
  heartbeatMs: 5_000,
  pollMs: 1_000,
  deployments: 4,
  steps: 8,
  boots: 32,
  retryDelaysMs: [500, 2_000],
  stepTimeoutMs: 15 * 60_000,
  removeTimeoutMs: 120_000,
  observeGapMs: 100,
  observeSettleMs: 50,
  observeEveryMs: 1_000,
  reconcileMs: 10_000,
  heal: { backoffMs: 10_000, limit: 5, stableMs: 600_000 },
  databaseRetryMs: 250,
};
