import { Text, Title, UnstyledButton } from '@mantine/core';
import { useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { comparedFates, type ComparedPart } from '#shared/topology/compare';
import type { Topology } from '#shared/topology/schema';
import { partName } from '../../slices/change/part-name';
import { PropertyChange } from '../../slices/change/ChangeList';
import { StatusBadge } from '../../ui/StatusBadge';
import { TopologyCanvas } from '../canvas/TopologyCanvas';
import { nothingSelected, type CanvasHandle, type CanvasSelection } from '../canvas/types';
import { drawingOf } from '../drawing';
import type { EditorCatalogue } from '../use-catalogue';
import classes from './compare.module.css';
import { comparedDrawing, comparedLooks } from './compared-drawing';

interface ComparisonProps {
  name: string;
  before: Topology;
  after: Topology;
  parts: readonly ComparedPart[];
  catalogue: EditorCatalogue;
}

/** What differs, on the drawing and in words beside it. */
export function Comparison({ name, before, after, parts, catalogue }: ComparisonProps) {
  const { t } = useTranslation('revisions');
  const { t: inChange } = useTranslation('change');
  const canvas = useRef<CanvasHandle>(null);
  const [selection, select] = useState<CanvasSelection>(nothingSelected);
  const drawing = useMemo(
    () =>
      comparedDrawing(
        drawingOf(before, catalogue, [], () => ''),
        drawingOf(after, catalogue, [], () => ''),
        parts,
        (fate) => t(`compare.fate.${fate}`),
      ),
    [before, after, catalogue, parts, t],
  );
  const groups = comparedFates
    .map((fate) => ({ fate, items: parts.filter((part) => part.fate === fate) }))
    .filter(({ items }) => items.length > 0);

  function go({ part, key }: ComparedPart) {
    if (part === 'edge') {
      const edge = drawing.edges.find((one) => one.key === key);
      select({ nodes: [], edges: [key] });
      if (edge !== undefined) canvas.current?.fit([edge.source, edge.target]);
    } else if (part === 'annotation') canvas.current?.reveal(key);
    else {
      select({ nodes: [key], edges: [] });
      canvas.current?.focusNode(key);
    }
  }
  const called = (one: ComparedPart) => {
    if (one.part === 'parameter') return t('compare.parameter', { name: one.label });
    if (one.part === 'order') return t(one.key === 'parameters' ? 'compare.orderOfParameters' : 'compare.orderDrawn');
    return partName(inChange, { part: one.part, label: one.label });
  };
  const isChosen = ({ part, key }: ComparedPart) => selection[part === 'edge' ? 'edges' : 'nodes'].includes(key);
  return (
    <div className={classes.comparison}>
      <div className={classes.canvas}>
        <TopologyCanvas
          ref={canvas}
          label={t('compare.canvas', { name })}
          nodes={drawing.nodes}
          edges={drawing.edges}
          selection={selection}
          onSelectionChange={select}
          empty={<Text c="dimmed">{t('compare.empty')}</Text>}
        />
      </div>
      <section className={classes.beside} aria-label={t('compare.list')}>
        <Text size="sm" role="status" mb="xs">
          {parts.length === 0 ? t('compare.same') : t('compare.count', { count: parts.length })}
        </Text>
        {groups.map(({ fate, items }) => (
          <div key={fate} role="group" aria-label={t(`compare.group.${fate}`)} className={classes.group}>
            <Title order={3} fz="sm" className={classes.head}>
              <StatusBadge {...comparedLooks[fate]} label={t(`compare.group.${fate}`)} />
              <Text span size="xs" c="dimmed">
                {items.length}
              </Text>
            </Title>
            <ul className={classes.list}>
              {items.map((one) => {
                const what = (
                  <>
                    <Text size="sm" span>
                      {called(one)}
                    </Text>
                    {fate === 'changed' &&
                      one.properties.map((change) => (
                        <PropertyChange key={change.property} change={change} catalogue={catalogue} />
                      ))}
                  </>
                );
                return (
                  <li key={`${one.part} ${one.key}`}>
                    {one.part === 'parameter' || one.part === 'order' ? (
                      <div className={classes.item}>{what}</div>
                    ) : (
                      <UnstyledButton
                        className={classes.item}
                        aria-current={isChosen(one) || undefined}
                        onClick={() => go(one)}
                      >
                        {what}
                      </UnstyledButton>
                    )}
                  </li>
                );
              })}
            </ul>
          </div>
        ))}
      </section>
    </div>
  );
}
