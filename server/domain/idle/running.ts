import type { SliceStatus } from '#shared/slice-status';
import { running } from '#server/db/queries/idle';

/** Whether a slice in this status can be marked as one in which nothing happens: it runs. */
export const canBeIdle = (status: SliceStatus): boolean => (running as readonly SliceStatus[]).includes(status);
