import type { TFunction } from 'i18next';
import type { DeploymentSummary } from '#shared/deployment/schema';

/** Keys of texts hold no dots. */
const systemReasonWords = {
  'slices.set-restart': 'restart',
  'slices.set-heal': 'heal',
  'users.delete': 'accountDeleted',
  'leases.set': 'lease',
  'schedules.add': 'schedule',
  'line.join': 'line',
  'idle.set': 'idle',
  'links.schedule': 'links',
  'links.chaos': 'chaos',
} as const;

/** Who asked for a deployment, or why the system did. */
export function requestedText(
  t: TFunction<['slices']>,
  { because, requestedBy }: Pick<DeploymentSummary, 'because' | 'requestedBy'>,
): string {
  return because === null
    ? t('steps.requested', { name: requestedBy.name })
    : t(`steps.because.${systemReasonWords[because]}`, { name: requestedBy.name });
}
