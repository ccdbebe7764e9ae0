import { SimpleGrid, Stack, Text, Textarea } from '@mantine/core';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { Problem } from '#shared/errors';
import { limits } from '#shared/limits';
import { extraDiskGb } from '#shared/topology/disk';
import type { Resources } from '#shared/primitives';
import { expandedByDefault } from '#shared/topology/parameters/expand';
import { parametersOf } from '#shared/topology/parameters/parameters';
import type { Parameter } from '#shared/topology/parameters/schema';
import type { Topology } from '#shared/topology/schema';
import { sizeOf } from '#shared/topology/size';
import { formatCount, formatDisk, formatRam } from '../../ui/format';
import type { Document } from '../document';
import { useProblemText } from '../problem-text';
import type { EditorCatalogue } from '../use-catalogue';
import { ParameterList } from './ParameterList';

interface TemplatePanelProps {
  document: Document;
  catalogue: EditorCatalogue;
  onDescription: (description: string) => void;
  problems: readonly Problem[];
  /** `join`: changes of one kind in a row are one step of undo. */
  onParameters: (parameters: Parameter[], join?: string) => void;
}

/** Nothing is selected: the template itself, and what it asks of a zone. */
export function TemplatePanel({ document, catalogue, problems, onDescription, onParameters }: TemplatePanelProps) {
  const { t } = useTranslation('editor');
  const problemText = useProblemText();
  const problem = problems.find(({ field }) => field === 'parameters');
  return (
    <Stack gap="md">
      <Textarea
        label={t('template.description')}
        value={document.description}
        maxLength={limits.descriptionLength}
        autosize
        minRows={2}
        maxRows={8}
        onChange={(event) => onDescription(event.currentTarget.value)}
      />
      <ParameterList
        parameters={parametersOf(document.topology)}
        problem={problem === undefined ? undefined : problemText(problem)}
        onChange={onParameters}
      />
      <TemplateTotals topology={document.topology} catalogue={catalogue} />
      <Text size="xs" c="dimmed">
        {t('template.hint')}
      </Text>
    </Stack>
  );
}

/** What the drawing asks of a zone. */
export function TemplateTotals({ topology, catalogue }: { topology: Topology; catalogue: EditorCatalogue }) {
  const { t, i18n } = useTranslation('common');
  // with the replicas that there are by default
  const { vms, networks, edges } = useMemo(() => expandedByDefault(topology), [topology]);
  const flavours = new Map(catalogue.flavours.map((flavour) => [flavour.id, flavour]));
  const sum = (read: keyof Resources) =>
    vms.reduce((total, vm) => {
      const flavour = flavours.get(vm.flavourId);
      return flavour === undefined ? total : total + sizeOf(vm, flavour)[read];
    }, 0);
  const totals = [
    { name: t('resources.vm'), value: formatCount(vms.length, i18n.language) },
    { name: t('resources.network'), value: formatCount(networks.length, i18n.language) },
    { name: t('resources.edge'), value: formatCount(edges.length, i18n.language) },
    { name: t('resources.vcpu'), value: formatCount(sum('vcpus'), i18n.language) },
    { name: t('resources.ram'), value: formatRam(sum('ramMb'), i18n.language) },
    {
      name: t('resources.disk'),
      value: formatDisk(sum('diskGb') + extraDiskGb(vms.flatMap(({ disks }) => disks)), i18n.language),
    },
  ];
  return (
    <SimpleGrid component="dl" cols={3} spacing="xs" verticalSpacing="sm" m={0}>
      {totals.map(({ name, value }) => (
        <div key={name}>
          <Text component="dt" size="xs" c="dimmed">
            {name}
          </Text>
          <Text component="dd" m={0} fw={600}>
            {value}
          </Text>
        </div>
      ))}
    </SimpleGrid>
  );
}
