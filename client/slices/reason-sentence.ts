import type { TFunction } from 'i18next';
import type { Reason } from './actions';
import { spoken } from '../i18n/spoken';
import { problemText } from './problem-sentence';

type SlicesT = TFunction<['slices', 'common', 'problems']>;

/** Why a button cannot be pressed, as a sentence; null if it can. */
export function reasonSentence(t: SlicesT, language: string, reason: Reason | null): string | null {
  if (reason === null) return null;
  switch (reason.code) {
    case 'SLICE_BUSY':
      return t('refused.SLICE_BUSY');
    case 'INVALID_TRANSITION':
      return t(`refused.status.${reason.status}`);
    case 'ACCESS':
      return t(`refused.access.${reason.level}`);
    case 'ZONE_AWAY':
      return t('refused.ZONE_AWAY');
    case 'ZONE_CANNOT':
      return t('refused.ZONE_CANNOT', { why: spoken(reason.why.reason ?? '', reason.why.sentences) });
    case 'IN_LINE':
      return t('problem.SLICE_IN_LINE');
    case 'CANCELLING':
      return t('actions.cancelling');
    case 'VM':
      return reason.running ? t('refused.vmRunning') : t('refused.vmStopped');
    case 'PLAN': {
      const problem = reason.plan?.problems[0];
      if (problem === undefined) return t('refused.planUnknown');
      return t('refused.planProblem', { reason: problemText(t, language, problem).what });
    }
  }
}
