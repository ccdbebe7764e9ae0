import { skipToken } from '@tanstack/react-query';
import { useLocalStorage } from '@mantine/hooks';
import { useCallback, useEffect, useMemo, useState } from 'react';
import { presenceLimits, type Presence, type Present } from '#shared/presence';
import { trpc } from '../../api/trpc';
import { usePausableStream } from '../../hooks/stream-pause';
import type { CanvasPoint, CanvasSelection } from '../canvas/types';
import { PointSender } from './point-sender';

const nobody: readonly Present[] = [];

export interface Together {
  /** Pages that have the template open besides this one. */
  others: readonly Present[];
  /** Cursors and choices of others are shown, and one's own are told. */
  shows: boolean;
  setShows: (shows: boolean) => void;
  /** Where in the drawing one points; null: nowhere. */
  onPoint: (point: CanvasPoint | null) => void;
}

/** Who else has the template open, and where they point, live; and to them where one points oneself. */
export function useTogether(templateId: number | null, selection: CanvasSelection): Together {
  const { client } = trpc.useUtils();
  const [presence, setPresence] = useState<Presence | null>(null);
  const [shows, setShows] = useLocalStorage({ key: 'trama.cursors', defaultValue: true });
  const { paused } = usePausableStream();
  const away = templateId === null || paused;
  trpc.presence.watch.useSubscription(away ? skipToken : { templateId }, {
    onData: setPresence,
    // who may not know goes on alone
    onError: () => setPresence(null),
  });
  const others = away ? nobody : (presence?.others ?? nobody);

  const sender = useMemo(
    () => new PointSender((page, pointed) => client.presence.point.mutate({ page, pointed })),
    [client],
  );
  const page = others.length === 0 ? null : (presence?.page ?? null);
  useEffect(() => sender.to(page), [sender, page]);
  useEffect(() => () => sender.stop(), [sender]);
  useEffect(() => {
    const chosen = shows ? [...selection.nodes, ...selection.edges].slice(0, presenceLimits.keys) : [];
    sender.point(shows ? { chosen } : { chosen, cursor: null });
  }, [sender, selection, shows]);
  const onPoint = useCallback(
    (point: CanvasPoint | null) => {
      if (shows) sender.point({ cursor: point === null ? null : { x: Math.round(point.x), y: Math.round(point.y) } });
    },
    [sender, shows],
  );
  return { others, shows, setShows, onPoint };
}
