import { Handle, Position, useUpdateNodeInternals, type Node, type NodeProps } from '@xyflow/react';
import { Globe, Lock, Network, TriangleAlert } from 'lucide-react';
import { deviceIcons } from './device-icons';
import { memo, useEffect, useState, type PointerEvent } from 'react';
import classes from './canvas.module.css';
import { RelativeText } from '../../ui/RelativeTime';
import { shownStatus } from './status-icons';
import type { CanvasDrift, CanvasNode } from './types';

export type FlowNode = Node<
  {
    node: CanvasNode;
    editable: boolean;
    /** Nothing else is chosen. */
    alone: boolean;
  },
  'card' | 'annotation'
>;

/** Edges are drawn between centres; this handle covers the node, so that a link may be dropped anywhere on it. */
export const wholeNodeHandle = 'whole';
const sides = [Position.Top, Position.Right, Position.Bottom, Position.Left] as const;

/** A VM or a network on the canvas. */
export const NodeCard = memo(function NodeCard({ id, data: { node, editable, alone } }: NodeProps<FlowNode>) {
  const [pointed, setPointed] = useState(false);
  // the four cost more than the rest of the card: only where a link may begin now
  const linkable = editable && node.ghost !== true && (pointed || alone);
  const measureHandles = useUpdateNodeInternals();
  useEffect(() => {
    // the drawing library has looked for handles when the card came into the page, before these were there
    if (pointed && linkable) measureHandles(id);
  }, [pointed, linkable, measureHandles, id]);
  const Icon = node.kind === 'vm' ? deviceIcons[node.icon ?? 'server'] : Network;
  return (
    <div
      className={classes.card}
      data-kind={node.kind}
      data-problem={node.problem !== undefined || undefined}
      data-drift={node.drift !== undefined || undefined}
      data-ghost={node.ghost}
      onPointerEnter={() => setPointed(true)}
      // a link that is being drawn from here leaves it
      onPointerLeave={(event: PointerEvent) => event.buttons === 0 && setPointed(false)}
    >
      {node.drift !== undefined && <DriftMark drift={node.drift} />}
      <span className={classes.kind} aria-hidden>
        <Icon size={node.kind === 'vm' ? 18 : 15} strokeWidth={1.75} />
      </span>
      <span className={classes.texts} title={node.problem}>
        <span className={classes.name}>
          <span className={classes.nameText}>{node.name}</span>
          {node.problem !== undefined && <TriangleAlert className={classes.alert} size={14} aria-hidden />}
          {node.locked === true && <Lock className={classes.badge} size={12} aria-hidden />}
          {node.internet === true && <Globe className={classes.badge} size={13} aria-hidden />}
        </span>
        {node.detail !== undefined && (
          <span className={classes.detail}>
            {node.detail}
            {node.forwards !== undefined && node.forwards.length > 0 && (
              <span className={classes.forwards}> :{node.forwards.join(' :')}</span>
            )}
          </span>
        )}
        {node.status !== undefined && <NodeStatus status={node.status} />}
      </span>
      <Handle
        type="source"
        id={wholeNodeHandle}
        position={Position.Top}
        className={classes.whole}
        isConnectable={editable && node.ghost !== true}
        isConnectableStart={false}
      />
      {linkable &&
        sides.map((side) => (
          <Handle
            key={side}
            type="source"
            id={side}
            position={side}
            className={classes.handle}
            isConnectableEnd={false}
          />
        ))}
    </div>
  );
});

function DriftMark({ drift: { message, at } }: { drift: CanvasDrift }) {
  return (
    <span className={classes.drift} title={message}>
      <TriangleAlert size={12} strokeWidth={2.5} aria-hidden />
      {at !== null && (
        <span className={classes.driftTime}>
          <RelativeText at={at} />
        </span>
      )}
    </span>
  );
}

/** What state a node is in, by colour, sign and word. */
export function NodeStatus({ status }: { status: NonNullable<CanvasNode['status']> }) {
  const { tone, word, icon: Icon } = shownStatus(status);
  return (
    <span className={classes.status} data-tone={tone}>
      <Icon className={classes.statusIcon} size={13} strokeWidth={2.5} aria-hidden />
      {word}
    </span>
  );
}
