import { UnstyledButton } from '@mantine/core';
import { CircleAlert } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { Problem } from '#shared/errors';
import classes from './editor.module.css';
import { useProblemText } from './problem-text';

interface ProblemListProps {
  problems: readonly Problem[];
  onGo: (problem: Problem) => void;
}

/** What keeps the drawing from being saved; each leads to where it is. */
export function ProblemList({ problems, onGo }: ProblemListProps) {
  const { t } = useTranslation('editor');
  const text = useProblemText();
  return (
    <section className={classes.problems} aria-label={t('problems.title')}>
      <div role="status" className={classes.problemsTitle}>
        {t('problems.count', { count: problems.length })}
      </div>
      <ul>
        {problems.map((problem, index) => (
          // two problems may be alike in every word
          // eslint-disable-next-line react/no-array-index-key
          <li key={index}>
            <UnstyledButton className={classes.problem} onClick={() => onGo(problem)}>
              <CircleAlert size={14} aria-hidden />
              {text(problem)}
            </UnstyledButton>
          </li>
        ))}
      </ul>
    </section>
  );
}
