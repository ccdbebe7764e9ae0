import { Button, Group, Text } from '@mantine/core';
import { KeyRound, Plus } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { User } from '#shared/auth';
import { trpc } from '../api/trpc';
import { ErrorState } from '../api/ErrorState';
import { EmptyState } from '../ui/EmptyState';
import { LoadingRows } from '../ui/LoadingRows';
import { TokenPanel } from './TokenPanel';
import { TokensTable } from './TokensTable';

export function TokensSection({ user }: { user: User }) {
  const { t } = useTranslation(['account', 'tokens']);
  const tokens = trpc.tokens.list.useQuery({});
  const [making, setMaking] = useState(false);
  const items = tokens.data?.items ?? [];
  return (
    <>
      <Group justify="space-between" mb="sm" gap="sm">
        <Text size="sm" c="dimmed" maw={620}>
          {t('tokens.help')}
        </Text>
        <Button leftSection={<Plus size={16} />} onClick={() => setMaking(true)}>
          {t('tokens:new')}
        </Button>
      </Group>
      {tokens.isPending ? (
        <LoadingRows rows={3} />
      ) : tokens.data === undefined ? (
        <ErrorState error={tokens.error} onRetry={() => void tokens.refetch()} />
      ) : items.length === 0 ? (
        <EmptyState icon={KeyRound} title={t('tokens:empty.title')}>
          {t('tokens:empty.text')}
        </EmptyState>
      ) : (
        <TokensTable tokens={items} />
      )}
      <TokenPanel opened={making} onClose={() => setMaking(false)} owner={{ role: user.role }} />
    </>
  );
}
