import { Title } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { trpc } from '../api/trpc';
import { ErrorState } from '../api/ErrorState';
import { QuotaBars } from '../quota/QuotaBars';

/** What is left of one's own quota; nothing for who has no limits. The last of its page, so that nothing jumps. */
export function HomeQuota() {
  const { t } = useTranslation('quota');
  const quota = trpc.quotas.mine.useQuery();
  if (quota.data === undefined && quota.error === null) return null;
  const limited = quota.data !== undefined && Object.values(quota.data.limits).some((limit) => limit !== null);
  if (quota.data !== undefined && !limited) return null;
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
