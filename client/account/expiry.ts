/** A warning this long before the end, in ms: a week of working days to make the next token. */
const soonMs = 7 * 86_400_000;

export type Expiry = 'later' | 'soon' | 'expired';

/** How near the end is. Times in ms since the epoch. */
export function expiryOf(expiresAt: number, now: number): Expiry {
  if (expiresAt <= now) return 'expired';
  return expiresAt - now <= soonMs ? 'soon' : 'later';
}
