import { KeyRound } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { listedWhole } from '../api/keyset';
import { trpc } from '../api/trpc';
import { usePanel } from '../hooks/panel';
import { ListStates } from '../layouts/ListPage';
import { EmptyState } from '../ui/EmptyState';
import { ListHead } from '../ui/ListHead';
import { SidePanel } from '../ui/SidePanel';
import { SshKeyForm } from './SshKeyForm';
import { SshKeysTable } from './SshKeysTable';

/** The account's public keys, which guests are given. */
export function SshKeysSection() {
  const { t } = useTranslation('sshKeys');
  const keys = trpc.sshKeys.list.useQuery();
  const panel = usePanel(['new']);
  return (
    <>
      <ListHead help={t('help')} add={t('new')} onAdd={() => panel.open('new')} />
      <ListStates
        list={listedWhole(keys)}
        loading={{ rows: 3 }}
        empty={
          <EmptyState icon={KeyRound} title={t('empty.title')}>
            {t('empty.text')}
          </EmptyState>
        }
      >
        {(items) => <SshKeysTable keys={items} />}
      </ListStates>
      <SidePanel opened={panel.name === 'new'} onClose={panel.close} title={t('form.title')} size={480}>
        <SshKeyForm onDone={panel.close} />
      </SidePanel>
    </>
  );
}
