import { Button, Group, Stack, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Template } from '#shared/template';
import type { TopologyVm } from '#shared/topology/schema';
import { sizeOf } from '#shared/topology/size';
import { forwardText } from '#shared/topology/forward';
import type { CanvasSelection } from '../canvas/types';
import type { EditorCatalogue } from '../use-catalogue';
import { extraDisksText } from '../property-text';
import { useChoices } from './choices';
import { useReadyText } from './ready-text';
import { LinkList } from './LinkList';
import { TemplateTotals } from './TemplatePanel';

interface ReadOnlyPanelProps {
  template: Template;
  catalogue: EditorCatalogue;
  /** What opens the table of its addresses. */
  addresses: ReactNode;
  selection: CanvasSelection;
  onSelectEdge: (key: string) => void;
  onFocusNode: (key: string) => void;
}

const nameOf = (vms: readonly TopologyVm[], key: string) => vms.find((vm) => vm.key === key)?.name ?? key;

/** What is selected of a drawing that cannot be changed; the template itself when nothing is. */
export function ReadOnlyPanel({
  template,
  catalogue,
  addresses,
  selection,
  onSelectEdge,
  onFocusNode,
}: ReadOnlyPanelProps) {
  const { t } = useTranslation('editor');
  const { topology } = template;
  const [nodeKey] = selection.nodes;
  const [edgeKey] = selection.edges;
  const vm = topology.vms.find((item) => item.key === nodeKey);
  const network = topology.networks.find((item) => item.key === nodeKey);
  const edge = topology.edges.find((item) => item.key === edgeKey);
  const links = (key: string) => <LinkList topology={topology} nodeKey={key} onSelectEdge={onSelectEdge} />;

  if (vm !== undefined)
    return (
      <Panel title={t('vm.title')} name={vm.name}>
        <VmFacts vm={vm} vms={topology.vms} catalogue={catalogue} />
        {links(vm.key)}
      </Panel>
    );
  if (network !== undefined)
    return (
      <Panel title={t('network.title')} name={network.name}>
        {links(network.key)}
      </Panel>
    );
  if (edge !== undefined) {
    const isLink = topology.vms.some((item) => item.key === edge.target);
    return (
      <Panel title={t(isLink ? 'edge.link' : 'edge.attachment')}>
        <Group gap="xs">
          {[edge.source, edge.target].map((key) => (
            <Button key={key} variant="light" size="xs" onClick={() => onFocusNode(key)}>
              {[...topology.vms, ...topology.networks].find((node) => node.key === key)?.name ?? '?'}
            </Button>
          ))}
        </Group>
      </Panel>
    );
  }
  return (
    <Panel title={t('template.title')}>
      {template.description === '' ? null : (
        <Text size="sm" style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
          {template.description}
        </Text>
      )}
      <TemplateTotals topology={topology} catalogue={catalogue} />
      {addresses}
    </Panel>
  );
}

function Panel({ title, name, children }: { title: string; name?: string; children: ReactNode }) {
  return (
    <Stack gap="sm">
      <Title order={2}>{title}</Title>
      {name === undefined ? null : (
        <Text fw={600} style={{ overflowWrap: 'anywhere' }}>
          {name}
        </Text>
      )}
      {children}
    </Stack>
  );
}

interface VmFactsProps {
  vm: TopologyVm;
  vms: readonly TopologyVm[];
  catalogue: EditorCatalogue;
}

function VmFacts({ vm, vms, catalogue }: VmFactsProps) {
  const { t, i18n } = useTranslation(['editor', 'common']);
  const { sizes } = useChoices(catalogue);
  const readyText = useReadyText();
  const flavour = catalogue.flavours.find((item) => item.id === vm.flavourId);
  const image = catalogue.images.find((item) => item.id === vm.imageId);
  const facts: [string, string][] = [
    ...(vm.label === '' ? [] : [[t('vm.label'), vm.label] as [string, string]]),
    [
      t('vm.flavour'),
      flavour === undefined ? '?' : `${flavour.name} (${sizes({ ...flavour, ...sizeOf(vm, flavour) })})`,
    ],
    [t('vm.image'), image?.name ?? '?'],
    [t('vm.internet'), vm.internet ? t('common:yes') : t('common:no')],
    ...(vm.router ? [[t('vm.router'), t('common:yes')] as [string, string]] : []),
    ...(vm.graphics ? [[t('vm.graphics'), t('common:yes')] as [string, string]] : []),
    [t('vm.forwards'), vm.forwards.length === 0 ? t('common:none') : vm.forwards.map(forwardText).join(', ')],
    ...(vm.disks.length === 0 ? [] : [[t('vm.disks'), extraDisksText(vm.disks, i18n.language)] as [string, string]]),
    ...(vm.boot.length === 0 ? [] : [[t('vm.boot'), vm.boot.join(', ')] as [string, string]]),
    ...(vm.files.length === 0
      ? []
      : [[t('vm.files'), vm.files.map(({ path }) => path).join(', ')] as [string, string]]),
    ...(vm.environment.length === 0
      ? []
      : [
          [t('vm.environment'), vm.environment.map(({ name, value }) => `${name}=${value}`).join('\n')] as [
            string,
            string,
          ],
        ]),
    ...(vm.hostname === '' ? [] : [[t('vm.hostname'), vm.hostname] as [string, string]]),
    ...(vm.password === 'builtin'
      ? []
      : [[t('vm.password'), t(`vm.passwordIs.${vm.password === 'none' ? 'none' : 'own'}`)] as [string, string]]),
    ...(vm.userData === '' ? [] : [[t('vm.userData'), vm.userData] as [string, string]]),
    ...(vm.exec.length === 0 ? [] : [[t('vm.exec'), vm.exec.join('\n')] as [string, string]]),
    ...(vm.startAfter.length === 0
      ? []
      : [[t('vm.startAfter'), vm.startAfter.map((key) => nameOf(vms, key)).join(', ')] as [string, string]]),
    ...(vm.ready === null ? [] : [[t('vm.ready'), readyText(vm.ready)] as [string, string]]),
  ];
  return (
    <Stack component="dl" gap="xs" m={0}>
      {facts.map(([name, value]) => (
        <div key={name}>
          <Text component="dt" size="xs" c="dimmed">
            {name}
          </Text>
          <Text component="dd" m={0} size="sm" style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
            {value}
          </Text>
        </div>
      ))}
    </Stack>
  );
}
