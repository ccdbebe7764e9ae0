/** Limits of a capture. */
export const captureLimits = {
  /** Links that one capture follows. */
  links: 16,
  /** Characters of what it is filtered by. */
  filterLength: 500,
} as const;
