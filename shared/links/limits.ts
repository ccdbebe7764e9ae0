/** Limits of runs of link changes; apart from the others, which come with the first page. */
export const runLimits = {
  /** Steps of one run. */
  steps: 500,
  /** Longest run, and latest step. */
  seconds: 86_400,
  /** Failures that one run plans by chance. */
  failures: 200,
  /** How long a run goes on behind its last step, where nobody says, before what it changed is put back. */
  restSeconds: 60,
  /** The seeds that there are. */
  seed: 2 ** 32 - 1,
} as const;
