import { Button } from '@mantine/core';
import { Copy } from 'lucide-react';
import { lazy, Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import type { Slice } from '#shared/slice';
import { usePanel } from '../../hooks/panel';
import { LoadingRows } from '../../ui/LoadingRows';
import { SidePanel } from '../../ui/SidePanel';

const ClonePanel = lazy(async () => ({ default: (await import('./ClonePanel')).ClonePanel }));

/** The way to another slice of what this one is, or was in a snapshot (`?panel=clone-ID`); also of one that is destroyed, and for whoever sees it. */
export function CloneButton({ slice }: { slice: Slice }) {
  const { t } = useTranslation('snapshots');
  const panel = usePanel(['clone']);
  return (
    <>
      <Button size="sm" variant="default" leftSection={<Copy size={14} />} onClick={() => panel.open('clone')}>
        {t('clone.open')}
      </Button>
      <SidePanel
        opened={panel.name === 'clone'}
        onClose={panel.close}
        title={t('clone.panel', { name: slice.name })}
        size="lg"
      >
        {panel.name === 'clone' ? (
          <Suspense fallback={<LoadingRows rows={6} height={40} />}>
            <ClonePanel key={panel.id} slice={slice} snapshotId={panel.id} onCancel={panel.close} />
          </Suspense>
        ) : null}
      </SidePanel>
    </>
  );
}
