import { useEffect, useRef, useState } from 'react';
import { askGuests } from '#shared/ask-guests';
import type { GuestNic } from '#shared/guest';
import type { Slice } from '#shared/slice';
import { notifyError } from '../api/error-message';
import { trpc } from '../api/trpc';

interface AskedGuests {
  /** What those said that said something, by the ids of their VMs; null before anybody was asked. */
  said: ReadonlyMap<number, readonly GuestNic[]> | null;
  asking: boolean;
  ask: () => void;
}

/** What the guests of a slice have on their NICs: asked when somebody wants to know, and not by itself. */
export function useAskedGuests(slice: Slice): AskedGuests {
  const { client } = trpc.useUtils();
  const [said, setSaid] = useState<AskedGuests['said']>(null);
  const [asking, setAsking] = useState(false);
  const leave = useRef<AbortController | null>(null);
  useEffect(() => () => leave.current?.abort(), []);
  const askAll = async ({ signal }: AbortController) => {
    setAsking(true);
    setSaid(new Map());
    try {
      await askGuests(
        slice.vmList,
        (vmId) => client.slices.vmStatus.query({ sliceId: slice.id, vmId }, { signal }),
        (vmId, nics) => {
          if (nics !== null) setSaid((known) => new Map(known).set(vmId, nics));
        },
      );
    } catch (error) {
      if (!signal.aborted) notifyError(error);
    } finally {
      if (!signal.aborted) setAsking(false);
    }
  };
  return {
    said,
    asking,
    ask: () => {
      leave.current = new AbortController();
      void askAll(leave.current);
    },
  };
}
