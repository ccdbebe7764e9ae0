import { Anchor, Text, Title } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { Slice, SliceVm } from '#shared/slice';
import { sshAccess, sshCommand } from '#shared/ssh-access';
import { CopyValue } from './CopyValue';

interface VmSshProps {
  slice: Slice;
  vm: SliceVm;
}

/** The command that signs in to a VM by SSH, to be copied, or what lacks for it; nothing of a VM whose image takes no keys. */
export function SshCommand({ slice, vm }: VmSshProps) {
  const { t } = useTranslation('slices');
  const access = sshAccess(slice, vm, window.location.hostname);
  if (!('lacks' in access)) return <CopyValue value={sshCommand(access)} />;
  if (access.lacks === 'server') return null;
  const isTheirs = access.lacks === 'key' && slice.access !== 'own';
  return (
    <Text size="sm" c="dimmed">
      {isTheirs ? t('ssh.lacks.ownersKey', { owner: slice.owner.name }) : t(`ssh.lacks.${access.lacks}`)}{' '}
      {access.lacks === 'key' && !isTheirs ? (
        <Anchor component={Link} to="/account/ssh-keys" size="sm" underline="always">
          {t('ssh.addKey')}
        </Anchor>
      ) : null}
    </Text>
  );
}

/** The same as a part of what is told of a VM. */
export function VmSsh({ slice, vm }: VmSshProps) {
  const { t } = useTranslation('slices');
  if (vm.sshUser === null) return null;
  return (
    <section>
      <Title order={3} size="h4" fz="sm" mb={4}>
        {t('ssh.title')}
      </Title>
      <SshCommand slice={slice} vm={vm} />
    </section>
  );
}
