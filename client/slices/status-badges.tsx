import {
  Ban,
  Check,
  Circle,
  CircleCheck,
  CircleDashed,
  CircleHelp,
  CirclePause,
  CircleStop,
  CircleX,
  Clock,
  LoaderCircle,
  PencilLine,
  SkipForward,
  TriangleAlert,
  Undo2,
  type LucideIcon,
} from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { DeploymentStatus, StepStatus } from '#shared/deployment/schema';
import type { EdgeStatus, SliceStatus, VmStatus } from '#shared/slice-status';
import { StatusBadge, type Tone } from '../ui/StatusBadge';

export interface StatusLook {
  tone: Tone;
  icon: LucideIcon;
}

export const sliceLooks: Record<SliceStatus, StatusLook> = {
  draft: { tone: 'neutral', icon: PencilLine },
  deploying: { tone: 'progress', icon: LoaderCircle },
  active: { tone: 'success', icon: CircleCheck },
  degraded: { tone: 'warning', icon: TriangleAlert },
  stopped: { tone: 'neutral', icon: CircleStop },
  failed: { tone: 'danger', icon: CircleX },
  destroying: { tone: 'progress', icon: LoaderCircle },
  destroyed: { tone: 'neutral', icon: Ban },
};

export const vmLooks: Record<VmStatus, StatusLook> = {
  absent: { tone: 'neutral', icon: CircleDashed },
  stopped: { tone: 'neutral', icon: CircleStop },
  starting: { tone: 'progress', icon: LoaderCircle },
  running: { tone: 'success', icon: CircleCheck },
  paused: { tone: 'warning', icon: CirclePause },
  failed: { tone: 'danger', icon: CircleX },
  notResponding: { tone: 'danger', icon: TriangleAlert },
  unknown: { tone: 'warning', icon: CircleHelp },
};

/** The word for the status of a VM, network or link of a slice: what is gone with the slice is not `absent` as what was never made. */
export function partWord<Status extends VmStatus | EdgeStatus>(status: Status, of: SliceStatus): Status | 'destroyed' {
  return status === 'absent' && (of === 'destroyed' || of === 'destroying') ? 'destroyed' : status;
}

export const edgeLooks: Record<EdgeStatus, StatusLook> = {
  absent: { tone: 'neutral', icon: CircleDashed },
  down: { tone: 'danger', icon: CircleX },
  up: { tone: 'success', icon: CircleCheck },
  unknown: { tone: 'warning', icon: CircleHelp },
};

export const deploymentLooks: Record<DeploymentStatus, StatusLook> = {
  queued: { tone: 'neutral', icon: Clock },
  pending: { tone: 'info', icon: Clock },
  running: { tone: 'progress', icon: LoaderCircle },
  succeeded: { tone: 'success', icon: CircleCheck },
  failed: { tone: 'danger', icon: CircleX },
  cancelled: { tone: 'neutral', icon: Ban },
};

export const stepLooks: Record<StepStatus, StatusLook> = {
  pending: { tone: 'neutral', icon: Circle },
  running: { tone: 'progress', icon: LoaderCircle },
  done: { tone: 'success', icon: Check },
  failed: { tone: 'danger', icon: CircleX },
  undone: { tone: 'warning', icon: Undo2 },
  skipped: { tone: 'neutral', icon: SkipForward },
};

export function SliceStatusBadge({ status }: { status: SliceStatus }) {
  const { t } = useTranslation();
  return <StatusBadge {...sliceLooks[status]} label={t(`status.slice.${status}`)} />;
}

/** `of`: the slice's status; what is not there any more has been destroyed with it, not never been made. */
export function VmStatusBadge({
  status,
  of,
  title,
}: {
  status: VmStatus;
  of: SliceStatus;
  title?: string | undefined;
}) {
  const { t } = useTranslation();
  return <StatusBadge {...vmLooks[status]} label={t(`status.vm.${partWord(status, of)}`)} title={title} />;
}

export function DeploymentStatusBadge({ status }: { status: DeploymentStatus }) {
  const { t } = useTranslation();
  return <StatusBadge {...deploymentLooks[status]} label={t(`status.deployment.${status}`)} />;
}

export function StepStatusBadge({ status }: { status: StepStatus }) {
  const { t } = useTranslation();
  return <StatusBadge {...stepLooks[status]} label={t(`status.step.${status}`)} />;
}
