import { Button } from '@mantine/core';
import { Share2 } from 'lucide-react';
import { lazy, Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import type { Slice } from '#shared/slice';
import { usePanel } from '../../hooks/panel';
import { LoadingRows } from '../../ui/LoadingRows';
import { SidePanel } from '../../ui/SidePanel';

const NetworksPanel = lazy(async () => ({ default: (await import('./NetworksPanel')).NetworksPanel }));

/** The way to what a slice's networks share with other slices. */
export function NetworksButton({ slice }: { slice: Slice }) {
  const { t } = useTranslation('networks');
  const panel = usePanel(['networks']);
  if (slice.networks.length === 0) return null;
  return (
    <>
      <Button size="xs" variant="default" leftSection={<Share2 size={14} />} onClick={() => panel.open('networks')}>
        {t('open')}
      </Button>
      <SidePanel
        opened={panel.name === 'networks'}
        onClose={panel.close}
        title={t('panel', { name: slice.name })}
        size={520}
      >
        {panel.name === 'networks' ? (
          <Suspense fallback={<LoadingRows rows={6} height={40} />}>
            <NetworksPanel slice={slice} />
          </Suspense>
        ) : null}
      </SidePanel>
    </>
  );
}
