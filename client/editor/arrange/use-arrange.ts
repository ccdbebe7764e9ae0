import { useEffect, useRef, useState } from 'react';
import type { Topology } from '#shared/topology/schema';
import type { Arrangement, Arranged } from './arrange';
import { arrangeInWorker } from './in-worker';

export interface ArrangeState {
  /** What is being worked out. */
  under: Arrangement | null;
  failed: boolean;
  start: (arrangement: Arrangement) => void;
  cancel: () => void;
}

/**
 * Arranges what is drawn, or only what is selected when that is two nodes or more. What is worked out for a drawing that has
 * been changed meanwhile is given up: nobody's node jumps back.
 */
export function useArrange(
  topology: Topology,
  selected: readonly string[],
  onArranged: (places: Arranged[], all: boolean) => void,
): ArrangeState {
  const [state, setState] = useState<{ under: Arrangement | null; failed: boolean }>({ under: null, failed: false });
  const running = useRef<AbortController | null>(null);
  const deliver = useRef(onArranged);
  useEffect(() => {
    deliver.current = onArranged;
  });
  function cancel() {
    running.current?.abort();
    running.current = null;
    setState({ under: null, failed: false });
  }
  useEffect(
    () => () => {
      if (running.current !== null) cancel();
    },
    [topology],
  );

  function start(arrangement: Arrangement) {
    cancel();
    const controller = new AbortController();
    running.current = controller;
    const only = selected.length > 1 ? selected : null;
    const networks = new Set(topology.networks.map(({ key }) => key));
    setState({ under: arrangement, failed: false });
    arrangeInWorker(
      {
        arrangement,
        nodes: [...topology.vms, ...topology.networks].map(({ key, x, y, locked, location }) => ({
          ...{ key, x, y },
          fixed: locked === true,
          location: location ?? null,
        })),
        edges: topology.edges.map(({ source, target }) => ({ source, target, attachment: networks.has(target) })),
        only,
      },
      controller.signal,
    ).then(
      (places) => {
        if (running.current !== controller) return;
        cancel();
        deliver.current(places, only === null);
      },
      () => {
        if (running.current !== controller) return;
        cancel();
        setState({ under: null, failed: true });
      },
    );
  }
  return { ...state, start, cancel };
}
