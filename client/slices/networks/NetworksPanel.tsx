import { Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Slice } from '#shared/slice';
import { ErrorState } from '../../api/ErrorState';
import { trpc } from '../../api/trpc';
import { LoadingRows } from '../../ui/LoadingRows';
import { accessRefusal } from '../access';
import { reasonSentence } from '../reason-sentence';
import { NetworkSharing } from './NetworkSharing';

/** Each network of a slice: published, with who joins it; joining one of another slice; or neither, with what makes it so. */
export function NetworksPanel({ slice }: { slice: Slice }) {
  const { t } = useTranslation('networks');
  const { t: tSlices, i18n } = useTranslation(['slices', 'common', 'problems']);
  const networks = trpc.networks.get.useQuery({ id: slice.id });
  const reason = reasonSentence(tSlices, i18n.language, accessRefusal(slice.access, 'update'));
  if (networks.error !== null) return <ErrorState error={networks.error} onRetry={() => void networks.refetch()} />;
  if (networks.data === undefined) return <LoadingRows rows={6} height={40} />;
  return (
    <Stack gap="md">
      <Text size="sm" c="dimmed">
        {t('help')}
      </Text>
      {slice.networks.map((network) => (
        <NetworkSharing key={network.key} slice={slice} network={network} shared={networks.data} reason={reason} />
      ))}
    </Stack>
  );
}
