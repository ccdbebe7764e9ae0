import i18next, { type TFunction } from 'i18next';
import type { EventData } from '#shared/deployment/events';
import type { PlanStep } from '#shared/deployment/schema';
import { spoken } from '../i18n/spoken';
import { formatMoment } from '../ui/format';

type EventsT = TFunction<'events'>;

/** What a step is called: `Create VM web`. */
export function stepTitle(t: EventsT, step: Pick<PlanStep, 'action' | 'resource' | 'label'>): string {
  return t(`step.${step.action}`, { what: t(`resource.${step.resource}`, { label: step.label }) });
}

/** What happened, as a sentence in the reader's language. `vmName` knows the names of VMs by id. */
export function eventSentence(t: EventsT, data: EventData, vmName: (vmId: number) => string | undefined): string {
  switch (data.type) {
    case 'slice.status':
      return t(`slice.${data.status}`);
    case 'slice.changed':
      return data.what === 'name' ? t('changed.name', { name: data.name ?? '' }) : t(`changed.${data.what}`);
    case 'vm.status':
      return withError(t(`vm.${data.status}`, { name: data.name }), data);
    case 'vm.exec':
      return execSentence(t, data);
    case 'network.status':
      return t(`network.${data.status}`, { name: data.name });
    case 'edge.status':
      return t(`edge.${data.status}`, { name: data.label });
    case 'deployment.status': {
      const kind = operationName(t, data.kind, data.vmId, vmName);
      const error = spoken(data.error ?? '', data.sentences);
      if (data.status === 'running') return t('deployment.running', { kind, count: data.stepsTotal });
      return t(`deployment.${data.status}`, { kind, error }).trim();
    }
    case 'step.status': {
      const step = stepTitle(t, data);
      if (data.status === 'running' && data.attempts > 1)
        return t('stepStatus.retrying', { step, attempts: data.attempts });
      return t(`stepStatus.${data.status}`, { step, error: spoken(data.error ?? '', data.sentences) }).trim();
    }
    case 'slice.drift':
      return data.drifted.length === 0 ? t('noDrift') : t('drift', { names: data.drifted.join(', ') });
    case 'slice.lease':
      return t(`lease.${data.what}`, {
        at: timeText(data.expiresAt),
        what: data.atEnd === null ? '' : t(`kind.${data.atEnd}`),
      });
    case 'slice.line':
      return t(`line.${data.what}`, {
        kind: t(`kind.${data.kind}`),
        error: spoken(data.error ?? '', data.sentences),
      }).trim();
    case 'slice.act': {
      const said = t(`act.${data.outcome}`, {
        kind: t(`kind.${data.kind}`),
        of: t(`act.of.${data.of}`),
        at: timeText(data.dueAt),
        error: spoken(data.error ?? '', data.sentences),
      }).trim();
      if (data.missedFrom === null) return said;
      return `${said} ${t('act.missed', { from: timeText(data.missedFrom) })}`;
    }
    case 'slice.links':
      return linksSentence(t, data);
    case 'slice.network': {
      const said = t(`sharing.${data.what}`, { network: data.network, other: data.other ?? '' });
      return `${said} ${spoken(data.error ?? '', data.sentences)}`.trim();
    }
    case 'deployment.resumed':
      return t('resumed');
  }
}

function linksSentence(t: EventsT, data: Extract<EventData, { type: 'slice.links' }>): string {
  const error = spoken(data.error ?? '', data.sentences);
  if (data.what === 'begun' || data.what === 'stopped' || data.what === 'ended')
    return `${t(`links.${data.kind}.${data.what}`)} ${error}`.trim();
  const step = t(`links.deed.${data.deed ?? 'restore'}`, { name: data.label ?? '' });
  return t(`links.${data.what}`, { step, error }).trim();
}

function execSentence(t: EventsT, { name, command, ...data }: Extract<EventData, { type: 'vm.exec' }>): string {
  if (data.error !== null) return t('exec.unknown', { name, command, error: spoken(data.error, data.sentences) });
  const output = data.output.trim();
  const said = data.timedOut
    ? t('exec.late', { name, command })
    : t('exec.ran', { name, command, code: data.exitCode ?? '?' });
  return output === '' ? said : `${said}\n${output}${data.truncated ? '\n…' : ''}`;
}

function timeText(at: string | null): string {
  return at === null ? '' : formatMoment(Date.parse(at), i18next.language);
}

/** `Deploy`, or `Stop of VM web`. */
export function operationName(
  t: EventsT,
  kind: Extract<EventData, { type: 'deployment.status' }>['kind'],
  vmId: number | null,
  vmName: (vmId: number) => string | undefined,
): string {
  if (vmId === null) return t(`kind.${kind}`);
  return t('kindOfVm', { kind: t(`kind.${kind}`), vm: vmName(vmId) ?? `#${vmId}` });
}

function withError(sentence: string, { error, sentences }: Extract<EventData, { type: 'vm.status' }>): string {
  return error === null ? sentence : `${sentence} ${spoken(error, sentences)}`;
}

export type EventTone = 'neutral' | 'progress' | 'success' | 'warning' | 'danger';

/** How an event is to be taken, for the mark beside it. */
export function eventTone(data: EventData): EventTone {
  switch (data.type) {
    case 'slice.status':
      if (data.status === 'failed') return 'danger';
      if (data.status === 'degraded') return 'warning';
      return data.status === 'active' ? 'success' : 'neutral';
    case 'slice.changed':
      return 'neutral';
    case 'vm.status':
      if (data.status === 'failed' || data.error !== null) return 'danger';
      if (data.status === 'unknown') return 'warning';
      return data.status === 'running' ? 'success' : data.status === 'starting' ? 'progress' : 'neutral';
    case 'vm.exec':
      return data.exitCode === 0 ? 'success' : 'warning';
    case 'network.status':
    case 'edge.status':
      return data.status === 'up' ? 'success' : data.status === 'unknown' ? 'warning' : 'neutral';
    case 'deployment.status':
      if (data.status === 'failed') return 'danger';
      return data.status === 'succeeded' ? 'success' : data.status === 'running' ? 'progress' : 'neutral';
    case 'step.status':
      if (data.status === 'failed') return 'danger';
      return data.status === 'running' ? 'progress' : data.status === 'undone' ? 'warning' : 'neutral';
    case 'slice.drift':
      return data.drifted.length === 0 ? 'success' : 'warning';
    case 'slice.lease':
      return data.what === 'warned' || data.what === 'ended' || data.what === 'cut' ? 'warning' : 'neutral';
    case 'slice.line':
      return data.what === 'dropped' ? 'warning' : 'neutral';
    case 'slice.act':
      return data.outcome === 'failed' ? 'danger' : data.outcome === 'left' ? 'warning' : 'neutral';
    case 'slice.links':
      return data.error !== null ? 'danger' : data.what === 'left' ? 'warning' : 'neutral';
    case 'slice.network':
      return data.what === 'parted' || data.what === 'refused' || data.what === 'asked' ? 'warning' : 'neutral';
    case 'deployment.resumed':
      return 'warning';
  }
}
