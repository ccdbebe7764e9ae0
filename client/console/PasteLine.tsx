import { Button, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import classes from './ConsoleDock.module.css';
import type { PasteProgress } from './paced-input';

/** How much of a paste has gone, and the way to stop it. */
export function PasteLine(props: { pasting: PasteProgress; onCancel: () => void }) {
  const { t } = useTranslation('console');
  const percent = Math.floor((100 * props.pasting.sent) / props.pasting.total);
  return (
    <div className={classes.paste}>
      <Text size="xs">{t('pasting', { percent })}</Text>
      <Button size="compact-xs" variant="default" onClick={props.onCancel}>
        {t('cancelPaste')}
      </Button>
    </div>
  );
}
