import { Text, Title } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Step } from '#shared/deployment/schema';
import { UpdateNote } from '../UpdateNote';
import classes from './history.module.css';
import { diffOf } from './step-diff';

/** What the operation was to change of the slice, part by part; of what was not done, how it ended. */
export function Changes({ steps }: { steps: readonly Step[] }) {
  const { t } = useTranslation(['history', 'events', 'common']);
  const groups = diffOf(steps);
  return (
    <section aria-label={t('changes')}>
      <Title order={3} size="h4" fz="sm" mb="xs">
        {t('changes')}
      </Title>
      {groups.length === 0 ? (
        <Text size="sm" c="dimmed">
          {t('nothing')}
        </Text>
      ) : (
        <dl className={classes.changes}>
          {groups.map((group) => (
            <div key={group.kind} style={{ display: 'contents' }}>
              <dt>{t(`change.${group.kind}`)}</dt>
              <dd>
                <ul className={classes.parts}>
                  {group.parts.map(({ step, missed }) => (
                    <li key={step.seq} data-missed={missed === null ? undefined : true}>
                      {t(`events:resource.${step.resource}`, { label: step.label })}
                      {missed === null ? null : ` (${t(`common:status.step.${missed}`)})`}
                      {step.update === null ? null : <UpdateNote update={step.update} />}
                    </li>
                  ))}
                </ul>
              </dd>
            </div>
          ))}
        </dl>
      )}
    </section>
  );
}
