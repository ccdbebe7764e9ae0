import { VisuallyHidden } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Series } from '#shared/figures';
import { timeOfDay } from './figure-text';
import classes from './figures.module.css';
import { Graph } from './Graph';
import { useTimes, type Measured } from './use-times';

export interface FigureGraphProps {
  label: string;
  of: Measured;
  series: Series;
  /** Of which it can have no more. */
  top?: number;
  /** Counted in powers of two. */
  binary?: boolean;
  /** As people read it, in their language. */
  format: (value: number) => string;
}

/** How many times of the hour the table has, for who does not see the graph. */
const rowsInTable = 12;

/** What is said of a series in one line. */
export function useSummary() {
  const { t } = useTranslation('figures');
  return ({ now, mean, peak }: Series, format: (value: number) => string) => {
    const text = (value: number | null) => (value === null ? t('none') : format(value));
    return peak === null ? t('nothing') : t('summary', { now: text(now), mean: text(mean), peak: text(peak) });
  };
}

/** One figure over the last hour: a graph, what it is now, in the mean and at most, and a table for who cannot see graphs. */
export function FigureGraph({ label, of, series, top, binary, format }: FigureGraphProps) {
  const { t, i18n } = useTranslation('figures');
  const summary = useSummary();
  const [index, setIndex] = useState<number | null>(null);
  const { points } = series;
  const times = useTimes(of, points.length);
  const text = (value: number | null | undefined) => (value == null ? t('none') : format(value));
  const over = index === null ? undefined : times[index];
  const reading =
    index === null || over === undefined
      ? summary(series, format)
      : t('reading', { time: timeOfDay(over, i18n.language), value: text(points[index]) });
  const every = Math.ceil(points.length / rowsInTable);
  const shown = [...points.keys()].filter((place) => (points.length - 1 - place) % every === 0);
  return (
    <figure className={classes.figure} aria-label={label}>
      <figcaption className={classes.caption}>
        <b>{label}</b>
        <span className={classes.reading}>{reading}</span>
      </figcaption>
      <Graph
        times={times}
        values={points}
        height={110}
        top={top}
        binary={binary}
        format={format}
        language={i18n.language}
        onPoint={setIndex}
      />
      <VisuallyHidden>
        <table className={classes.told}>
          <caption>{label}</caption>
          <thead>
            <tr>
              <th scope="col">{t('time')}</th>
              <th scope="col">{label}</th>
            </tr>
          </thead>
          <tbody>
            {shown.map((place) => (
              <tr key={times[place]}>
                <th scope="row">{timeOfDay(times[place] ?? 0, i18n.language)}</th>
                <td>{text(points[place])}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </VisuallyHidden>
    </figure>
  );
}
