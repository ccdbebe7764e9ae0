import { List, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Drift } from '#shared/drift';
import { spoken } from '../i18n/spoken';
import { RelativeTime } from '../ui/RelativeTime';
import classes from './slice.module.css';

const shown = 8;

/** What is not as it was asked for, part by part, each with when it was seen so. */
export function DriftList({ drift }: { drift: readonly Drift[] }) {
  const { t } = useTranslation('slices');
  return (
    <List size="sm" mb={4} spacing={2}>
      {drift.slice(0, shown).map(({ resource, id, message, sentences, observedAt }) => (
        <List.Item key={`${resource} ${id} ${message}`} className={classes.wrapAnywhere}>
          {spoken(message, sentences)}{' '}
          {observedAt === null ? null : (
            <Text span size="xs" c="dimmed">
              <RelativeTime at={observedAt} />
            </Text>
          )}
        </List.Item>
      ))}
      {drift.length > shown ? <List.Item>{t('plan.more', { count: drift.length - shown })}</List.Item> : null}
    </List>
  );
}
