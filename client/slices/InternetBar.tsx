import { Alert, Group, Text } from '@mantine/core';
import { Globe, GlobeLock } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { SliceInternet } from '#shared/internet';
import { notifyError } from '../api/error-message';
import { trpc } from '../api/trpc';
import { rateText } from '../editor/link-text';
import { useSession } from '../hooks/session';
import { ActionButton } from '../ui/ActionButton';
import { formatMoment, formatRam } from '../ui/format';
import { ResourceBar } from '../ui/ResourceBar';

/** It is counted every five seconds, and looked at less often. */
const askEveryMs = 15_000;

/** What the slice may have of the internet and has had in this month, where its owner's quota limits that. */
export function InternetBar({ sliceId }: { sliceId: number }) {
  const { t, i18n } = useTranslation('quota');
  const { can } = useSession();
  const utils = trpc.useUtils();
  const { data } = trpc.slices.internet.useQuery({ id: sliceId }, { refetchInterval: askEveryMs });
  const reset = trpc.quotas.resetInternet.useMutation({
    onSuccess: (after) => utils.slices.internet.setData({ id: sliceId }, after),
    onError: notifyError,
  });
  if (data === undefined || (data.mbPerMonth === null && data.kbps === null)) return null;
  // where there is nothing to begin anew, another month changes nothing
  const isNone = data.mbPerMonth === 0;
  const mayReset = can('quotas:manage') && data.mbPerMonth !== null && !isNone && data.usedBytes > 0;
  const until = formatMoment(Date.parse(data.until), i18n.language);
  return (
    <Alert
      mb="sm"
      variant="light"
      color={data.usedUp ? 'red' : 'gray'}
      // what is counted changes all the time, and is no news
      role={data.usedUp ? 'status' : 'note'}
      icon={data.usedUp ? <GlobeLock size={18} /> : <Globe size={18} />}
      title={t(`internet.${isNone ? 'none' : data.usedUp ? 'usedUp' : 'title'}`)}
    >
      <Group justify="space-between" gap="sm">
        <div>
          {data.mbPerMonth === null || isNone ? null : (
            <Total usedBytes={data.usedBytes} mbPerMonth={data.mbPerMonth} />
          )}
          <Text size="sm" mt={4}>
            {data.mbPerMonth === null
              ? null
              : t(`internet.${isNone ? 'noneBack' : data.usedUp ? 'back' : 'until'}`, { until })}
            {data.kbps === null ? null : ` ${t('internet.rate', { rate: rateText(data.kbps) })}`}
          </Text>
        </div>
        {mayReset ? (
          <ActionButton
            size="xs"
            variant="default"
            loading={reset.isPending}
            onClick={() => reset.mutate({ id: sliceId })}
          >
            {t('internet.reset')}
          </ActionButton>
        ) : null}
      </Group>
    </Alert>
  );
}

function Total({ usedBytes, mbPerMonth }: Pick<SliceInternet, 'usedBytes'> & { mbPerMonth: number }) {
  const { t } = useTranslation('quota');
  return <ResourceBar label={t('internet.used')} used={usedBytes / 2 ** 20} of={mbPerMonth} format={formatRam} />;
}
