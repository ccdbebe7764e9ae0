import { Box, Text } from '@mantine/core';
import { useId } from 'react';
import { useTranslation } from 'react-i18next';
import { sliceFields, type QuotaLimits } from '#shared/quota';
import { formatLimit } from './slice-limits';
import classes from './QuotaBars.module.css';

/** What each slice of an account may have of the internet: nothing that could be added up. What one has used its own page says. */
export function SliceLimits({ limits }: { limits: QuotaLimits }) {
  const { t, i18n } = useTranslation('quota');
  const id = useId();
  return (
    <section aria-labelledby={id}>
      <Text size="xs" c="dimmed" mt="md" mb={6} id={id}>
        {t('group.slice')}
      </Text>
      <Box component="dl" m={0} className={classes.bars}>
        {sliceFields.map((field) => {
          const limit = limits[field];
          return (
            <div key={field}>
              <Text component="dt" size="sm">
                {t(`field.${field}`)}
              </Text>
              <Text component="dd" m={0} size="sm" c={limit === null ? 'dimmed' : undefined}>
                {limit === null ? t('noLimit') : formatLimit(field, limit, i18n.language)}
              </Text>
            </div>
          );
        })}
      </Box>
    </section>
  );
}
