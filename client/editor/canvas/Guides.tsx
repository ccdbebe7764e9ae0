import { ViewportPortal } from '@xyflow/react';
import type { Guide } from '../alignment';
import classes from './canvas.module.css';

/** The lines through what a dragged node is in line with. */
export function Guides({ guides }: { guides: readonly Guide[] }) {
  return (
    <ViewportPortal>
      {guides.map(({ axis, at }) => (
        <div
          key={axis}
          className={classes.guide}
          data-axis={axis}
          style={axis === 'x' ? { left: at } : { top: at }}
          aria-hidden
        />
      ))}
    </ViewportPortal>
  );
}
