import { Button, Center } from '@mantine/core';
import { useTranslation } from 'react-i18next';

/** The next page of a list, if there is one. */
export function MoreButton({ more, loading, onClick }: { more: boolean; loading: boolean; onClick: () => void }) {
  const { t } = useTranslation();
  if (!more) return null;
  return (
    <Center mt="sm">
      <Button variant="default" loading={loading} onClick={onClick}>
        {t('actions.loadMore')}
      </Button>
    </Center>
  );
}
