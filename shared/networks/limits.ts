/** Bounds of networks across slices. */
export const joinLimits = {
  /** Addresses that one join can have, and has where nothing is said. */
  addresses: 4_096,
  usualAddresses: 14,
  /** Joins of one published network, those included that are asked for. */
  perNetwork: 64,
} as const;
