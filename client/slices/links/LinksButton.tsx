import { Button } from '@mantine/core';
import { Unplug } from 'lucide-react';
import { lazy, Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import type { Slice } from '#shared/slice';
import { usePanel } from '../../hooks/panel';
import { LoadingRows } from '../../ui/LoadingRows';
import { SidePanel } from '../../ui/SidePanel';

const LinksPanel = lazy(async () => ({ default: (await import('./LinksPanel')).LinksPanel }));

/** The way to changes of the slice's links by a plan or by chance; `linkKeys` are the ones that are chosen on the canvas. */
export function LinksButton({ slice, linkKeys }: { slice: Slice; linkKeys: readonly string[] }) {
  const { t } = useTranslation('links');
  const panel = usePanel(['links']);
  if (slice.status === 'draft' || slice.edges.length === 0) return null;
  return (
    <>
      <Button size="xs" variant="default" leftSection={<Unplug size={14} />} onClick={() => panel.open('links')}>
        {t('open')}
      </Button>
      <SidePanel
        opened={panel.name === 'links'}
        onClose={panel.close}
        title={t('panel', { name: slice.name })}
        size={520}
      >
        {panel.name === 'links' ? (
          <Suspense fallback={<LoadingRows rows={6} height={40} />}>
            <LinksPanel slice={slice} linkKeys={linkKeys} />
          </Suspense>
        ) : null}
      </SidePanel>
    </>
  );
}
