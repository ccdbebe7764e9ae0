import { Button } from '@mantine/core';
import { SearchX } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { EmptyState } from '../ui/EmptyState';

/** The slice does not exist, or is not the reader's to see. */
export function NotFoundPanel() {
  const { t } = useTranslation(['refusals', 'slices']);
  return (
    <EmptyState
      wholePage
      icon={SearchX}
      title={t('refusals:notFound.slice')}
      action={
        <Button component={Link} to="/slices" variant="default">
          {t('slices:title')}
        </Button>
      }
    />
  );
}
