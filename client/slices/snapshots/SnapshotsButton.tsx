import { Button } from '@mantine/core';
import { Camera } from 'lucide-react';
import { lazy, Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import type { Slice } from '#shared/slice';
import { usePanel } from '../../hooks/panel';
import { LoadingRows } from '../../ui/LoadingRows';
import { SidePanel } from '../../ui/SidePanel';

const SnapshotsPanel = lazy(async () => ({ default: (await import('./SnapshotsPanel')).SnapshotsPanel }));

/** The way to a slice's snapshots. `reason`: why the reader may neither take nor restore one; they are shown all the same. */
export function SnapshotsButton({ slice, reason }: { slice: Slice; reason: string | null }) {
  const { t } = useTranslation('snapshots');
  const panel = usePanel(['snapshots']);
  // of what was never deployed there is nothing to keep, and what is destroyed has lost all of it
  if (slice.status === 'draft' || slice.status === 'destroyed') return null;
  return (
    <>
      <Button size="sm" variant="default" leftSection={<Camera size={14} />} onClick={() => panel.open('snapshots')}>
        {t('open')}
      </Button>
      <SidePanel
        opened={panel.name === 'snapshots'}
        onClose={panel.close}
        title={t('panel', { name: slice.name })}
        size={480}
      >
        {panel.name === 'snapshots' ? (
          <Suspense fallback={<LoadingRows rows={6} height={40} />}>
            <SnapshotsPanel slice={slice} reason={reason} />
          </Suspense>
        ) : null}
      </SidePanel>
    </>
  );
}
