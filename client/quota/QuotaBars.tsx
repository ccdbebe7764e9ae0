import { Stack, Text } from '@mantine/core';
import { useId } from 'react';
import { useTranslation } from 'react-i18next';
import type { CountedField, Quota, QuotaUse } from '#shared/quota';
import { ResourceBar } from '../ui/ResourceBar';
import { formatQuota, quotaGroups } from './quota-fields';
import classes from './QuotaBars.module.css';

export interface QuotaBarsProps {
  quota: Quota;
  /** What something that is planned would add: shown as a hatched part; the compact form then shows nothing else. */
  added?: Partial<QuotaUse> | undefined;
  /** Only what is limited, without headings. */
  compact?: boolean | undefined;
}

/** What is used of a quota, each amount as a bar with its numbers. Speaks with the texts of `quota`. */
export function QuotaBars({ quota, added, compact = false }: QuotaBarsProps) {
  const { t } = useTranslation('quota');
  const id = useId();
  const groups = ['total', 'running'] as const;
  const bar = (field: CountedField) => {
    const more = added?.[field] ?? 0;
    return (
      <ResourceBar
        key={field}
        label={t(`field.${field}`)}
        used={quota.used[field]}
        of={quota.limits[field]}
        unlimited
        after={more > 0 ? quota.used[field] + more : undefined}
        format={(amount, language) => formatQuota(field, amount, language)}
      />
    );
  };

  if (compact) {
    const limited = groups.flatMap((group) =>
      quotaGroups[group].filter(
        (field) => quota.limits[field] !== null && (added === undefined || (added[field] ?? 0) > 0),
      ),
    );
    if (limited.length === 0)
      return (
        <Text size="sm" c="dimmed">
          {t('noLimits')}
        </Text>
      );
    return <div className={classes.bars}>{limited.map(bar)}</div>;
  }
  return (
    <Stack gap="md">
      {groups.map((group) => (
        <section key={group} aria-labelledby={`${id}-${group}`}>
          <Text size="xs" c="dimmed" mb={6} id={`${id}-${group}`}>
            {t(`group.${group}`)}
          </Text>
          <div className={classes.bars}>{quotaGroups[group].map(bar)}</div>
        </section>
      ))}
    </Stack>
  );
}
