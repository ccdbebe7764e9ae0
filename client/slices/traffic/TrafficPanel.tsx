import { Anchor, SegmentedControl, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { endsOf, linkName } from '#shared/capture/links';
import { topTalkers, type Talker } from '#shared/capture/talkers';
import type { Slice } from '#shared/slice';
import { FigureGraph } from '../../figures/FigureGraph';
import { figures } from '../../ui/columns';
import type { Column } from '../../ui/DataTable';
import { formatCount } from '../../ui/format';
import { SortedTable } from '../../ui/SortedTable';
import type { TrafficLog } from './traffic-log';
import { bytesText, rateText } from './traffic-text';
import classes from './traffic.module.css';

interface TrafficPanelProps {
  slice: Slice;
  log: TrafficLog;
  /** Keys of the links that are chosen on the canvas, and of the VM. */
  links: readonly string[];
  vm: string | null;
  onChooseLink: (key: string) => void;
  onChooseVm: (key: string) => void;
}

/** Of each kind so many are listed by their rate, and by what has passed in all. */
const mostListed = 25;
const kinds = ['links', 'vms'] as const;

/** Which links and VMs of a slice talk most, and a graph of the links that are chosen, else of all. */
export function TrafficPanel({ slice, log, links, vm, onChooseLink, onChooseVm }: TrafficPanelProps) {
  const { t, i18n } = useTranslation('slices');
  const [kind, setKind] = useState<(typeof kinds)[number]>('links');
  const edges = new Map(slice.edges.map((edge) => [edge.id, edge]));
  const vms = new Map(slice.vmList.map((one) => [one.id, one]));
  const rows: TalkerRow[] = (
    kind === 'links'
      ? topTalkers(log.totals.links, mostListed).map((talker) => {
          const edge = edges.get(talker.id);
          return edge && { ...talker, key: edge.key, name: linkName(slice, edge), chosen: links.includes(edge.key) };
        })
      : topTalkers(log.totals.vms(slice.edges, slice.vmList), mostListed).map((talker) => {
          const one = vms.get(talker.id);
          return one && { ...talker, key: one.key, name: one.name, chosen: one.key === vm };
        })
  ).filter((row) => row !== undefined);
  return (
    <section className={classes.panel} aria-label={t('traffic.panel')}>
      <Stack gap="xs" className={classes.talkers}>
        <SegmentedControl
          size="xs"
          aria-label={t('traffic.of')}
          data={kinds.map((value) => ({ value, label: t(`traffic.${value}`) }))}
          value={kind}
          onChange={(value) => setKind(kinds.find((one) => one === value) ?? 'links')}
        />
        {rows.length === 0 ? (
          <Text size="sm" c="dimmed">
            {t(log.figures.size === 0 ? 'traffic.waiting' : 'traffic.nothing')}
          </Text>
        ) : (
          <TalkerTable
            key={kind}
            caption={t(`traffic.top.${kind}`)}
            rows={rows}
            onChoose={kind === 'links' ? onChooseLink : onChooseVm}
          />
        )}
      </Stack>
      <LinkGraphs slice={slice} log={log} links={links} language={i18n.language} />
    </section>
  );
}

interface TalkerRow extends Talker {
  key: string;
  name: string;
  chosen: boolean;
}

interface TalkerTableProps {
  caption: string;
  rows: readonly TalkerRow[];
  onChoose: (key: string) => void;
}

function TalkerTable({ caption, rows, onChoose }: TalkerTableProps) {
  const { t, i18n } = useTranslation('slices');
  const { language } = i18n;
  const columns: Column<TalkerRow, 'name' | 'rate' | 'total' | 'drops'>[] = [
    {
      key: 'name',
      header: t('traffic.name'),
      sortValue: ({ name }) => name,
      render: ({ key, name, chosen }) => (
        <Anchor
          component="button"
          type="button"
          size="sm"
          fw={chosen ? 700 : 500}
          aria-pressed={chosen}
          aria-label={t('traffic.choose', { name })}
          style={{ overflowWrap: 'anywhere', textAlign: 'start' }}
          onClick={() => onChoose(key)}
        >
          {name}
        </Anchor>
      ),
    },
    figures(
      'rate',
      t('traffic.rate'),
      ({ bitsPerSecond }) => bitsPerSecond,
      (bitsPerSecond) => rateText({ bitsPerSecond }, language),
    ),
    figures(
      'total',
      t('traffic.total'),
      ({ bytes }) => bytes,
      (bytes) => bytesText(bytes, language),
    ),
    figures(
      'drops',
      t('traffic.drops'),
      ({ drops }) => drops ?? -1,
      (_value, { drops }) => (drops === null ? '–' : formatCount(drops, language)),
    ),
  ];
  return (
    <SortedTable
      caption={caption}
      columns={columns}
      rows={rows}
      rowKey={({ id }) => id}
      initialSort={{ key: 'rate', direction: 'descending' }}
      onOpen={({ key }) => onChoose(key)}
    />
  );
}

interface LinkGraphsProps extends Pick<TrafficPanelProps, 'slice' | 'log' | 'links'> {
  language: string;
}

/** What passes, and what does not arrive, on the links that are chosen together. */
function LinkGraphs({ slice, log, links, language }: LinkGraphsProps) {
  const { t } = useTranslation('slices');
  const chosen = slice.edges.filter(({ key }) => links.includes(key));
  const [first, ...others] = chosen;
  const ids = (first === undefined ? slice.edges : chosen).map(({ id }) => id);
  const name =
    first === undefined
      ? t('traffic.all')
      : others.length === 0
        ? linkName(slice, first)
        : t('traffic.several', { count: chosen.length });
  const drops = log.drops(ids);
  const told = first !== undefined && others.length === 0 ? log.figures.get(first.id)?.drops : null;
  return (
    <Stack gap="xs" className={classes.graphs}>
      <FigureGraph
        label={t('traffic.rateOf', { name })}
        {...log.rate(ids)}
        format={(bitsPerSecond) => rateText({ bitsPerSecond }, language)}
      />
      {drops === null ? null : (
        <FigureGraph
          label={t('traffic.dropsOf', { name })}
          {...drops}
          format={(value) => t('traffic.perSecond', { value: formatCount(value, language) })}
        />
      )}
      {first === undefined || told == null ? null : (
        <Text size="xs" c="dimmed">
          {([told.forth, told.back] as const).map(({ lost, dropped }, back) => (
            <span key={back} style={{ display: 'block' }}>
              {t('traffic.dropped', { way: wayName(slice, first, back === 1), lost, dropped })}
            </span>
          ))}
        </Text>
      )}
    </Stack>
  );
}

/** `web → db`, or back. */
function wayName(slice: Slice, edge: Slice['edges'][number], back: boolean): string {
  const ends = endsOf(slice, edge).map(({ name }) => name);
  return (back ? ends.toReversed() : ends).join(' → ');
}
