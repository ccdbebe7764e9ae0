import { useReducer, useState } from 'react';
import type { LinkTraffic } from '#shared/capture/traffic';
import { TrafficLog } from './traffic-log';

interface Traffic {
  /** Null while nobody wants to know. */
  log: TrafficLog | null;
  toggle: () => void;
  take: (links: readonly LinkTraffic[]) => void;
}

/** What passes on a slice's links while somebody looks at it; begun anew each time. */
export function useTrafficLog(): Traffic {
  const [log, setLog] = useState<TrafficLog | null>(null);
  const [, draw] = useReducer((count: number) => count + 1, 0);
  return {
    log,
    toggle: () => setLog(log === null ? new TrafficLog() : null),
    take: (links) => {
      log?.take(links, performance.timeOrigin + performance.now());
      draw();
    },
  };
}
