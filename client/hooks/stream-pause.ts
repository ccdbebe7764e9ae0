import { useCallback, useEffect, useRef, useState } from 'react';

export interface PausableStream {
  /** The page is not seen: the stream is to be let go. */
  paused: boolean;
  /** The last event that was seen before the stream was taken up (again); null at first. */
  after: string | null;
  /** Told of each event, so that the stream goes on behind it. */
  seen: (eventId: string) => void;
}

/**
 * Lets a stream go while its page is hidden, and takes it up behind the last event when it is looked at again. Over
 * HTTP/1.1 a browser has six connections to a server for all its tabs: streams that nobody watches would use them up.
 */
export function usePausableStream(): PausableStream {
  const last = useRef<string | null>(null);
  // both at once: a stream that is taken up must not begin at the old place first
  const [state, setState] = useState<Pick<PausableStream, 'paused' | 'after'>>(() => ({
    paused: isHidden(),
    after: null,
  }));
  useEffect(() => {
    const onChange = () => setState({ paused: isHidden(), after: last.current });
    document.addEventListener('visibilitychange', onChange);
    return () => document.removeEventListener('visibilitychange', onChange);
  }, []);
  const seen = useCallback((eventId: string) => {
    last.current = eventId;
  }, []);
  return { ...state, seen };
}

function isHidden(): boolean {
  return document.visibilityState === 'hidden';
}
