import { useState } from 'react';
import type { BulkKind } from '#shared/deployment/operations';
import { limits } from '#shared/limits';
import type { SliceSummary } from '#shared/slice';
import { notifyError } from '../api/error-message';
import { randomKey } from '../api/random-key';
import { trpc } from '../api/trpc';
import type { BulkResult } from './BulkResults';

export interface Bulk {
  start: (kind: BulkKind, slices: readonly SliceSummary[]) => void;
  pending: boolean;
  /** What became of the last one. */
  last: { kind: BulkKind; results: readonly BulkResult[] } | null;
  close: () => void;
}

/** The same operation on many slices at once, and what became of each. */
export function useBulk(onDone: () => void): Bulk {
  const utils = trpc.useUtils();
  const [last, setLast] = useState<Bulk['last']>(null);
  const mutation = trpc.deployments.startMany.useMutation();
  const start = async (kind: BulkKind, slices: readonly SliceSummary[]) => {
    const results: BulkResult[] = [];
    try {
      for (let from = 0; from < slices.length; from += limits.slicesAtOnce) {
        const some = slices.slice(from, from + limits.slicesAtOnce);
        const answer = await mutation.mutateAsync({
          kind,
          sliceIds: some.map(({ id }) => id),
          idempotencyKey: randomKey(),
        });
        results.push(...answer.results.map((one, index) => ({ ...one, name: some[index]?.name ?? '' })));
      }
      onDone();
    } catch (error) {
      notifyError(error);
    }
    if (results.length > 0) setLast({ kind, results });
    void utils.slices.list.invalidate();
  };
  return {
    start: (kind, slices) => void start(kind, slices),
    pending: mutation.isPending,
    last,
    close: () => setLast(null),
  };
}
