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

// what means the same of a slice, a VM, a link, a deployment or a step looks the same
const atWork: StatusLook = { tone: 'progress', icon: LoaderCircle };
const good: StatusLook = { tone: 'success', icon: CircleCheck };
const bad: StatusLook = { tone: 'danger', icon: CircleX };
const notThere: StatusLook = { tone: 'neutral', icon: CircleDashed };
const stopped: StatusLook = { tone: 'neutral', icon: CircleStop };
const suspended: StatusLook = { tone: 'info', icon: CirclePause };
const ended: StatusLook = { tone: 'neutral', icon: Ban };
const unknown: StatusLook = { tone: 'warning', icon: CircleHelp };

export const sliceLooks: Record<SliceStatus, StatusLook> = {
  draft: { tone: 'neutral', icon: PencilLine },
  deploying: atWork,
  active: good,
  degraded: { tone: 'warning', icon: TriangleAlert },
  stopped,
  suspended,
  failed: bad,
  destroying: atWork,
  destroyed: ended,
};

export const vmLooks: Record<VmStatus, StatusLook> = {
  absent: notThere,
  stopped,
  starting: atWork,
  running: good,
  paused: { tone: 'warning', icon: CirclePause },
  failed: bad,
  notResponding: { tone: 'danger', icon: TriangleAlert },
  suspended,
  unknown,
};

/** The word for the status of a VM, network or link of a slice: what is gone with the slice is not `absent` as what was never made. */
export function partWord<Status extends VmStatus | EdgeStatus>(status: Status, of: SliceStatus): Status | 'destroyed' {
  return status === 'absent' && (of === 'destroyed' || of === 'destroying') ? 'destroyed' : status;
}

export const edgeLooks: Record<EdgeStatus, StatusLook> = { absent: notThere, down: bad, up: good, unknown };

const deploymentLooks: Record<DeploymentStatus, StatusLook> = {
  queued: { tone: 'neutral', icon: Clock },
  pending: { tone: 'info', icon: Clock },
  running: atWork,
  succeeded: good,
  failed: bad,
  cancelled: ended,
};

const stepLooks: Record<StepStatus, StatusLook> = {
  pending: { tone: 'neutral', icon: Circle },
  running: atWork,
  done: { tone: 'success', icon: Check },
  failed: bad,
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
