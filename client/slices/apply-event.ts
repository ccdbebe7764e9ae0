import type { SliceEvent } from '#shared/deployment/events';
import { desiredAfter } from '#shared/deployment/operations';
import { countDone, isStepDone } from '#shared/deployment/progress';
import { isLiveStatus, type Deployment, type DeploymentSummary, type Step } from '#shared/deployment/schema';
import type { Slice, SliceVm } from '#shared/slice';
import { canBeIdle } from '#shared/slice-status';

/**
 * The slice after the event. Pure. An event that the slice contains already (its id is not above `lastEventId`) leaves
 * it as it is, so an event may come twice and a snapshot may be newer than the stream.
 */
export function applyEvent(slice: Slice, event: SliceEvent): Slice {
  if (event.sliceId !== slice.id || event.id <= slice.lastEventId) return slice;
  return { ...changed(slice, event), lastEventId: event.id, updatedAt: event.at };
}

/** The slice after the events, which are in the order of their ids. */
export function applyEvents(slice: Slice, events: readonly SliceEvent[]): Slice {
  return events.reduce(applyEvent, slice);
}

function changed(slice: Slice, { at, data }: SliceEvent): Slice {
  switch (data.type) {
    case 'slice.status':
      return { ...slice, status: data.status, idleSince: canBeIdle(data.status) ? slice.idleSince : null };
    case 'slice.changed':
      return data.name === undefined ? slice : { ...slice, name: data.name };
    case 'vm.status':
      return withVms(
        slice,
        slice.vmList.map((vm) =>
          vm.id === data.vmId
            ? {
                ...vm,
                status: data.status,
                error: data.error,
                sentences: data.sentences,
                observedAt: at,
                forwards: data.forwards ?? vm.forwards,
              }
            : vm,
        ),
      );
    case 'network.status':
      return {
        ...slice,
        networks: slice.networks.map((network) =>
          network.id === data.networkId ? { ...network, status: data.status } : network,
        ),
      };
    case 'edge.status':
      return {
        ...slice,
        edges: slice.edges.map((edge) =>
          edge.id === data.edgeId ? { ...edge, status: data.status, observedAt: at } : edge,
        ),
      };
    case 'deployment.status':
      return afterDeployment(slice, data, at);
    case 'step.status': {
      const deployment = slice.deployment;
      if (deployment?.id !== data.deploymentId) return slice;
      const step = isStepDone(data.status) ? 1 : data.status === 'undone' ? -1 : 0;
      const stepsDone = Math.max(0, Math.min(deployment.stepsTotal, deployment.stepsDone + step));
      return { ...slice, deployment: { ...deployment, stepsDone } };
    }
    case 'vm.exec':
    case 'slice.drift':
    case 'slice.lease':
    case 'slice.line':
    case 'slice.act':
    case 'slice.links':
    case 'slice.network':
    case 'deployment.resumed':
      return slice;
  }
}

type DeploymentNews = Extract<SliceEvent['data'], { type: 'deployment.status' }>;

function afterDeployment(slice: Slice, news: DeploymentNews, at: string): Slice {
  const live = isLiveStatus(news.status);
  const known = slice.deployment;
  // an older one that ends late says nothing about what is under way now
  if (known !== null && news.deploymentId < known.id) return slice;
  const next = live
    ? withVms(
        slice,
        slice.vmList.map((vm) => wantedBy(news, slice, vm)),
      )
    : slice;
  // one that is not known yet lacks its requester here: `needsSnapshot` says so to whoever can ask
  return {
    ...next,
    busy: live ? news.kind : null,
    deployment: known?.id === news.deploymentId ? withNews(known, news, at) : known,
  };
}

function wantedBy({ kind, vmId }: DeploymentNews, { status }: Slice, vm: SliceVm): SliceVm {
  if (vmId !== null && vmId !== vm.id) return vm;
  return { ...vm, desired: desiredAfter(kind, { desired: vm.desired, ofVm: vmId !== null, sliceStatus: status }) };
}

function withNews<Known extends DeploymentSummary>(known: Known, news: DeploymentNews, at: string): Known {
  const live = isLiveStatus(news.status);
  return {
    ...known,
    status: news.status,
    error: news.error,
    sentences: news.sentences,
    stepsTotal: news.stepsTotal,
    startedAt: known.startedAt ?? (news.status === 'running' ? at : null),
    finishedAt: live ? null : at,
    cancelRequested: live && known.cancelRequested,
  };
}

function withVms(slice: Slice, vmList: SliceVm[]): Slice {
  return { ...slice, vmList, vmsRunning: vmList.filter((vm) => vm.status === 'running').length };
}

/** Whether the event says less than has changed, or tells of a deployment that the slice does not know: a snapshot says it. */
export function needsSnapshot(slice: Slice, event: SliceEvent): boolean {
  const { data } = event;
  if (data.type === 'slice.changed' || data.type === 'slice.lease' || data.type === 'slice.line') return true;
  if (data.type !== 'deployment.status' && data.type !== 'step.status') return false;
  return data.deploymentId > (slice.deployment?.id ?? 0);
}

/**
 * The deployment with its steps after the event. Pure. The last word on a step wins, so that what was said before may be
 * said again.
 */
export function applyToDeployment(deployment: Deployment, event: SliceEvent): Deployment {
  const { data, at } = event;
  if (data.type === 'deployment.status' && data.deploymentId === deployment.id) return withNews(deployment, data, at);
  if (data.type !== 'step.status' || data.deploymentId !== deployment.id) return deployment;
  const steps = deployment.steps.map((step) => (step.seq === data.seq ? stepAfter(step, data, at) : step));
  return { ...deployment, steps, stepsDone: countDone(steps) };
}

type StepNews = Extract<SliceEvent['data'], { type: 'step.status' }>;

function stepAfter(step: Step, news: StepNews, at: string): Step {
  const begins = news.status === 'running' && (step.status !== 'running' || step.attempts !== news.attempts);
  const ends = news.status !== 'running' && news.status !== 'pending';
  return {
    ...step,
    status: news.status,
    attempts: news.attempts,
    error: news.error,
    sentences: news.sentences,
    startedAt: begins ? at : step.startedAt,
    finishedAt: ends ? (step.status === news.status ? (step.finishedAt ?? at) : at) : null,
  };
}

/** Events in the order of their ids, each once. */
export function mergeEvents(one: readonly SliceEvent[], other: readonly SliceEvent[]): SliceEvent[] {
  const byId = new Map<number, SliceEvent>();
  for (const event of one) byId.set(event.id, event);
  for (const event of other) byId.set(event.id, event);
  return [...byId.values()].sort((a, b) => a.id - b.id);
}

/** Whether the event is about this VM: itself, one of its links, or a step on either. */
export function concernsVm(event: SliceEvent, vmId: number, slice: Slice): boolean {
  const { data } = event;
  const vm = slice.vmList.find((candidate) => candidate.id === vmId);
  const touches = (edgeId: number) =>
    slice.edges.some((edge) => edge.id === edgeId && (edge.source === vm?.key || edge.target === vm?.key));
  switch (data.type) {
    case 'vm.status':
    case 'vm.exec':
      return data.vmId === vmId;
    case 'edge.status':
      return touches(data.edgeId);
    case 'deployment.status':
      return data.vmId === vmId;
    case 'step.status':
      if (data.resource === 'vm') return data.resourceId === vmId;
      return data.resource === 'edge' && touches(data.resourceId);
    case 'slice.drift':
      return vm !== undefined && data.drifted.includes(vm.name);
    case 'slice.status':
    case 'slice.changed':
    case 'slice.lease':
    case 'slice.line':
    case 'slice.act':
    case 'slice.links':
    case 'slice.network':
    case 'network.status':
    case 'deployment.resumed':
      return false;
  }
}
