import { ActionIcon, Anchor, Drawer, Group, Tabs, Text } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { Eye, X } from 'lucide-react';
import { lazy, Suspense, useRef, type CSSProperties } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { trpc } from '../api/trpc';
import { ErrorState } from '../api/ErrorState';
import { SliceStatusBadge } from './status-badges';
import { ConsoleDock } from '../console/ConsoleDock';
import { openConsoles, vmOfConsole } from '../console/console-id';
import { useConsoleSettings } from '../console/console-settings';
import { useKeptFocus } from '../hooks/kept-focus';
import { useSession } from '../hooks/session';
import { LeaseBar } from '../leases/LeaseBar';
import { LoadingRows } from '../ui/LoadingRows';
import { PageHeader } from '../ui/PageHeader';
import { RelativeTime } from '../ui/RelativeTime';
import { StatusBadge } from '../ui/StatusBadge';
import { CloneButton } from './clone/CloneButton';
import { accessRefusal, type SliceDeed } from './access';
import { runningSteps } from './actions';
import { isLiveStatus } from '#shared/deployment/schema';
import { EventLog } from './EventLog';
import { IdleBar } from './IdleBar';
import { LineBar, WaitButton } from './LineBar';
import { LinkRunBar } from './links/LinkRunBar';
import { PlanView, takesOfQuota } from './PlanView';
import { reasonSentence } from './reason-sentence';
import { HealSwitch } from './HealSwitch';
import { RestartSwitch } from './RestartSwitch';
import { SaveDiskSide, useDiskToSave } from './SaveDiskButton';
import { RenameSlice } from './RenameSlice';
import { SliceActions } from './SliceActions';
import { SliceBanner } from './SliceBanner';
import { SliceCanvas } from './SliceCanvas';
import { SliceSharing } from './SliceSharing';
import { SnapshotsButton } from './snapshots/SnapshotsButton';
import classes from './slice.module.css';
import { StepList } from './StepList';
import type { LiveSlice } from './use-live-slice';
import { useOpenVms } from './use-open-vms';
import { useSliceCommands } from './use-slice-commands';
import { consoleWindow, sliceTabs, useSlicePlace, type SliceTab } from './use-slice-place';
import { SliceVmPanel } from './SliceVmPanel';
import { VmTable } from './VmTable';
import { useSliceZone, ZoneAwayBanner } from './zone-away';
import type { Slice } from '#shared/slice';

const SliceAddresses = lazy(async () => ({ default: (await import('../addresses/SliceAddresses')).SliceAddresses }));
const ForwardTable = lazy(async () => ({ default: (await import('./ForwardTable')).ForwardTable }));
const SliceScreens = lazy(async () => ({ default: (await import('../screens/SliceScreens')).SliceScreens }));
const SliceFigures = lazy(async () => ({ default: (await import('../figures/SliceFigures')).SliceFigures }));
const InternetBar = lazy(async () => ({ default: (await import('./InternetBar')).InternetBar }));
const SliceHistory = lazy(async () => ({ default: (await import('./history/SliceHistory')).SliceHistory }));

/** What a slice is, what goes on in it, and its consoles. */
export function SliceView({ slice, live }: { slice: Slice; live: LiveSlice }) {
  const { t, i18n } = useTranslation(['slices', 'common', 'problems', 'sharing']);
  const { user } = useSession();
  const owner = user?.id === slice.owner.id ? undefined : slice.owner.name;
  const refused = (deed: SliceDeed) => reasonSentence(t, i18n.language, accessRefusal(slice.access, deed));
  const commands = useSliceCommands(slice.id);
  const { away, can } = useSliceZone(slice);
  const frame = useRef<HTMLDivElement>(null);
  useKeptFocus(frame);
  const place = useSlicePlace();
  const view = place.tab;
  const saving = useDiskToSave(slice);
  const narrow = useMediaQuery('(max-width: 62em)') ?? false;
  const { height } = useConsoleSettings();

  const idle = slice.deployment === null || !isLiveStatus(slice.deployment.status);
  const wantsPlan = idle && (slice.status === 'draft' || slice.status === 'degraded');
  const plan = trpc.deployments.plan.useQuery(
    { sliceId: slice.id, kind: 'deploy' },
    { enabled: wantsPlan, staleTime: 0 },
  );
  const shownPlan = wantsPlan ? plan.data : undefined;
  const running = runningSteps(live.deployment, slice);
  const vm = slice.vmList.find((candidate) => candidate.key === place.vmKey);
  const shown = slice.status === 'destroyed' ? [] : place.consoles;
  const open = openConsoles(useOpenVms(slice.vmList, [...new Set(shown.map(vmOfConsole))]), shown);
  const panel =
    vm === undefined ? null : (
      <SliceVmPanel
        slice={slice}
        vm={vm}
        away={away !== null}
        step={running.get(`vm:${vm.id}`)}
        commands={commands}
        onOpenConsole={(id, kind) => place.openConsole(id, { kind, closeVm: narrow })}
      />
    );
  // a VM that was chosen in the table is shown over it
  const asDrawer = narrow || view !== 'topology';
  // what happens is told beside the canvas, until a VM is looked at
  const logBeside = panel === null && !narrow && slice.status !== 'draft';
  const dockHeight: CSSProperties & Record<'--dock-height', string> = {
    '--dock-height': open.length === 0 ? '0px' : `min(${height}px, 80dvh)`,
  };
  const draftPlan = slice.status === 'draft' ? shownPlan : undefined;
  const below =
    draftPlan !== undefined
      ? takesOfQuota(draftPlan.quota)
        ? 'plan-quota'
        : 'plan'
      : away !== null || slice.status === 'failed' || slice.status === 'degraded'
        ? 'notice'
        : undefined;

  return (
    <div ref={frame} className={classes.page} style={dockHeight}>
      <div className={classes.content}>
        <PageHeader
          breadcrumbs={[
            <Anchor key="slices" component={Link} to="/slices" size="sm">
              {t('title')}
            </Anchor>,
          ]}
          title={
            <Group gap="xs" component="span">
              {slice.name}
              {slice.status === 'destroyed' ? null : (
                <RenameSlice id={slice.id} name={slice.name} reason={refused('rename')} />
              )}
              <SliceStatusBadge status={slice.status} />
              {slice.access === 'view' ? (
                <StatusBadge tone="info" icon={Eye} label={t('sharing:readOnly.state')} />
              ) : null}
            </Group>
          }
          description={<Meta slice={slice} live={live} />}
          action={
            <>
              <SliceActions
                slice={slice}
                plan={shownPlan}
                away={away !== null}
                can={can}
                commands={commands}
                vmKey={place.vmKey}
                onOpenConsole={(id, kind) => place.openConsole(id, { kind })}
                onOpenConsoles={place.openConsoles}
              />
              <SnapshotsButton slice={slice} reason={refused('snapshot')} />
              <CloneButton slice={slice} />
              {slice.status === 'destroyed' ? null : <SliceSharing slice={slice} reason={refused('share')} />}
            </>
          }
        />
        <RestartSwitch slice={slice} reason={refused('rename')} />
        <HealSwitch slice={slice} reason={refused('rename')} />
        <LeaseBar slice={slice} reason={refused('rename')} />
        {away === null ? null : <ZoneAwayBanner home={away} zone={slice.zone.name} />}
        <IdleBar slice={slice} />
        {slice.status !== 'destroyed' && slice.vmList.some((one) => one.internet) ? (
          <Suspense fallback={null}>
            <InternetBar sliceId={slice.id} />
          </Suspense>
        ) : null}
        <LineBar slice={slice} reason={refused('deploy')} />
        <LinkRunBar slice={slice} reason={refused('update')} />
        <SliceBanner
          slice={slice}
          deployment={live.deployment}
          onUndo={refused('update') === null ? commands.undo : undefined}
        />
        {slice.status === 'draft' && plan.isError && wantsPlan ? (
          <ErrorState error={plan.error} onRetry={() => void plan.refetch()} />
        ) : null}
        <Tabs value={view} onChange={(value) => place.showTab(toTab(value))} keepMounted={false}>
          <Tabs.List mb="sm">
            <Tabs.Tab value="topology">{t('tabs.topology')}</Tabs.Tab>
            <Tabs.Tab value="vms">{t('tabs.vms')}</Tabs.Tab>
            <Tabs.Tab value="addresses">{t('tabs.addresses')}</Tabs.Tab>
            <Tabs.Tab value="forwards">{t('tabs.forwards')}</Tabs.Tab>
            <Tabs.Tab value="screens">{t('tabs.screens')}</Tabs.Tab>
            <Tabs.Tab value="figures">{t('tabs.figures')}</Tabs.Tab>
            <Tabs.Tab value="plan">{wantsPlan ? t('tabs.plan') : t('tabs.steps')}</Tabs.Tab>
            <Tabs.Tab value="events">{t('tabs.events')}</Tabs.Tab>
            <Tabs.Tab value="history">{t('tabs.history')}</Tabs.Tab>
          </Tabs.List>
          <Tabs.Panel value="topology">
            {draftPlan === undefined ? null : (
              <div className={classes.verdict}>
                <PlanView
                  plan={draftPlan}
                  zone={slice.zone.name}
                  owner={owner}
                  compact
                  inLine={slice.waitingSince !== null}
                  way={<WaitButton slice={slice} plan={draftPlan} reason={refused('deploy')} />}
                />
              </div>
            )}
            <div
              className={classes.stage}
              data-below={below}
              data-panel={(panel !== null && !asDrawer) || logBeside || undefined}
            >
              <div className={classes.canvas}>
                <SliceCanvas slice={slice} running={running} selected={vm?.key ?? null} onSelect={place.showVm} />
              </div>
              {logBeside ? <EventLog slice={slice} live={live.events} beside /> : null}
              {panel === null || asDrawer ? null : (
                <aside className={classes.panel} aria-label={t('vm.panel')}>
                  <ActionIcon
                    variant="subtle"
                    color="gray"
                    className={classes.closePanel}
                    aria-label={t('vm.close')}
                    onClick={() => place.showVm(null)}
                  >
                    <X size={16} />
                  </ActionIcon>
                  {panel}
                </aside>
              )}
            </div>
          </Tabs.Panel>
          <Tabs.Panel value="vms">
            {slice.vmList.length === 0 ? (
              <Text c="dimmed">{t('empty.noVms')}</Text>
            ) : (
              <VmTable slice={slice} running={running} onOpen={place.showVm} onOpenConsole={place.openConsole} />
            )}
          </Tabs.Panel>
          <Tabs.Panel value="addresses">
            <Suspense fallback={<LoadingRows rows={6} />}>
              <SliceAddresses slice={slice} onOpen={place.showVm} />
            </Suspense>
          </Tabs.Panel>
          <Tabs.Panel value="forwards">
            <Suspense fallback={<LoadingRows rows={4} />}>
              <ForwardTable slice={slice} onOpen={place.showVm} />
            </Suspense>
          </Tabs.Panel>
          <Tabs.Panel value="screens">
            <Suspense fallback={<LoadingRows rows={2} height={180} />}>
              <SliceScreens slice={slice} onOpenConsole={(id, kind) => place.openConsole(id, { kind })} />
            </Suspense>
          </Tabs.Panel>
          <Tabs.Panel value="figures">
            <Suspense fallback={<LoadingRows rows={6} />}>
              <SliceFigures slice={slice} onOpen={place.showVm} />
            </Suspense>
          </Tabs.Panel>
          <Tabs.Panel value="plan">
            <PlanOrSteps slice={slice} live={live} plan={wantsPlan ? plan : null} owner={owner} />
          </Tabs.Panel>
          <Tabs.Panel value="events">
            <EventLog slice={slice} live={live.events} />
          </Tabs.Panel>
          <Tabs.Panel value="history">
            <Suspense fallback={<LoadingRows rows={8} />}>
              <SliceHistory slice={slice} live={live} openId={place.deploymentId} />
            </Suspense>
          </Tabs.Panel>
        </Tabs>
      </div>
      <Drawer
        opened={panel !== null && asDrawer && saving.vm === undefined}
        onClose={() => place.showVm(null)}
        position={narrow ? 'bottom' : 'right'}
        size={narrow ? '75%' : 360}
        closeButtonProps={{ 'aria-label': t('vm.close') }}
        title={t('vm.panel')}
      >
        {panel}
      </Drawer>
      <SaveDiskSide {...saving} />
      {place.activeConsole === null || open.length === 0 ? null : (
        <ConsoleDock
          consoles={open}
          activeId={place.activeConsole}
          mayType={refused('type') === null}
          tiled={place.tiled}
          startMaximised={place.startMaximised}
          windowOf={(ids, activeId) => consoleWindow(slice.id, ids, activeId)}
          onActivate={place.showConsole}
          onTile={place.tileConsoles}
          onClose={place.closeConsole}
          onCloseAll={place.closeConsoles}
          onStart={(vmId) => commands.start('start', vmId)}
        />
      )}
    </div>
  );
}

function toTab(value: string | null): SliceTab {
  return sliceTabs.find((tab) => tab === value) ?? 'topology';
}

interface PlanQuery {
  data: Parameters<typeof PlanView>[0]['plan'] | undefined;
  error: unknown;
  refetch: () => unknown;
}

interface PlanOrStepsProps {
  slice: Slice;
  live: LiveSlice;
  plan: PlanQuery | null;
  owner: string | undefined;
}

function PlanOrSteps({ slice, live, plan, owner }: PlanOrStepsProps) {
  const { t } = useTranslation('slices');
  if (plan !== null) {
    if (plan.data !== undefined)
      return <PlanView plan={plan.data} zone={slice.zone.name} owner={owner} inLine={slice.waitingSince !== null} />;
    if (plan.error !== null) return <ErrorState error={plan.error} onRetry={() => void plan.refetch()} />;
    return <LoadingRows rows={8} height={24} />;
  }
  if (slice.deployment === null) return <Text c="dimmed">{t('steps.none')}</Text>;
  if (live.deployment === undefined) return <LoadingRows rows={8} height={24} />;
  return (
    <StepList
      deployment={live.deployment}
      vmName={(id) => slice.vmList.find((candidate) => candidate.id === id)?.name}
    />
  );
}

function Meta({ slice, live }: { slice: Slice; live: LiveSlice }) {
  const { t } = useTranslation(['slices', 'common']);
  const { user } = useSession();
  return (
    <div className={classes.meta}>
      <span>{t('header.zone', { name: slice.zone.name })}</span>
      {user !== null && user.id !== slice.owner.id ? (
        <span>{t('header.owner', { name: slice.owner.name })}</span>
      ) : null}
      {slice.template === null ? (
        <span>{t('header.noTemplate')}</span>
      ) : (
        <span>
          <Anchor component={Link} to={`/templates/${slice.template.id}`} size="sm" underline="always">
            {slice.template.name}
          </Anchor>
          {slice.templateRevision === null ? null : <> {t('header.revision', { revision: slice.templateRevision })}</>}
        </span>
      )}
      <span>
        {t('header.created')} <RelativeTime at={slice.createdAt} />
      </span>
      {live.connection === 'off' ? null : (
        <span className={classes.connection} data-kind={live.connection} role="status">
          {t(`connection.${live.connection}`)}
          {live.connection === 'lost' ? (
            <Anchor component="button" type="button" size="sm" underline="always" onClick={live.reconnect}>
              {t('connection.reconnect')}
            </Anchor>
          ) : null}
        </span>
      )}
    </div>
  );
}
