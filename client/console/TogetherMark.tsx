import { Button, Text } from '@mantine/core';
import { Keyboard } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import classes from './ConsoleDock.module.css';

/** Says, for as long as it is so, that keys go to several guests at once. */
export function TogetherMark({ count, onStop }: { count: number; onStop: () => void }) {
  const { t } = useTranslation('console');
  return (
    <div className={classes.together}>
      <Keyboard size={16} aria-hidden />
      <Text size="sm" fw={600} role="status">
        {t('together.on', { count })}
      </Text>
      <Button size="compact-xs" variant="default" onClick={onStop}>
        {t('together.stop')}
      </Button>
    </div>
  );
}
