import { BaseEdge, type Edge, type EdgeProps } from '@xyflow/react';
import { TriangleAlert } from 'lucide-react';
import { memo } from 'react';
import { RelativeText } from '../../ui/RelativeTime';
import classes from './canvas.module.css';
import { linkShape } from './geometry';
import { shownStatus } from './status-icons';
import type { CanvasEdge } from './types';

interface Size {
  width: number;
  height: number;
}
export type FlowEdge = Edge<
  {
    edge: CanvasEdge;
    bend: number;
    /** One of its ends is chosen. */
    near: boolean;
    source: Size;
    target: Size;
    /** Of its ends. */
    names: { source: string; target: string };
  },
  'link'
>;

/** A link or an attachment, from border to border, with the addresses of its ends. */
export const LinkEdge = memo(function LinkEdge({ sourceX, sourceY, targetX, targetY, data }: EdgeProps<FlowEdge>) {
  if (data === undefined) return null;
  const { edge, bend, near, source, target } = data;
  // the handle that an edge ends at is the node's whole top: its middle is the middle of the node's upper side
  const shape = linkShape(
    { ...source, x: sourceX, y: sourceY + source.height / 2 },
    { ...target, x: targetX, y: targetY + target.height / 2 },
    bend,
  );
  const status = edge.status === undefined ? undefined : shownStatus(edge.status);
  const { x, y } = shape.middle;
  const told = edge.problem ?? edge.drift?.message;
  const Icon = told === undefined ? status?.icon : TriangleAlert;
  const seen = edge.drift?.at ?? null;
  const clear = Icon === undefined ? 6 : 13;
  const hasAddresses = edge.sourceLabel !== undefined || edge.targetLabel !== undefined;
  const below = y + clear + (shape.wordBelowLabels && hasAddresses ? 20 : 7);
  const wordY = shape.wordAbove || Icon === undefined ? y - clear : below;
  const words = [edge.quality, edge.label, status?.word].filter((word) => word !== undefined).join(' · ');
  return (
    <g
      className={classes.link}
      data-tone={edge.problem === undefined ? status?.tone : 'danger'}
      data-problem={edge.problem !== undefined || undefined}
      data-down={edge.down || undefined}
      data-ghost={edge.ghost}
      data-near={near || undefined}
    >
      <BaseEdge path={shape.path} interactionWidth={22} />
      {(told ?? edge.hint) !== undefined && <title>{told ?? edge.hint}</title>}
      {edge.sourceLabel !== undefined && (
        <text className={classes.address} {...textAt(shape.sourceLabel)}>
          {edge.sourceLabel}
        </text>
      )}
      {edge.targetLabel !== undefined && (
        <text className={classes.address} {...textAt(shape.targetLabel)}>
          {edge.targetLabel}
        </text>
      )}
      {Icon !== undefined && (
        <>
          <circle className={classes.linkDisc} cx={x} cy={y} r={9} />
          <g transform={`translate(${x - 6.5} ${y - 6.5})`} className={classes.linkIcon}>
            <Icon width={13} height={13} strokeWidth={2.5} aria-hidden />
          </g>
        </>
      )}
      {words !== '' && (
        <text className={classes.word} x={x} y={wordY} textAnchor="middle">
          {words}
          {seen !== null && (
            <tspan>
              {' · '}
              <RelativeText at={seen} />
            </tspan>
          )}
        </text>
      )}
    </g>
  );
});

function textAt(label: { x: number; y: number; anchor: 'start' | 'end' }) {
  return { x: label.x, y: label.y, textAnchor: label.anchor };
}
