import type { ServerResponse } from 'node:http';

/** Above the pause between two pings, so that of a stream in which nothing happens something is taken within it. */
const unreadMs = 60_000;

/**
 * Ends the connection of an endless answer once its reader has taken nothing for `afterMs` of what waits for it. What waits is little, since
 * nothing is asked for meanwhile, but the stream would stand for ever: a reader that has forgotten it, or is stopped, closes nothing. One that is slow
 * goes on, since what Node counts as idle is a connection on which not a byte moves; and who comes back resumes by the last event id.
 */
export function endUnread(answer: ServerResponse, afterMs = unreadMs): void {
  answer.setTimeout(afterMs, () => answer.destroy());
}
