import { Drawer } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { User } from '#shared/auth';
import { MainNav } from './MainNav';

/** The navigation on a narrow window, over the page. */
export function NavDrawer({ opened, onClose, user }: { opened: boolean; onClose: () => void; user: User | null }) {
  const { t } = useTranslation();
  return (
    <Drawer
      opened={opened}
      onClose={onClose}
      size="15rem"
      padding={0}
      title={t('appName')}
      closeButtonProps={{ 'aria-label': t('actions.close') }}
      styles={{ header: { paddingInline: '1rem' }, body: { height: 'calc(100% - 3.75rem)' } }}
    >
      <MainNav user={user} onNavigate={onClose} withBrand={false} />
    </Drawer>
  );
}
