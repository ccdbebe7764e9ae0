import { useEffect, useState } from 'react';
import type { Slice } from '#shared/slice';
import { trpc } from '../../api/trpc';
import type { LiveSlice } from '../use-live-slice';
import { DeploymentList } from './DeploymentList';
import { OneDeployment } from './OneDeployment';

interface SliceHistoryProps {
  slice: Slice;
  live: LiveSlice;
  /** The deployment that is open, as the address says; null for the list of all. */
  openId: number | null;
}

/** What was done to a slice: every operation as a row in time, and each with its steps, its changes and its events. */
export function SliceHistory({ slice, live, openId }: SliceHistoryProps) {
  useFreshList(slice.id, live);
  const [open, setOpen] = useState<{ id: number | null; before: number | null }>({ id: openId, before: null });
  if (open.id !== openId) setOpen({ id: openId, before: open.id });
  return openId === null ? (
    <DeploymentList slice={slice} leftId={open.before} />
  ) : (
    <OneDeployment key={openId} id={openId} slice={slice} live={live} />
  );
}

/** The list is read again when an operation begins or ends. */
function useFreshList(sliceId: number, { events }: LiveSlice): void {
  const utils = trpc.useUtils();
  const newest = events.findLast(({ data }) => data.type === 'deployment.status')?.id;
  useEffect(() => {
    if (newest !== undefined) void utils.deployments.list.invalidate({ sliceId });
  }, [utils, sliceId, newest]);
}
