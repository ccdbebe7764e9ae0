import { withoutPrefix } from '#shared/topology/prefix';
import { Group } from '@mantine/core';
import { lazy, Suspense, useEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { isAsDesired } from '#shared/deployment/observed-status';
import type { LinkTraffic } from '#shared/capture/traffic';
import type { Slice } from '#shared/slice';
import { forwardText } from '#shared/topology/forward';
import { spoken } from '../i18n/spoken';
import { edgeLooks, partWord, vmLooks } from './status-badges';
import { TopologyCanvas } from '../editor/canvas/TopologyCanvas';
import type { CanvasEdge, CanvasHandle, CanvasNode, CanvasSelection } from '../editor/canvas/types';
import { annotationNode } from '../editor/drawing';
import { CaptureLink } from './CaptureLink';
import { linkText } from '../editor/link-text';
import { ChangeLink } from './ChangeLink';
import { LinksButton } from './links/LinksButton';
import { deedText, nextStep, useLinkRun } from './links/use-link-run';
import { NetworksButton } from './networks/NetworksButton';
import { rateText, trafficHint } from './traffic/traffic-text';
import { TrafficSwitch } from './traffic/TrafficSwitch';
import { useTrafficLog } from './traffic/use-traffic-log';
import { useActivity, type Doing } from './activity';
import { canvasDrift } from './drift-of-part';
import classes from './slice.module.css';
import { useRefitOnResize } from './use-refit-on-resize';

const TrafficPanel = lazy(async () => ({ default: (await import('./traffic/TrafficPanel')).TrafficPanel }));

export interface SliceCanvasProps {
  slice: Slice;
  /** Steps at work, by `resource:id`. */
  running: ReadonlyMap<string, Doing>;
  /** Key of the VM that is shown beside. */
  selected: string | null;
  onSelect: (key: string | null) => void;
}

/** The slice's topology, alive. */
export function SliceCanvas({ slice, running, selected, onSelect }: SliceCanvasProps) {
  const { t, i18n } = useTranslation(['slices', 'common']);
  const { t: tLinks } = useTranslation('links');
  const traffic = useTrafficLog();
  const activity = useActivity();
  const canvas = useRef<CanvasHandle>(null);
  const frame = useRefitOnResize(() => canvas.current?.fit());
  const driftOfPart = canvasDrift(slice);
  /** Keys of the links that are chosen. */
  const [links, setLinks] = useState<readonly string[]>([]);
  const nodes: CanvasNode[] = [
    ...slice.vmList.map((vm): CanvasNode => ({
      key: vm.key,
      kind: 'vm',
      name: vm.name,
      x: vm.x,
      y: vm.y,
      detail: `${vm.flavour.name} · ${vm.image.name}`,
      internet: vm.internet,
      forwards: vm.forwards.map(forwardText),
      status: {
        ...vmLooks[vm.status],
        label: t(`common:status.vm.${partWord(vm.status, slice.status)}`),
        activity: activity(running.get(`vm:${vm.id}`)),
      },
      problem: vm.error === null || isAsDesired(vm) ? undefined : spoken(vm.error, vm.sentences),
      drift: driftOfPart('vm', vm.id),
    })),
    ...slice.networks.map((network): CanvasNode => ({
      key: network.key,
      kind: 'network',
      name: network.name,
      x: network.x,
      y: network.y,
      detail: network.subnet,
      status: {
        ...edgeLooks[network.status],
        label: t(`common:status.edge.${partWord(network.status, slice.status)}`),
        activity: activity(running.get(`network:${network.id}`)),
      },
      drift: driftOfPart('network', network.id),
    })),
    ...slice.annotations.map(annotationNode),
  ];
  const { run } = useLinkRun(slice);
  const next = run === null ? undefined : nextStep(run);
  const down = new Set(slice.vmList.flatMap((vm) => (vm.status === 'running' ? [] : [vm.key])));
  const bothRun = (edge: Slice['edges'][number]) => !down.has(edge.source) && !down.has(edge.target);
  const hintOf = (link: LinkTraffic) => {
    const { drops, ...figures } = trafficHint(link, i18n.language);
    const hint = t('traffic.hint', figures);
    return drops === null ? hint : t('traffic.hintOfDrops', { hint, drops });
  };
  const passing = (link: LinkTraffic | undefined) =>
    link === undefined
      ? {}
      : {
          label: rateText(link, i18n.language),
          hint: hintOf(link),
        };
  const edges: CanvasEdge[] = slice.edges.map((edge) => ({
    key: edge.key,
    ...(edge.key === next?.edge ? { label: tLinks('canvasNext', { what: deedText(tLinks, next) }) } : {}),
    ...passing(traffic.log?.figures.get(edge.id)),
    source: edge.source,
    target: edge.target,
    sourceLabel: endText(edge.sourceInterface, edge.sourceAddress),
    targetLabel: edge.targetAddress === null ? undefined : endText(edge.targetInterface, edge.targetAddress),
    quality: linkText(edge),
    down: edge.down,
    status: {
      ...edgeLooks[edge.status],
      // a link between VMs that do not run is down, as is one that was taken down, and nothing is wrong with it
      ...(edge.status === 'down' && (edge.down === true || !bothRun(edge)) ? { tone: 'neutral' as const } : {}),
      label: t(`common:status.edge.${partWord(edge.status, slice.status)}`),
      activity: activity(running.get(`edge:${edge.id}`)),
    },
    drift: driftOfPart('edge', edge.id),
  }));
  const selection = useMemo<CanvasSelection>(
    () => ({ nodes: selected === null ? [] : [selected], edges: links }),
    [selected, links],
  );
  // the panel that was closed had the focus: it goes back to what the panel was about
  const shown = useRef(selected);
  useEffect(() => {
    const before = shown.current;
    shown.current = selected;
    if (before !== null && selected === null && document.activeElement === document.body)
      canvas.current?.focusNode(before);
  }, [selected]);
  /** Chooses a link or a VM from beside the canvas, and brings what it is between into view. */
  const choose = (nodeKeys: readonly string[], linkKey: string | null) => {
    setLinks(linkKey === null ? [] : [linkKey]);
    onSelect(linkKey === null ? (nodeKeys[0] ?? null) : null);
    const seen = canvas.current?.visible();
    const isSeen = ({ x, y }: CanvasNode) =>
      seen !== undefined && x > seen.left && x < seen.right && y > seen.top && y < seen.bottom;
    if (!nodes.every((node) => !nodeKeys.includes(node.key) || isSeen(node))) canvas.current?.fit(nodeKeys);
  };
  return (
    <div className={classes.canvasFrame}>
      <div ref={frame} className={classes.canvasRest}>
        <TopologyCanvas
          ref={canvas}
          nodes={nodes}
          edges={edges}
          selection={selection}
          onSelectionChange={({ nodes: [key], edges: keys }) => {
            setLinks(keys);
            onSelect(key ?? null);
          }}
          onOpenNode={onSelect}
          label={`${t('tabs.topology')}: ${slice.name}`}
          empty={t('empty.noVms')}
          legend={
            slice.status === 'destroyed' ? undefined : (
              <Group gap="xs">
                <TrafficSwitch
                  slice={slice}
                  on={traffic.log !== null}
                  onToggle={traffic.toggle}
                  onRead={traffic.take}
                />
                <CaptureLink slice={slice} linkKeys={links} />
                <LinksButton slice={slice} linkKeys={links} />
                <NetworksButton slice={slice} />
                <ChangeLink slice={slice} />
              </Group>
            )
          }
        />
      </div>
      {traffic.log === null ? null : (
        <Suspense fallback={null}>
          <TrafficPanel
            slice={slice}
            log={traffic.log}
            links={links}
            vm={selected}
            onChooseVm={(key) => choose([key], null)}
            onChooseLink={(key) => {
              const edge = slice.edges.find((one) => one.key === key);
              if (edge !== undefined) choose([edge.source, edge.target], key);
            }}
          />
        </Suspense>
      )}
    </div>
  );
}

/** What an end is called, if it has a name, and its address: there is no room for the prefix length, which is the same at both ends. */
function endText(name: string | undefined, address: string): string {
  const plain = withoutPrefix(address);
  return name === undefined ? plain : `${name} ${plain}`;
}
