import { KeyRound } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { User } from '#shared/auth';
import { trpc } from '../api/trpc';
import { listedWhole } from '../api/keyset';
import { usePanel } from '../hooks/panel';
import { ListStates } from '../layouts/ListPage';
import { EmptyState } from '../ui/EmptyState';
import { ListHead } from '../ui/ListHead';
import { TokenPanel } from './TokenPanel';
import { TokensTable } from './TokensTable';

export function TokensSection({ user }: { user: User }) {
  const { t } = useTranslation(['account', 'tokens']);
  const tokens = trpc.tokens.list.useQuery({});
  const panel = usePanel(['new']);
  return (
    <>
      <ListHead help={t('tokens.help')} add={t('tokens:new')} onAdd={() => panel.open('new')} />
      <ListStates
        list={listedWhole(tokens)}
        loading={{ rows: 3 }}
        empty={
          <EmptyState icon={KeyRound} title={t('tokens:empty.title')}>
            {t('tokens:empty.text')}
          </EmptyState>
        }
      >
        {(items) => <TokensTable tokens={items} />}
      </ListStates>
      <TokenPanel opened={panel.name === 'new'} onClose={panel.close} owner={{ role: user.role }} />
    </>
  );
}
