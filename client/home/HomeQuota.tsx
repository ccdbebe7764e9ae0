import { Title } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { trpc } from '../api/trpc';
import { ErrorState } from '../api/ErrorState';
import { QuotaBars } from '../quota/QuotaBars';
import { quotaGroups } from '../quota/quota-fields';

/** What is left of one's own quota; nothing for who has no limits. The last of its page, so that nothing jumps. */
export function HomeQuota() {
  const { t } = useTranslation('quota');
  const quota = trpc.quotas.mine.useQuery();
  if (quota.data === undefined && quota.error === null) return null;
  const limits = quota.data?.limits;
  const fields = Object.values(quotaGroups).flat();
  if (limits !== undefined && fields.every((field) => limits[field] === null)) return null;
  return (
    <section aria-labelledby="my-quota">
      <Title order={2} id="my-quota" mb="xs">
        {t('mine')}
      </Title>
      {quota.data === undefined ? (
        <ErrorState error={quota.error} onRetry={() => void quota.refetch()} />
      ) : (
        <QuotaBars quota={quota.data} compact />
      )}
    </section>
  );
}
