import { Button, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';

/** There are things, but none that the search and the filters let through. */
export function NoMatch({ search, onClear }: { search: string; onClear: () => void }) {
  const { t } = useTranslation();
  return (
    <Stack align="center" py={40} gap="xs" role="status">
      <Text c="dimmed">{search === '' ? t('table.noMatch') : t('table.nothingFound', { search })}</Text>
      <Button size="xs" variant="default" onClick={onClear}>
        {t('table.clear')}
      </Button>
    </Stack>
  );
}
