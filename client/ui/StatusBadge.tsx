import type { LucideIcon } from 'lucide-react';
import classes from './StatusBadge.module.css';

/** What a status means for the reader. `progress` is something under way: its icon turns. */
export type Tone = 'neutral' | 'info' | 'progress' | 'success' | 'warning' | 'danger';

export interface StatusBadgeProps {
  tone: Tone;
  icon: LucideIcon;
  label: string;
  /** More about it, on hover. */
  title?: string | undefined;
}

/** A status, always as colour + icon + word. */
export function StatusBadge({ tone, icon: Icon, label, title }: StatusBadgeProps) {
  return (
    <span className={classes.badge} data-tone={tone} title={title}>
      <span className={classes.icon} aria-hidden>
        <Icon size={13} strokeWidth={2.5} />
      </span>
      {label}
    </span>
  );
}
