import { Button, Stack, Text } from '@mantine/core';
import { Plus } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { Account } from '#shared/user';
import { TokenPanel } from '../account/TokenPanel';
import { TokensTable } from '../account/TokensTable';
import { trpc } from '../api/trpc';
import { listedWhole } from '../api/keyset';
import { usePanel } from '../hooks/panel';
import { ListStates } from '../layouts/ListPage';

/** The tokens of a service account. */
export function UserTokens({ account }: { account: Account }) {
  const { t } = useTranslation('tokens');
  const tokens = trpc.tokens.list.useQuery({ userId: account.id });
  const panel = usePanel(['token']);
  return (
    <Stack gap="sm" align="flex-start">
      <ListStates
        list={listedWhole(tokens)}
        loading={{ rows: 2 }}
        empty={
          <Text size="sm" c="dimmed">
            {t('empty.service')}
          </Text>
        }
      >
        {(items) => (
          <div style={{ width: '100%' }}>
            <TokensTable tokens={items} />
          </div>
        )}
      </ListStates>
      <Button variant="default" leftSection={<Plus size={16} />} onClick={() => panel.open('token')}>
        {t('new')}
      </Button>
      <TokenPanel
        opened={panel.name === 'token'}
        onClose={panel.close}
        owner={{ role: account.role, userId: account.id }}
      />
    </Stack>
  );
}
