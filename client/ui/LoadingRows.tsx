import { Skeleton, Stack, VisuallyHidden } from '@mantine/core';
import { useTranslation } from 'react-i18next';

/** Holds the place of rows that are on their way; of the height that they will have, so that nothing jumps. */
export function LoadingRows({ rows = 5, height = 40 }: { rows?: number; height?: number }) {
  const { t } = useTranslation();
  return (
    <Stack gap={1} role="status">
      <VisuallyHidden>{t('loading')}</VisuallyHidden>
      {Array.from({ length: rows }, (_, row) => (
        <Skeleton key={row} height={height - 1} radius={2} aria-hidden />
      ))}
    </Stack>
  );
}
