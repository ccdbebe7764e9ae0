import { Loader, VisuallyHidden } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import classes from './editor.module.css';

/** While what is to be drawn is on its way. */
export function EditorLoading() {
  const { t } = useTranslation();
  return (
    <div className={classes.loading} role="status">
      <VisuallyHidden component="h1">{t('loading')}</VisuallyHidden>
      <Loader size="sm" />
    </div>
  );
}
