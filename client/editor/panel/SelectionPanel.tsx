import { Button, Group, Stack, Text, Title } from '@mantine/core';
import { Spline, Trash2 } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { annotationsOf } from '#shared/topology/annotations';
import { parametersOf } from '#shared/topology/parameters/parameters';
import { nameSchema } from '#shared/primitives';
import { variablesOf } from '#shared/topology/variables';
import { useProblemText } from '../problem-text';
import type { EditorCatalogue } from '../use-catalogue';
import type { EditorState } from '../use-editor';
import { EdgeAddressing, NetworkAddressing } from './AddressingFields';
import { AnnotationPanel, ColourField } from './AnnotationPanel';
import { CommittedName } from './CommittedName';
import { DrawnFieldsForm, IconField } from './DrawnFields';
import { InterfaceField } from './InterfaceField';
import { LinkQualityForm } from './LinkQualityForm';
import { LinkList } from './LinkList';
import { ManyPanel } from './ManyPanel';
import { NicList } from './NicList';
import { VmPanel } from './VmPanel';

export interface SelectionPanelProps {
  editor: EditorState;
  catalogue: EditorCatalogue;
  /** It may ask for values and replicate, as a template's drawing does. */
  asks?: boolean;
  /** Shown while nothing is selected. */
  about: ReactNode;
  onConnect: (key: string) => void;
  onDelete: () => void;
  onFocusNode: (key: string) => void;
}

/** What can be said about what is selected; what the page says of the whole when nothing is. */
export function SelectionPanel({
  editor,
  catalogue,
  asks = false,
  about,
  onConnect,
  onDelete,
  onFocusNode,
}: SelectionPanelProps) {
  const { t } = useTranslation('editor');
  const problemText = useProblemText();
  const { document, selection, run, problems } = editor;
  const { topology } = document;
  const chosen = new Set(selection.nodes);
  const vms = topology.vms.filter((vm) => chosen.has(vm.key));
  const networks = topology.networks.filter((network) => chosen.has(network.key));
  const edges = topology.edges.filter((edge) => selection.edges.includes(edge.key));
  const beside = annotationsOf(topology).filter((one) => chosen.has(one.key));
  const [annotation] = beside;
  const [vm] = vms;
  const [network] = networks;
  const [edge] = edges;
  const count = vms.length + networks.length + edges.length + beside.length;
  const selectEdge = (key: string) => editor.select({ nodes: [], edges: [key] });

  const annotationProblem = problems.find(({ node }) => node === annotation?.key && annotation !== undefined);

  if (count === 0) return <Stack gap="sm">{about}</Stack>;

  const actions = (connectKey: string | null) => (
    <Group gap="xs" mt="xs">
      {connectKey !== null && (
        <Button variant="default" size="xs" leftSection={<Spline size={14} />} onClick={() => onConnect(connectKey)}>
          {t('tool.connect')}
        </Button>
      )}
      <Button variant="default" size="xs" leftSection={<Trash2 size={14} />} onClick={onDelete}>
        {t('tool.delete')}
      </Button>
    </Group>
  );

  if (count === 1 && vm !== undefined)
    return (
      <Stack gap="sm">
        <Title order={2}>{t('vm.title')}</Title>
        <VmPanel
          vm={vm}
          vms={topology.vms}
          catalogue={catalogue}
          problems={problems}
          maySize={editor.maySize}
          parameters={asks ? parametersOf(topology) : null}
          lookup={variablesOf(topology, vm, null)}
          onChange={(fields, join) => run({ type: 'setVms', keys: [vm.key], fields }, join)}
        />
        <IconField value={vm.icon} onChange={(icon) => run({ type: 'setVms', keys: [vm.key], fields: { icon } })} />
        <DrawnFieldsForm
          key={`drawn ${vm.key}`}
          node={vm}
          onChange={(fields) => run({ type: 'setDrawn', keys: [vm.key], fields })}
        />
        <NicList
          key={`nics ${vm.key}`}
          topology={topology}
          base={editor.saved.document.topology}
          vmKey={vm.key}
          problems={problems}
          onSelectEdge={selectEdge}
          onMove={run}
        />
        {actions(vm.key)}
      </Stack>
    );

  if (count === 1 && network !== undefined) {
    const problem = problems.find(
      (item) =>
        item.node === network.key &&
        !['ownSubnet', 'ownRange', 'ipv6', 'mtu', 'gateway', 'gateway6'].includes(item.field ?? ''),
    );
    return (
      <Stack gap="sm">
        <Title order={2}>{t('network.title')}</Title>
        <CommittedName
          key={network.key}
          label={t('network.name')}
          description={t('network.hint')}
          value={network.name}
          schema={nameSchema}
          invalid={t('network.nameInvalid')}
          problem={problem === undefined ? undefined : problemText(problem)}
          onChange={(name) => run({ type: 'setNetwork', key: network.key, fields: { name } }, `name ${network.key}`)}
        />
        <NetworkAddressing
          key={`addressing ${network.key}`}
          network={network}
          problems={problems}
          onChange={(fields, join) => run({ type: 'setNetwork', key: network.key, fields }, `${join} ${network.key}`)}
        />
        <DrawnFieldsForm
          key={`drawn ${network.key}`}
          node={network}
          onChange={(fields) => run({ type: 'setDrawn', keys: [network.key], fields })}
        />
        <LinkList topology={topology} nodeKey={network.key} onSelectEdge={selectEdge} />
        {actions(network.key)}
      </Stack>
    );
  }

  if (count === 1 && edge !== undefined) {
    const isLink = topology.vms.some((item) => item.key === edge.target);
    const ends = [edge.source, edge.target].map((key) => ({
      key,
      name: [...topology.vms, ...topology.networks].find((node) => node.key === key)?.name ?? '?',
    }));
    return (
      <Stack gap="sm">
        <Title order={2}>{t(isLink ? 'edge.link' : 'edge.attachment')}</Title>
        <Text size="sm" c="dimmed">
          {t(isLink ? 'edge.linkHint' : 'edge.attachmentHint')}
        </Text>
        <Group gap="xs">
          {ends.map((end) => (
            <Button key={end.key} variant="light" size="xs" onClick={() => onFocusNode(end.key)}>
              {end.name}
            </Button>
          ))}
        </Group>
        {(['source', 'target'] as const).map((end, index) => {
          const field = `${end}Interface` as const;
          // a network has no interfaces
          if (end === 'target' && !isLink) return null;
          return (
            <InterfaceField
              key={`${edge.key} ${end}`}
              label={t('edge.interface', { name: ends[index]?.name ?? '?' })}
              value={edge[field]}
              onChange={(name) =>
                run({ type: 'setEdge', key: edge.key, fields: { [field]: name } }, `${field} ${edge.key}`)
              }
            />
          );
        })}
        <EdgeAddressing
          key={`addressing ${edge.key}`}
          edge={edge}
          ends={[ends[0]?.name ?? '?', ends[1]?.name ?? '?']}
          isLink={isLink}
          networkIpv6={topology.networks.find(({ key }) => key === edge.target)?.ipv6}
          problems={problems}
          onChange={(fields, join) => run({ type: 'setEdge', key: edge.key, fields }, `${join} ${edge.key}`)}
        />
        <LinkQualityForm
          key={`quality ${edge.key}`}
          ends={[ends[0]?.name ?? '?', ends[1]?.name ?? '?']}
          link={edge.link}
          down={edge.down === true}
          onChange={(fields, join) => run({ type: 'setEdge', key: edge.key, fields }, `${join} ${edge.key}`)}
        />
        {actions(null)}
      </Stack>
    );
  }

  if (count === 1 && annotation !== undefined)
    return (
      <Stack gap="sm">
        <Title order={2}>{t(`annotation.title.${annotation.kind}`)}</Title>
        <AnnotationPanel
          key={annotation.key}
          annotation={annotation}
          parameters={asks ? parametersOf(topology) : null}
          problem={annotationProblem && problemText(annotationProblem)}
          onChange={(fields, join) => run({ type: 'setAnnotations', keys: [annotation.key], fields }, join)}
          onLeave={() => onFocusNode(annotation.key)}
        />
        {actions(null)}
      </Stack>
    );

  return (
    <Stack gap="sm">
      <Title order={2}>{t('many.title', { count })}</Title>
      {vms.length > 0 && (
        <ManyPanel
          vms={vms}
          catalogue={catalogue}
          onChange={(fields) => run({ type: 'setVms', keys: vms.map(({ key }) => key), fields })}
        />
      )}
      {annotation !== undefined && (
        <ColourField
          value={beside.every(({ colour }) => colour === annotation.colour) ? annotation.colour : undefined}
          onChange={(colour) => run({ type: 'setAnnotations', keys: beside.map(({ key }) => key), fields: { colour } })}
        />
      )}
      {actions(null)}
    </Stack>
  );
}
