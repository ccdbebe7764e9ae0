import { trpc } from '../api/trpc';
import { Sketch } from './Sketch';
import classes from './Sketch.module.css';

/**
 * A template's drawing beside its name. A revision never changes, so that it is asked for once and drawn from then on; while it is on its way, and where
 * there is none any more, its place is empty and nothing moves.
 */
export function TemplateThumbnail({ id, revision }: { id: number; revision: number }) {
  const sketch = trpc.templates.sketch.useQuery(
    { id, revision },
    { staleTime: Infinity, gcTime: 30 * 60_000, refetchOnWindowFocus: false, refetchOnReconnect: false },
  );
  return <div className={classes.small}>{sketch.data === undefined ? null : <Sketch sketch={sketch.data} />}</div>;
}
