import type { TFunction } from 'i18next';
import { Alert, Text, Title } from '@mantine/core';
import {
  Ban,
  Brush,
  CircleCheck,
  CircleHelp,
  CircleX,
  RefreshCw,
  Server,
  ServerOff,
  SquarePen,
  Trash2,
  TriangleAlert,
} from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Resources } from '#shared/primitives';
import { localProviderKinds, type Capabilities, type ProviderKind, type VmLimits, type Zone } from '#shared/zone';
import { reachOf } from '#shared/zone-settings';
import { spoken } from '../i18n/spoken';
import { ActionButton } from '../ui/ActionButton';
import { CommandText } from '../ui/CommandText';
import { formatDisk, formatRam } from '../ui/format';
import { RelativeTime } from '../ui/RelativeTime';
import { RowMenu } from '../ui/RowMenu';
import { StatusBadge } from '../ui/StatusBadge';
import classes from './ZoneCard.module.css';
import { ZoneUsage } from './ZoneUsage';

const capabilityOrder = [
  'run',
  'serialConsole',
  'graphics',
  'portForwards',
  'disks',
  'extraDisks',
  'suspend',
  'snapshot',
  'impair',
  'dhcp',
  'crossSlice',
  'exec',
  'internet',
  'internetRate',
] as const satisfies readonly (keyof Capabilities)[];

function ZoneBadge({ zone }: { zone: Zone }) {
  const { t } = useTranslation('catalogue');
  if (!zone.enabled) return <StatusBadge tone="neutral" icon={Ban} label={t('zones.disabled')} />;
  // what it told last says nothing of now
  if (zone.home?.away === true) return null;
  if (zone.capabilities === null) return <StatusBadge tone="warning" icon={CircleHelp} label={t('zones.unknown')} />;
  return zone.capabilities.run.ok ? (
    <StatusBadge tone="success" icon={CircleCheck} label={t('zones.ready')} />
  ) : (
    <StatusBadge tone="danger" icon={CircleX} label={t('zones.cannotRun')} />
  );
}

function CapabilityList({ capabilities }: { capabilities: Capabilities }) {
  const { t } = useTranslation('catalogue');
  return (
    <ul className={classes.capabilities}>
      {capabilityOrder.map((key) => {
        // what an older server has told lacks the newer ones
        const capability = capabilities[key] as Capabilities[typeof key] | undefined;
        if (capability === undefined) return null;
        const { ok, reason, sentences } = capability;
        return (
          <li key={key}>
            <StatusBadge
              tone={ok ? 'success' : 'warning'}
              icon={ok ? CircleCheck : TriangleAlert}
              label={ok ? t('zones.can') : t('zones.cannot')}
            />{' '}
            <Text span size="sm">
              {t(`zones.capability.${key}`)}
            </Text>
            {/* the same reason for everything is said once, above */}
            {reason === null || reason === capabilities.run.reason ? null : (
              <Text component="div" c="dimmed" mt={2}>
                <CommandText text={spoken(reason, sentences)} />
              </Text>
            )}
          </li>
        );
      })}
    </ul>
  );
}

/** What an admin has limited, in words; null when nothing is. */
function useLimitsText() {
  const { t, i18n } = useTranslation();
  return ({ vcpus, ramMb, diskGb }: Zone['limits']): string | null => {
    const parts = [
      vcpus === null ? null : t('resources.vcpus', { count: vcpus }),
      ramMb === null ? null : `${formatRam(ramMb, i18n.language)} ${t('resources.ram')}`,
      diskGb === null ? null : `${formatDisk(diskGb, i18n.language)} ${t('resources.disk')}`,
    ].filter((part) => part !== null);
    return parts.length === 0 ? null : parts.join(', ');
  };
}

function Pair({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </>
  );
}

const hasHome = (provider: ProviderKind): boolean => localProviderKinds.some((kind) => kind === provider);

/** Which server has the zone's VMs, and when it was last heard of. Nothing for a zone that is at no server of ours. */
function HomePair({ zone: { home, provider, released } }: { zone: Zone }) {
  const { t } = useTranslation('catalogue');
  if (home === null && !hasHome(provider)) return null;
  return (
    <Pair name={t('zones.home')}>
      {home === null ? (
        t(released ? 'zones.releasedHome' : 'zones.noHome')
      ) : (
        <>
          {home.host}
          <div>
            {t('zones.heardOf')} <RelativeTime at={home.seenAt} />
          </div>
        </>
      )}
    </Pair>
  );
}

export interface ZoneCardProps {
  zone: Zone;
  mayManage: boolean;
  refreshing: boolean;
  onRefresh: (zone: Zone) => void;
  onEdit: (zone: Zone) => void;
  /** Opens what gives it to another server. */
  onMove: (zone: Zone) => void;
  /** Opens what is in it and belongs to no slice. */
  onLeftovers: (zone: Zone) => void;
  onDelete: (zone: Zone) => void;
  /** What its VMs use, below all of that. */
  figures?: ReactNode;
}

/** What providers tell by these names has a translation; what else they tell stands as it came. */
const knownFacts = {
  Accelerator: 'accelerator',
  'Free on disk': 'freeOnDisk',
  'Launch limit': 'launchLimit',
  'Forwards listen on': 'forwards',
  'VMs run as': 'runAs',
} as const;

function factName(t: TFunction<['catalogue', 'common']>, name: string): string {
  for (const [known, key] of Object.entries(knownFacts)) if (known === name) return t(`zones.fact.${key}`);
  return name;
}

/** All about one zone: room, abilities and why not, facts. */
export function ZoneCard({
  zone,
  mayManage,
  refreshing,
  onRefresh,
  onEdit,
  onMove,
  onLeftovers,
  onDelete,
  figures,
}: ZoneCardProps) {
  const { t, i18n } = useTranslation(['catalogue', 'common']);
  const limitsText = useLimitsText()(zone.limits);
  const adminsOnly = mayManage ? null : t('adminsOnly');
  const run = zone.capabilities?.run;
  const physical = (amount: Resources) =>
    t('zones.physicalText', {
      vcpus: amount.vcpus,
      ram: formatRam(amount.ramMb, i18n.language),
      disk: formatDisk(amount.diskGb, i18n.language),
    });
  const limitsOfVm = ({ nics, vcpus, ramMb, diskGb }: VmLimits) =>
    t('zones.vmLimits', {
      nics,
      minVcpus: vcpus.min,
      maxVcpus: vcpus.max,
      minRam: formatRam(ramMb.min, i18n.language),
      maxRam: formatRam(ramMb.max, i18n.language),
      maxDisk: formatDisk(diskGb.max, i18n.language),
    });
  const reach = (address: string) => t(`zones.reach.${reachOf(address)}`, { address });
  const headingId = `zone-${String(zone.id)}`;
  return (
    <article className={classes.card} aria-labelledby={headingId}>
      <div className={classes.head}>
        <Title order={2} id={headingId} style={{ overflowWrap: 'anywhere' }}>
          {zone.name}
        </Title>
        <ZoneBadge zone={zone} />
        {zone.home?.away === true ? <StatusBadge tone="warning" icon={ServerOff} label={t('zones.away')} /> : null}
        <Text size="xs" c="dimmed" className={classes.observed}>
          {t('zones.observed')}: {zone.observedAt === null ? t('zones.never') : <RelativeTime at={zone.observedAt} />}
        </Text>
        <ActionButton
          size="xs"
          variant="default"
          leftSection={<RefreshCw size={14} />}
          loading={refreshing}
          disabledReason={adminsOnly}
          onClick={() => onRefresh(zone)}
        >
          {t('common:actions.refresh')}
        </ActionButton>
        <RowMenu
          name={zone.name}
          actions={[
            { label: t('edit'), icon: SquarePen, onClick: () => onEdit(zone), disabledReason: adminsOnly },
            ...(hasHome(zone.provider)
              ? [
                  {
                    label: t('zones.server.label'),
                    icon: Server,
                    onClick: () => onMove(zone),
                    disabledReason: adminsOnly,
                  },
                ]
              : []),
            {
              label: t('zones.leftovers.label'),
              icon: Brush,
              onClick: () => onLeftovers(zone),
              disabledReason: adminsOnly,
            },
            {
              label: t('zones.delete.label'),
              icon: Trash2,
              danger: true,
              onClick: () => onDelete(zone),
              disabledReason:
                adminsOnly ?? (zone.slices > 0 ? t('zones.delete.hasSlices', { count: zone.slices }) : null),
            },
          ]}
        />
      </div>
      {!zone.enabled ? (
        <Text size="sm" c="dimmed" px="md" pt="sm">
          {t('zones.closedHelp')}
        </Text>
      ) : null}
      {zone.home?.away === true ? (
        <Text size="sm" c="dimmed" px="md" pt="sm">
          {t('zones.awayHelp')}
        </Text>
      ) : null}
      {run?.ok === false && zone.home?.away !== true ? (
        <Alert variant="light" color="red" m="md" mb={0} icon={<CircleX size={18} />} title={t('zones.cannotRun')}>
          {run.reason === null ? null : <CommandText text={spoken(run.reason, run.sentences)} />}
        </Alert>
      ) : null}
      <div className={classes.parts}>
        <section>
          <Title order={3}>{t('zones.usage')}</Title>
          <ZoneUsage zone={zone} />
          <Text size="xs" c="dimmed" mt="xs">
            {t('zones.usageHelp')}
          </Text>
        </section>
        <section>
          <Title order={3}>{t('zones.facts')}</Title>
          <dl className={classes.pairs}>
            <Pair name={t('zones.provider')}>{t(`zones.providers.${zone.provider}`)}</Pair>
            <HomePair zone={zone} />
            <Pair name={t('zones.slices')}>{zone.slices}</Pair>
            <Pair name={t('zones.runningVms')}>{zone.runningVms}</Pair>
            {zone.physical === null ? null : <Pair name={t('zones.physical')}>{physical(zone.physical)}</Pair>}
            {hasHome(zone.provider) || limitsText !== null ? (
              <Pair name={t('zones.overcommit')}>
                {hasHome(zone.provider) ? t('zones.overcommitText', { ...zone.overcommit }) : null}
                {limitsText === null ? null : <div>{t('zones.limited', { limits: limitsText })}</div>}
              </Pair>
            ) : null}
            {zone.vmLimits === null ? null : <Pair name={t('zones.oneVm')}>{limitsOfVm(zone.vmLimits)}</Pair>}
            {zone.facts.map((fact) => (
              <Pair key={fact.name} name={factName(t, fact.name)}>
                {spoken(fact.value, fact.sentences)}
                {fact.name === 'Forwards listen on' ? <div>{reach(fact.value)}</div> : null}
              </Pair>
            ))}
          </dl>
        </section>
        <section>
          <Title order={3}>{t('zones.capabilities')}</Title>
          {zone.capabilities === null ? (
            <Text size="sm" c="dimmed">
              {t('zones.unknown')}
            </Text>
          ) : (
            <CapabilityList capabilities={zone.capabilities} />
          )}
        </section>
      </div>
      {figures}
    </article>
  );
}
