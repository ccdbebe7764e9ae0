import { useTranslation } from 'react-i18next';
import type { Step } from '#shared/deployment/schema';

/** Returns the function that says what a running step is doing: `starting…`, `starting… attempt 2`. */
export function useActivity(): (step: Pick<Step, 'action' | 'attempts'> | undefined) => string | undefined {
  const { t } = useTranslation('slices');
  return (step) => {
    if (step === undefined) return undefined;
    const activity = t(`activity.${step.action}`);
    return step.attempts > 1 ? t('activity.attempt', { activity, count: step.attempts }) : activity;
  };
}
