import type { EventData } from '#shared/deployment/events';
import type { SliceStatus } from '#shared/slice-status';
import type { Transaction } from '#server/db/client';
import { writeSliceStatus } from '#server/db/queries/slices';

/** Writes a slice's status, on the row that the caller has locked, and answers the event if that is a change. */
export async function setSliceStatus(tx: Transaction, sliceId: number, status: SliceStatus): Promise<EventData[]> {
  return (await writeSliceStatus(tx, sliceId, status)) ? [{ type: 'slice.status', status }] : [];
}
