import { skipToken } from '@tanstack/react-query';
import { useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';
import type { PacketFilter } from '#shared/capture/filter';
import { trpc } from '../../api/trpc';
import { PacketRing, type PacketRow } from './packet-ring';

interface CaptureWanted {
  sliceId: number;
  edgeIds: readonly number[];
  snapLength: number;
  filter: PacketFilter;
}

export interface Capture {
  rows: readonly PacketRow[];
  /** Those that the filter shows. */
  shown: readonly PacketRow[];
  dropped: number;
  running: boolean;
  /** Why it ended, if it was not ended by hand; null: the VMs have stopped. */
  ended: { error: unknown } | null;
  start: () => void;
  stop: () => void;
  clear: () => void;
}

/** A capture as it comes. The page is drawn anew at most once a frame of the screen. */
export function useCapture({ sliceId, edgeIds, snapLength, filter }: CaptureWanted): Capture {
  const [ring] = useState(() => new PacketRing());
  const [, setDrawn] = useState(0);
  const [running, setRunning] = useState(edgeIds.length > 0);
  const [ended, setEnded] = useState<Capture['ended']>(null);
  const frame = useRef<number | null>(null);
  const draw = useCallback(() => {
    frame.current ??= requestAnimationFrame(() => {
      frame.current = null;
      setDrawn((count) => count + 1);
    });
  }, []);
  useEffect(
    () => () => {
      if (frame.current !== null) cancelAnimationFrame(frame.current);
      frame.current = null;
    },
    [],
  );
  useEffect(() => {
    ring.filter(filter);
    draw();
  }, [ring, filter, draw]);
  const end = (error: unknown) => {
    setRunning(false);
    setEnded({ error });
  };
  const followed = running && edgeIds.length > 0 ? `${sliceId}:${edgeIds.join(',')}:${snapLength}` : null;
  // a stream that is let go completes as well, as the one that the server has ended: before that, what is followed is another
  const latest = useRef<string | null>(null);
  useLayoutEffect(() => {
    latest.current = followed;
    return () => {
      latest.current = null;
    };
  }, [followed]);
  trpc.captures.follow.useSubscription(followed === null ? skipToken : { sliceId, edgeIds: [...edgeIds], snapLength }, {
    onData(batch) {
      ring.push(batch);
      draw();
    },
    onError: end,
    onComplete() {
      if (latest.current === followed) end(null);
    },
  });
  return {
    rows: ring.rows,
    shown: ring.shown,
    dropped: ring.dropped,
    running: followed !== null,
    ended,
    start: () => {
      setEnded(null);
      setRunning(true);
    },
    stop: () => setRunning(false),
    clear: () => {
      ring.clear();
      draw();
    },
  };
}
