import type { DeploymentStatus, StepStatus } from '#shared/deployment/schema';
import classes from './history.module.css';
import type { Stretch } from './timeline';

interface TimeBarProps {
  /** What the bar's whole width is, in ms. */
  length: number;
  /** Until something was begun; shown as such from the left edge. */
  waited: number;
  /** What was done, one after the other: only the last attempt is the one that counts. */
  stretches: readonly Stretch[];
  look: StepStatus | DeploymentStatus;
  /** Distance between the scale's lines, in ms; null for none. */
  lines: number | null;
}

const height = 14;

/** A row of a timeline. What it shows is in the other cells of its row, in words. */
export function TimeBar({ length, waited, stretches, look, lines }: TimeBarProps) {
  const at = (moment: number) => `${Math.min(100, (100 * moment) / length).toFixed(3)}%`;
  const marks = lines === null ? [] : Array.from({ length: Math.floor(length / lines) }, (_, n) => (n + 1) * lines);
  return (
    <svg className={classes.bar} data-look={look} height={height} aria-hidden>
      {marks.map((mark) => (
        <line key={mark} x1={at(mark)} x2={at(mark)} y1={0} y2={height} className={classes.line} />
      ))}
      {waited <= 0 ? null : <rect x={0} y={height / 2 - 1} width={at(waited)} height={2} className={classes.waited} />}
      {stretches.map(({ from, to }, index) => (
        <rect
          key={from}
          x={at(from)}
          y={2}
          width={at(to - from)}
          height={height - 4}
          rx={2}
          className={index === stretches.length - 1 ? classes.worked : classes.again}
        />
      ))}
    </svg>
  );
}
