import { useTranslation } from 'react-i18next';
import type { StepAction } from '#shared/deployment/schema';

/** What is going on with a resource: a step at work on it, or that an operation on it waits for another one. */
export interface Doing {
  action: StepAction | 'wait';
  attempts: number;
}

/** Returns the function that says what is going on: `starting…`, `starting… attempt 2`. */
export function useActivity(): (doing: Doing | undefined) => string | undefined {
  const { t } = useTranslation('slices');
  return (doing) => {
    if (doing === undefined) return undefined;
    const activity = t(`activity.${doing.action}`);
    return doing.attempts > 1 ? t('activity.attempt', { activity, count: doing.attempts }) : activity;
  };
}
