import { CircleX, TriangleAlert } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import classes from './ResourceBar.module.css';
import { formatCount } from './format';

export interface ResourceBarProps {
  label: string;
  used: number;
  /** Null while nobody knows; or, when it is `unlimited`, for no limit. */
  of: number | null;
  unlimited?: boolean | undefined;
  /** What would be in use afterwards: shown as a hatched part, and as too much when it passes `of`. */
  after?: number | undefined;
  /** How to write an amount; plain numbers without it. */
  format?: ((amount: number, language: string) => string) | undefined;
}

/** How much of something is used, and would be. */
export function ResourceBar({ label, used, of, unlimited = false, after, format = formatCount }: ResourceBarProps) {
  const { t, i18n } = useTranslation();
  const amount = (value: number) => format(value, i18n.language);
  const total = after ?? used;
  const text =
    of === null
      ? t(unlimited ? 'usage.unlimited' : 'usage.unknown', { used: amount(total) })
      : after === undefined
        ? t('usage.of', { used: amount(used), of: amount(of) })
        : t('usage.after', { used: amount(used), after: amount(after), of: amount(of) });
  const percent = (value: number) => (of === null || of === 0 ? 0 : Math.min(100, (100 * value) / of));
  const level = of === null ? 'unknown' : total > of ? 'over' : total > 0 && total >= 0.9 * of ? 'high' : 'normal';
  const Icon = level === 'over' ? CircleX : level === 'high' ? TriangleAlert : null;
  return (
    <div
      className={classes.bar}
      data-level={level}
      role="meter"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={of ?? undefined}
      aria-valuenow={total}
      aria-valuetext={text}
    >
      <div className={classes.head}>
        <span className={classes.label}>{label}</span>
        <span className={classes.amount}>
          {Icon === null ? null : <Icon size={12} aria-hidden className={classes.icon} />}
          {text}
        </span>
      </div>
      <div className={classes.track} aria-hidden>
        <div className={`${classes.part} ${classes.used}`} style={{ width: `${percent(Math.min(used, total))}%` }} />
        {after !== undefined && after > used ? (
          <div className={`${classes.part} ${classes.added}`} style={{ width: `${percent(after) - percent(used)}%` }} />
        ) : null}
      </div>
    </div>
  );
}
