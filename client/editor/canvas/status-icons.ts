import { Circle, CircleCheck, CircleX, Info, LoaderCircle, TriangleAlert, type LucideIcon } from 'lucide-react';
import type { CanvasStatus, Tone } from './types';

const toneIcons: Record<Tone, LucideIcon> = {
  neutral: Circle,
  info: Info,
  progress: LoaderCircle,
  success: CircleCheck,
  warning: TriangleAlert,
  danger: CircleX,
};

/** What to draw for a status: an activity, while there is one, goes before the status. */
export function shownStatus(status: CanvasStatus): { tone: Tone; word: string; icon: LucideIcon } {
  if (status.activity !== undefined) return { tone: 'progress', word: status.activity, icon: LoaderCircle };
  return { tone: status.tone, word: status.label, icon: status.icon ?? toneIcons[status.tone] };
}
