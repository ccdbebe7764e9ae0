import { Webhook as WebhookIcon } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { can, type User } from '#shared/auth';
import { listedWhole } from '../api/keyset';
import { trpc } from '../api/trpc';
import { usePanel } from '../hooks/panel';
import { ListStates } from '../layouts/ListPage';
import { EmptyState } from '../ui/EmptyState';
import { ListHead } from '../ui/ListHead';
import { SidePanel } from '../ui/SidePanel';
import { CallsPanel } from './CallsPanel';
import { SecretPanel } from './SecretPanel';
import { EditWebhookForm } from './WebhookForm';
import { WebhooksTable } from './WebhooksTable';

/** The account's webhooks, and for administrators those over all slices, with all that can be done with them. */
export function WebhooksSection({ user }: { user: User }) {
  const { t } = useTranslation('webhooks');
  const list = trpc.webhooks.list.useQuery();
  const panel = usePanel(['new', 'edit', 'secret', 'calls']);
  const chosen = list.data?.items.find(({ id }) => id === panel.id);
  const of = (name: 'edit' | 'secret' | 'calls') => (panel.name === name ? chosen : undefined);
  const [edited, renewed, shown] = [of('edit'), of('secret'), of('calls')];
  return (
    <>
      <ListHead help={t('help')} add={t('new')} onAdd={() => panel.open('new')} />
      <ListStates
        list={listedWhole(list)}
        loading={{ rows: 3 }}
        empty={
          <EmptyState icon={WebhookIcon} title={t('empty.title')}>
            {t('empty.text')}
          </EmptyState>
        }
      >
        {(items) => <WebhooksTable webhooks={items} userId={user.id} onOpen={panel.open} />}
      </ListStates>
      <SecretPanel
        opened={panel.name === 'new' || renewed !== undefined}
        onClose={panel.close}
        webhook={renewed ?? null}
        forAllSlices={can(user.role, 'slices:see-all')}
      />
      <SidePanel opened={edited !== undefined} onClose={panel.close} title={t('form.title')}>
        {edited === undefined ? null : <EditWebhookForm key={edited.id} webhook={edited} onDone={panel.close} />}
      </SidePanel>
      <SidePanel
        opened={shown !== undefined}
        onClose={panel.close}
        title={t('calls.title', { name: shown?.name ?? '' })}
        size={560}
        closeOnClickOutside
      >
        {shown === undefined ? null : <CallsPanel key={shown.id} webhook={shown} />}
      </SidePanel>
    </>
  );
}
