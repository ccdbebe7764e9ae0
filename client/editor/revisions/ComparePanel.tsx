import { Modal, Select } from '@mantine/core';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { compareTopologies, type ComparedPart } from '#shared/topology/compare';
import { settled } from '#shared/topology/settle';
import { validateTopology } from '#shared/topology/validate';
import type { Topology } from '#shared/topology/schema';
import { ErrorState } from '../../api/ErrorState';
import { trpc } from '../../api/trpc';
import { LoadingRows } from '../../ui/LoadingRows';
import type { EditorCatalogue } from '../use-catalogue';
import { Comparison } from './Comparison';
import classes from './compare.module.css';

/** What is compared: a revision by its number, or the drawing as it stands in the editor. */
export type Side = number | 'drawing';

interface ComparePanelProps {
  templateId: number;
  name: string;
  /** What is in the editor. */
  drawing: Topology;
  catalogue: EditorCatalogue;
  initial: { from: Side; to: Side };
  onClose: () => void;
}

const none: readonly ComparedPart[] = [];

/** Two revisions of a template, or one and the drawing, in one picture: to be looked at only. */
export function ComparePanel({ templateId, name, drawing, catalogue, initial, onClose }: ComparePanelProps) {
  const { t } = useTranslation(['revisions', 'common']);
  const [{ from, to }, choose] = useState(initial);
  const list = trpc.templates.revisions.useQuery({ id: templateId, limit: 100 });
  const before = useSide(templateId, from, drawing);
  const after = useSide(templateId, to, drawing);
  const asked = [before, after].find(({ error }) => error !== null);

  // what is not saved yet has no addresses: they are those that it would get
  const [old, now] = useMemo(() => {
    const pair = [before.topology, after.topology] as const;
    return [placed(pair[0], pair[1]), placed(pair[1], pair[0])];
  }, [before.topology, after.topology]);
  const parts = useMemo(
    () => (old === undefined || now === undefined ? none : compareTopologies(old, now)),
    [old, now],
  );

  const numbers = new Set(list.data?.items.map(({ number }) => number));
  for (const side of [from, to]) if (side !== 'drawing') numbers.add(side);
  const messages = new Map(list.data?.items.map(({ number, message }) => [number, message]));
  const choices = [
    { value: 'drawing', label: t('compare.drawing') },
    ...[...numbers]
      .toSorted((a, b) => b - a)
      .map((number) => ({
        value: String(number),
        label: [t('number', { number }), messages.get(number)]
          .filter((text) => text !== undefined && text !== '')
          .join(': '),
      })),
  ];
  const side = (end: 'from' | 'to') => (
    <Select
      label={t(`compare.${end}`)}
      data={choices}
      value={String(end === 'from' ? from : to)}
      allowDeselect={false}
      size="xs"
      className={classes.side}
      onChange={(value) => {
        const chosen = value === 'drawing' ? value : Number(value);
        choose((sides) => ({ ...sides, [end]: chosen }));
      }}
    />
  );
  return (
    <Modal
      opened
      onClose={onClose}
      fullScreen
      lockScroll={false}
      title={t('compare.title', { name })}
      classNames={{ content: classes.content, body: classes.body }}
      closeButtonProps={{ 'aria-label': t('common:actions.close') }}
    >
      <div className={classes.sides}>
        {side('from')}
        {side('to')}
      </div>
      {asked !== undefined ? (
        <ErrorState error={asked.error} onRetry={asked.retry} />
      ) : old === undefined || now === undefined ? (
        <LoadingRows rows={8} height={40} />
      ) : (
        <Comparison key={`${from} ${to}`} name={name} before={old} after={now} parts={parts} catalogue={catalogue} />
      )}
    </Modal>
  );
}

/** One side's drawing, undefined while it is on its way. */
function useSide(id: number, side: Side, drawing: Topology) {
  const query = trpc.templates.revision.useQuery(
    { id, number: side === 'drawing' ? 1 : side },
    // a revision never changes
    { enabled: side !== 'drawing', staleTime: Infinity },
  );
  return side === 'drawing'
    ? { topology: drawing, error: null, retry: () => undefined }
    : { topology: query.data?.topology, error: query.error, retry: () => void query.refetch() };
}

function placed(topology: Topology | undefined, other: Topology | undefined): Topology | undefined {
  if (topology === undefined || other === undefined) return topology;
  const isPlaced = topology.edges.every(({ sourceNic }) => sourceNic !== undefined);
  return isPlaced || validateTopology(topology).length > 0 ? topology : settled(topology, other);
}
