import { useQueryClient } from '@tanstack/react-query';
import { useRef } from 'react';
import { trpc } from '../api/trpc';

/** Between two times that a stream is taken up because of other rights: what is refused again at once stays refused. */
const pauseMs = 5_000;

/**
 * What to do when a stream says that its session has ended: the page asks who is signed in now. If somebody still is, only
 * their rights have changed (another role): everything shown is asked for anew, and the stream is taken up.
 */
export function useRightsChanged(): (takeUp: () => void) => void {
  const utils = trpc.useUtils();
  const client = useQueryClient();
  const takenUpAt = useRef(-Infinity);
  return (takeUp) => {
    const ask = async () => {
      const { user } = await utils.auth.me.fetch(undefined, { staleTime: 0 });
      if (user === null || performance.now() - takenUpAt.current < pauseMs) return;
      takenUpAt.current = performance.now();
      takeUp();
      await client.invalidateQueries();
    };
    // an answer that does not come says nothing about the session; the page says that its stream is lost
    ask().catch(() => undefined);
  };
}
