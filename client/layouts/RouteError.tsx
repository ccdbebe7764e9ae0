import { Button } from '@mantine/core';
import { RefreshCw, TriangleAlert } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { useRouteError } from 'react-router';
import { usePageTitle } from '../hooks/page-title';
import { EmptyState } from '../ui/EmptyState';

/** How Chromium, Firefox and Safari say that a chunk of the app did not come. */
const chunkLost = /dynamically imported module|importing a module script failed|unable to preload/i;

/** What stands in the place of a page that threw, or that could not be loaded. */
export function RouteError() {
  const { t } = useTranslation();
  const error = useRouteError();
  const lost = error instanceof Error && chunkLost.test(error.message);
  const title = lost ? t('crash.newVersionTitle') : t('crash.title');
  usePageTitle(title);
  return (
    <div role="alert">
      <EmptyState
        wholePage
        icon={TriangleAlert}
        title={title}
        action={
          <Button leftSection={<RefreshCw size={16} />} onClick={() => window.location.reload()}>
            {t('crash.reload')}
          </Button>
        }
      >
        {lost ? t('crash.newVersion') : t('crash.text')}
      </EmptyState>
    </div>
  );
}
