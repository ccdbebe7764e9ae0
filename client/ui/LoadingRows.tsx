import { Skeleton, VisuallyHidden } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import classes from './LoadingRows.module.css';

/** As the words of rows are: some shorter than others. */
const widths = ['38%', '52%', '30%', '46%', '34%'];

export interface LoadingRowsProps {
  rows?: number;
  height?: number;
  /** They stand for the whole page, which has no other heading yet. */
  wholePage?: boolean;
}

/** Holds the place of rows that are on their way; of the height that they will have, so that nothing jumps. */
export function LoadingRows({ rows = 5, height = 40, wholePage = false }: LoadingRowsProps) {
  const { t } = useTranslation();
  return (
    <div role="status" className={classes.rows}>
      <VisuallyHidden component={wholePage ? 'h1' : 'span'}>{t('loading')}</VisuallyHidden>
      {Array.from({ length: rows }, (_, row) => (
        <div key={row} className={classes.row} style={{ height }} aria-hidden>
          <Skeleton height={10} width={widths[row % widths.length]} radius="xl" />
          <Skeleton height={10} width="14%" radius="xl" />
          <Skeleton height={10} width="9%" radius="xl" />
        </div>
      ))}
    </div>
  );
}
