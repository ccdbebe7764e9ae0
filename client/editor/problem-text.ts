import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import type { Problem } from '#shared/errors';
import { spoken } from '../i18n/spoken';
import { topologyProblemCodes, type TopologyProblemCode } from '#shared/topology/validate';

function isKnown(code: string): code is TopologyProblemCode {
  const known: readonly string[] = topologyProblemCodes;
  return known.includes(code);
}

/** The sentence of a problem in the reader's language; the server's own where there is no translation. */
export function useProblemText(): (problem: Problem) => string {
  const { t } = useTranslation('problems');
  return useCallback(
    (problem) =>
      isKnown(problem.code)
        ? t(problem.code, { ...problem.params, defaultValue: problem.message })
        : spoken(problem.message, problem.sentences),
    [t],
  );
}
