import { Alert, Group, Stack, Text, Title } from '@mantine/core';
import { Ban, Monitor, Play, RotateCw, Square, SquareTerminal, TriangleAlert } from 'lucide-react';
import { lazy, Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { isAsDesired } from '#shared/deployment/observed-status';
import type { ConsoleKind } from '#shared/image';
import type { Slice, SliceVm } from '#shared/slice';
import { forwardAddress, forwardKey, forwardText } from '#shared/topology/forward';
import { extraDisksText } from '../editor/property-text';
import { spoken } from '../i18n/spoken';
import { VmStatusBadge } from './status-badges';
import { formatDisk, formatRam } from '../ui/format';
import { LoadingRows } from '../ui/LoadingRows';
import { RelativeTime } from '../ui/RelativeTime';
import { vmReason, waitingOf } from './actions';
import { useActivity, type Doing } from './activity';
import { consoleReason } from './console-reason';
import { CopyValue } from './CopyValue';
import { ActionButton } from '../ui/ActionButton';
import { driftAround } from './drift-of-part';
import { DriftList } from './DriftList';
import { GuestFacts, useVmInside } from './GuestFacts';
import { GuestTexts } from './GuestTexts';
import { reasonSentence } from './reason-sentence';
import { SaveDiskButton } from './SaveDiskButton';
import classes from './slice.module.css';
import type { SliceCommands } from './use-slice-commands';
import { VmSsh } from './VmSsh';
import { addressesInstead, addressesOf } from './vm-facts';

const VmFigures = lazy(async () => ({ default: (await import('../figures/VmFigures')).VmFigures }));

export interface SliceVmPanelProps {
  slice: Slice;
  vm: SliceVm;
  /** The server that has it gives no sign of life. */
  away: boolean;
  /** What is going on with it. */
  step: Doing | undefined;
  commands: SliceCommands;
  onOpenConsole: (vmId: number, kind: ConsoleKind) => void;
}

/** All there is to know of one VM, and what can be done with it. */
export function SliceVmPanel({ slice, vm, away, step, commands, onOpenConsole }: SliceVmPanelProps) {
  const { t, i18n } = useTranslation(['slices', 'common']);
  const activity = useActivity()(step);
  const drift = driftAround(slice, vm);
  const over = slice.status === 'destroyed';
  return (
    <Stack gap="sm">
      <Group gap="xs" justify="space-between">
        <Title order={2} size="h3" className={classes.wrapAnywhere}>
          {vm.name}
        </Title>
        <VmStatusBadge status={vm.status} of={slice.status} />
      </Group>
      <Text size="xs" c="dimmed">
        {activity === undefined ? null : <>{activity} · </>}
        {vm.observedAt === null ? (
          t('vm.never')
        ) : (
          <>
            {t('vm.observed')} <RelativeTime at={vm.observedAt} />
          </>
        )}
        {over || isAsDesired(vm) ? null : <> · {t('vm.asked', { desired: t(`banner.desired.${vm.desired}`) })}</>}
      </Text>
      {drift.length === 0 ? null : (
        <Alert
          color="yellow"
          variant="light"
          p="xs"
          icon={<TriangleAlert size={16} />}
          title={t('banner.degradedTitle')}
        >
          <DriftList drift={drift} />
        </Alert>
      )}
      {vm.error === null || isAsDesired(vm) ? null : (
        <Alert color="red" variant="light" p="xs" title={t('vm.error')} className={classes.wrapAnywhere}>
          {spoken(vm.error, vm.sentences)}
        </Alert>
      )}
      {over ? null : <VmActions slice={slice} vm={vm} away={away} commands={commands} onOpenConsole={onOpenConsole} />}
      <VmAddresses slice={slice} vm={vm} />
      <VmForwards vm={vm} />
      {over ? null : <VmSsh slice={slice} vm={vm} />}
      <GuestFacts slice={slice} vm={vm} />
      <section>
        <Title order={3} size="h4" fz="sm" mb={4}>
          {t('vm.machine')}
        </Title>
        <dl className={classes.facts}>
          <dt>{t('vm.flavour')}</dt>
          <dd>{vm.flavour.name}</dd>
          {vm.label === '' ? null : (
            <>
              <dt>{t('vm.label')}</dt>
              <dd style={{ overflowWrap: 'anywhere' }}>{vm.label}</dd>
            </>
          )}
          <dt>{t('vm.image')}</dt>
          <dd>{vm.image.name}</dd>
          <dt>{t('common:resources.vcpu')}</dt>
          <dd>{vm.vcpus}</dd>
          <dt>{t('common:resources.ram')}</dt>
          <dd>{formatRam(vm.ramMb, i18n.language)}</dd>
          <dt>{t('common:resources.disk')}</dt>
          <dd>{formatDisk(vm.diskGb, i18n.language)}</dd>
          {vm.disks.length === 0 ? null : (
            <>
              <dt>{t('vm.disks')}</dt>
              <dd style={{ overflowWrap: 'anywhere' }}>{extraDisksText(vm.disks, i18n.language)}</dd>
            </>
          )}
          {vm.boot.length === 0 ? null : (
            <>
              <dt>{t('vm.boot')}</dt>
              <dd>{vm.boot.join(', ')}</dd>
            </>
          )}
          {vm.router && (
            <>
              <dt>{t('vm.router')}</dt>
              <dd>{t('common:yes')}</dd>
            </>
          )}
          <dt>{t('vm.internet')}</dt>
          <dd>{vm.internet ? t('common:yes') : t('common:no')}</dd>
        </dl>
      </section>
      {slice.status === 'draft' || over || away ? null : (
        <section>
          <Title order={3} size="h4" fz="sm" mb={4}>
            {t('tabs.figures')}
          </Title>
          <Suspense fallback={<LoadingRows rows={3} height={110} />}>
            <VmFigures sliceId={slice.id} vmId={vm.id} />
          </Suspense>
        </section>
      )}
      <GuestTexts key={vm.key} slice={slice} vm={vm} />
    </Stack>
  );
}

function VmActions({ slice, vm, away, commands, onOpenConsole }: Omit<SliceVmPanelProps, 'step'>) {
  const { t, i18n } = useTranslation(['slices', 'common', 'problems']);
  const reason = (action: 'start' | 'stop' | 'reboot') =>
    reasonSentence(t, i18n.language, vmReason(slice, vm, action, away));
  const noConsole = away ? 'refused.ZONE_AWAY' : consoleReason(vm);
  const waiting = waitingOf(slice, vm);
  return (
    <div className={classes.vmActions} role="group" aria-label={vm.name}>
      <ActionButton
        size="xs"
        leftSection={<SquareTerminal size={14} />}
        disabledReason={noConsole === null ? null : t(noConsole)}
        onClick={() => onOpenConsole(vm.id, 'serial')}
      >
        {t('vm.console')}
      </ActionButton>
      {vm.consoles.includes('vnc') ? (
        <ActionButton
          size="xs"
          leftSection={<Monitor size={14} />}
          disabledReason={noConsole === null ? null : t(noConsole)}
          onClick={() => onOpenConsole(vm.id, 'vnc')}
        >
          {t('vm.screen')}
        </ActionButton>
      ) : null}
      {(
        [
          ['start', Play],
          ['stop', Square],
          ['reboot', RotateCw],
        ] as const
      ).map(([action, Icon]) => (
        <ActionButton
          key={action}
          size="xs"
          variant="default"
          px={6}
          leftSection={<Icon size={13} />}
          disabledReason={reason(action)}
          loading={commands.isPending(action, vm.id)}
          onClick={() => commands.start(action, vm.id)}
        >
          {t(`actions.${action}`)}
        </ActionButton>
      ))}
      <SaveDiskButton slice={slice} vm={vm} away={away} />
      {waiting === undefined ? null : (
        <ActionButton
          size="xs"
          variant="default"
          px={6}
          leftSection={<Ban size={13} />}
          disabledReason={waiting.cancelRequested ? t('actions.cancelling') : null}
          onClick={() => commands.cancel(waiting.id)}
        >
          {t('actions.cancel')}
        </ActionButton>
      )}
    </div>
  );
}

function VmAddresses({ slice, vm }: { slice: Slice; vm: SliceVm }) {
  const { t } = useTranslation('slices');
  const addresses = addressesOf(slice, vm);
  const nics = useVmInside(slice, vm).data?.guest?.nics ?? null;
  return (
    <section>
      <Title order={3} size="h4" fz="sm" mb={4}>
        {t('vm.addresses')}
      </Title>
      {addresses.length === 0 ? (
        <Text size="sm" c="dimmed">
          {t('vm.noAddresses')}
        </Text>
      ) : (
        <dl className={classes.facts}>
          {addresses.map((planned) => (
            <AddressRow key={planned.edgeKey} {...planned} instead={addressesInstead(planned, nics)} />
          ))}
        </dl>
      )}
    </section>
  );
}

interface AddressRowProps {
  peer: string;
  address: string;
  address6: string | null;
  /** What its guest has there. */
  instead: string[] | null;
}

function AddressRow({ peer, address, address6, instead }: AddressRowProps) {
  const { t } = useTranslation('slices');
  return (
    <>
      <dt>{t('vm.toPeer', { peer })}</dt>
      <dd>
        <CopyValue value={address} />
        {address6 === null ? null : <CopyValue value={address6} />}
        {instead === null ? null : (
          <Group gap={4} wrap="nowrap" c="yellow" fz="xs">
            <TriangleAlert size={12} aria-hidden style={{ flexShrink: 0 }} />
            {instead.length === 0 ? t('inside.hasNone') : t('inside.hasInstead', { addresses: instead.join(', ') })}
          </Group>
        )}
      </dd>
    </>
  );
}

function VmForwards({ vm }: { vm: SliceVm }) {
  const { t } = useTranslation('slices');
  if (vm.forwards.length === 0) return null;
  return (
    <section>
      <Title order={3} size="h4" fz="sm" mb={4}>
        {t('vm.forwards')}
      </Title>
      <ul className={classes.plain}>
        {vm.forwards.map((forward) => {
          const address = forwardAddress(forward);
          return (
            <li key={forwardKey(forward)} className={classes.copyable}>
              {address === null ? (
                <Text size="sm" c="dimmed" span>
                  {t('vm.forwardPending')}
                </Text>
              ) : (
                <CopyValue value={address} />
              )}
              <span className={classes.code}>→ :{forwardText(forward)}</span>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
