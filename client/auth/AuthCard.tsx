import { Center, Group, Paper, Stack, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { PreferenceFields } from '../layouts/preferences';

/** The frame of the pages for whoever is not signed in. */
export function AuthCard({ title, children, footer }: { title: string; children: ReactNode; footer?: ReactNode }) {
  const { t } = useTranslation(['auth', 'common']);
  return (
    <Center component="main" mih="100dvh" p="md">
      <Stack w="100%" maw={380} gap="lg">
        <Group gap="xs">
          <img src="/favicon.svg" alt="" width={28} height={28} />
          <div>
            <Text fw={650} size="lg" lh={1.2}>
              {t('common:appName')}
            </Text>
            <Text size="xs" c="dimmed">
              {t('common:tagline')}
            </Text>
          </div>
        </Group>
        <Paper withBorder p="lg">
          <Title order={1} mb="md">
            {title}
          </Title>
          {children}
        </Paper>
        {footer === undefined ? null : (
          <Text size="sm" ta="center">
            {footer}
          </Text>
        )}
        <Group grow component="section" aria-label={t('preferences')}>
          <PreferenceFields />
        </Group>
      </Stack>
    </Center>
  );
}
