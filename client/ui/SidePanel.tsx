import { Drawer, type DrawerProps } from '@mantine/core';
import { useTranslation } from 'react-i18next';

/** Slides in from the right: a form beside the page that it changes. A click outside loses nothing that was typed. */
export function SidePanel({ size = 440, ...props }: DrawerProps) {
  const { t } = useTranslation();
  return (
    <Drawer
      position="right"
      size={size}
      closeOnClickOutside={false}
      closeButtonProps={{ 'aria-label': t('actions.close') }}
      {...props}
    />
  );
}
