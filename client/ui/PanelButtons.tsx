import { Button, Group } from '@mantine/core';
import { useTranslation } from 'react-i18next';

/** The end of a form in a side panel. */
export function PanelButtons({ label, saving, onCancel }: { label: string; saving: boolean; onCancel: () => void }) {
  const { t } = useTranslation();
  return (
    <Group justify="flex-end" mt="md">
      <Button variant="default" onClick={onCancel}>
        {t('actions.cancel')}
      </Button>
      <Button type="submit" loading={saving}>
        {label}
      </Button>
    </Group>
  );
}
