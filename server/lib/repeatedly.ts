/**
 * Does `task` every `ms`, but never twice at once, so that what waits for a database that is away does not pile up: what
 * was missed meanwhile is made up for by doing it once more. A task that fails is simply done again. Answers what stops
 * it, and what has it done now, out of turn.
 */
export function repeatedly(ms: number, task: () => Promise<void>): { stop: () => void; now: () => void } {
  let underWay = false;
  let missed = false;
  let stopped = false;
  const begin = () => {
    if (underWay) {
      missed = true;
      return;
    }
    underWay = true;
    task().then(done, done);
  };
  const done = () => {
    underWay = false;
    if (!missed || stopped) return;
    missed = false;
    begin();
  };
  const timer = setInterval(begin, ms);
  return {
    stop: () => {
      stopped = true;
      clearInterval(timer);
    },
    now: () => {
      if (!stopped) begin();
    },
  };
}
