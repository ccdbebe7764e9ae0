import { Button, Stack, Text } from '@mantine/core';
import { Plus } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Account } from '#shared/user';
import { TokenPanel } from '../account/TokenPanel';
import { TokensTable } from '../account/TokensTable';
import { trpc } from '../api/trpc';
import { ErrorState } from '../api/ErrorState';
import { LoadingRows } from '../ui/LoadingRows';

/** The tokens of a service account. */
export function UserTokens({ account }: { account: Account }) {
  const { t } = useTranslation('tokens');
  const tokens = trpc.tokens.list.useQuery({ userId: account.id });
  const [making, setMaking] = useState(false);
  return (
    <Stack gap="sm" align="flex-start">
      {tokens.isPending ? (
        <LoadingRows rows={2} />
      ) : tokens.data === undefined ? (
        <ErrorState error={tokens.error} onRetry={() => void tokens.refetch()} />
      ) : tokens.data.items.length === 0 ? (
        <Text size="sm" c="dimmed">
          {t('empty.service')}
        </Text>
      ) : (
        <div style={{ width: '100%' }}>
          <TokensTable tokens={tokens.data.items} />
        </div>
      )}
      <Button variant="default" leftSection={<Plus size={16} />} onClick={() => setMaking(true)}>
        {t('new')}
      </Button>
      <TokenPanel opened={making} onClose={() => setMaking(false)} owner={{ role: account.role, userId: account.id }} />
    </Stack>
  );
}
