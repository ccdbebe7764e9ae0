import { useComputedColorScheme } from '@mantine/core';
import { useElementSize } from '@mantine/hooks';
import { useEffect, useEffectEvent, useRef } from 'react';
import UPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import classes from './figures.module.css';

export interface GraphProps {
  /** ms, as many as values. */
  times: readonly number[];
  /** Null is a gap. */
  values: readonly (number | null)[];
  height: number;
  /** The value at the upper end, where that is known; else what is there decides. */
  top?: number | undefined;
  /** What is written beside a height; without it there are no axes: a line among text. */
  format?: ((value: number) => string) | undefined;
  language: string;
  /** Heights are counted in powers of two, as memory is: labels stand at such. */
  binary?: boolean | undefined;
  /** Which point the pointer is over; null when it leaves. */
  onPoint?: ((index: number | null) => void) | undefined;
}

/** Of this many units or more a graph is high: what is almost nothing is not drawn as if it were much, and heights are whole numbers. */
const leastHeight = 4;

/** How far two labels may be apart. */
const powersOfTwo = Array.from({ length: 40 }, (_, power) => 2 ** power);

/** A line over time, from zero up. It says nothing to who cannot see it: whoever shows it has the same in words. */
export function Graph({ times, values, height, top, format, language, binary = false, onPoint }: GraphProps) {
  const { ref, width } = useElementSize();
  const frame = useRef<HTMLDivElement>(null);
  const scheme = useComputedColorScheme('light');
  const text = useEffectEvent((value: number) => format?.(value) ?? '');
  const point = useEffectEvent((index: number | null) => onPoint?.(index));
  const plot = useRef<UPlot>(null);
  const data = useEffectEvent((): UPlot.AlignedData => [times.map((ms) => ms / 1000), [...values]]);
  const hasAxes = format !== undefined;

  // a canvas has colours, not variables: it is drawn anew when they change
  useEffect(() => {
    const element = frame.current;
    if (element === null || width === 0) return;
    const style = getComputedStyle(element);
    const colour = (name: string) => style.getPropertyValue(name).trim();
    const clock = new Intl.DateTimeFormat(language, { timeStyle: 'short' });
    const axis: UPlot.Axis = {
      stroke: colour('--graph-text'),
      font: `11px ${style.fontFamily}`,
      grid: { stroke: colour('--graph-grid'), width: 1 },
      ticks: { show: false },
      gap: 4,
    };
    const made = new UPlot(
      {
        width,
        height,
        pxAlign: 1,
        ...(hasAxes ? {} : { padding: [2, 2, 2, 2] }),
        legend: { show: false },
        cursor: { show: hasAxes, x: true, y: false, drag: { x: false, y: false }, points: { size: 6 } },
        scales: { y: { range: (_plot, _least, most) => [0, top ?? Math.max(leastHeight, most * 1.1)] } },
        series: [
          {},
          {
            stroke: colour('--graph-line'),
            fill: colour('--graph-fill'),
            width: 1.5,
            // a single point among gaps is no line, and would not be seen
            points: { show: hasAxes, size: 3, filter: alone },
            spanGaps: false,
          },
        ],
        axes: hasAxes
          ? [
              {
                ...axis,
                size: 22,
                space: 70,
                values: (_plot, seconds) => seconds.map((at) => clock.format(at * 1000)),
              },
              {
                ...axis,
                size: 64,
                space: 28,
                ...(binary && { incrs: powersOfTwo }),
                values: (_plot, heights) => heights.map((value) => text(value)),
              },
            ]
          : [{ show: false }, { show: false }],
        hooks: { setCursor: [({ cursor }) => point(cursor.idx ?? null)] },
      },
      data(),
      element,
    );
    plot.current = made;
    return () => {
      plot.current = null;
      made.destroy();
    };
  }, [width, height, top, hasAxes, language, scheme, binary]);

  useEffect(() => {
    plot.current?.setData(data());
  }, [times, values]);

  return (
    <div ref={ref} className={classes.graph} style={{ height }} aria-hidden>
      <div ref={frame} />
    </div>
  );
}

/** Points that have no neighbour: those that are not part of a line. */
function alone(plot: UPlot, series: number, show: boolean): number[] | null {
  const values = plot.data[series];
  if (!show || values === undefined) return null;
  return [...values.keys()].filter(
    (index) => values[index] != null && values[index - 1] == null && values[index + 1] == null,
  );
}
