import { useReactFlow, type NodeProps } from '@xyflow/react';
import { Lock } from 'lucide-react';
import { memo, use, useRef, useState, type CSSProperties, type PointerEvent } from 'react';
import { annotationInks, labelFontSizes, lineHeight, type Annotation } from '#shared/topology/annotations';
import { corners, resized, type Corner } from './annotation-geometry';
import { ResizeContext } from './annotation-resize';
import classes from './annotation.module.css';
import type { Box } from './geometry';
import { NodeStatus, type FlowNode } from './NodeCard';

/** A note, a label, a shape or a group on the canvas. */
export const AnnotationNode = memo(function AnnotationNode({
  data: { node, editable },
  selected,
}: NodeProps<FlowNode>) {
  const onResize = use(ResizeContext);
  // while a hand resizes it; a drag is its own affair until it ends
  const [held, setHeld] = useState<Box | null>(null);
  const { annotation } = node;
  if (annotation === undefined) return null;
  const ink = annotationInks[annotation.colour];
  const style: CSSProperties & Record<'--tint' | '--bright', string> = {
    '--tint': `light-dark(${ink.light}, ${ink.dark})`,
    '--bright': ink.dark,
  };
  const mark = node.status !== undefined && (
    <span className={classes.mark}>
      <NodeStatus status={node.status} />
    </span>
  );
  if (annotation.kind === 'label')
    return (
      <>
        <Label annotation={annotation} style={style} />
        {mark}
      </>
    );
  const box = { x: annotation.x, y: annotation.y, width: annotation.width, height: annotation.height };
  const shown = held ?? box;
  const resizable = editable && selected && onResize !== null && annotation.locked !== true && node.ghost !== true;
  return (
    <div
      className={classes.annotation}
      data-kind={annotation.kind}
      data-ghost={node.ghost}
      style={{
        ...style,
        left: shown.x - shown.width / 2 - (box.x - box.width / 2),
        top: shown.y - shown.height / 2 - (box.y - box.height / 2),
        width: shown.width,
        height: shown.height,
      }}
    >
      <Body annotation={annotation} width={shown.width} height={shown.height} />
      {mark}
      {resizable && (
        <Handles
          box={box}
          onHold={setHeld}
          onDrop={(next) => {
            setHeld(null);
            onResize(node.key, next);
          }}
        />
      )}
    </div>
  );
});

function Body({ annotation, width, height }: { annotation: Annotation; width: number; height: number }) {
  if (annotation.kind === 'shape') return <Shape shape={annotation} width={width} height={height} />;
  if (annotation.kind === 'group')
    return (
      <>
        <svg className={classes.figure} width={width} height={height} aria-hidden>
          <rect
            className={classes.frame}
            x={1}
            y={1}
            width={Math.max(0, width - 2)}
            height={Math.max(0, height - 2)}
            rx={8}
          />
          <rect className={classes.grip} width={width} height={height} />
        </svg>
        <span className={classes.groupName}>
          {annotation.name}
          {annotation.locked === true && <Lock size={11} aria-hidden />}
        </span>
      </>
    );
  return annotation.kind === 'note' ? <div className={classes.note}>{annotation.text}</div> : null;
}

function Label({ annotation, style }: { annotation: Extract<Annotation, { kind: 'label' }>; style: CSSProperties }) {
  return (
    <div className={classes.label} style={{ ...style, fontSize: labelFontSizes[annotation.size], lineHeight }}>
      {annotation.text}
    </div>
  );
}

function Shape({
  shape,
  width,
  height,
}: {
  shape: Extract<Annotation, { kind: 'shape' }>;
  width: number;
  height: number;
}) {
  const [inWidth, inHeight] = [Math.max(0, width - 2), Math.max(0, height - 2)];
  const ends = { x1: 0, y1: shape.rises ? height : 0, x2: width, y2: shape.rises ? 0 : height };
  const figure = (className: string | undefined) =>
    shape.form === 'line' ? (
      <line className={className} {...ends} />
    ) : shape.form === 'ellipse' ? (
      <ellipse className={className} cx={width / 2} cy={height / 2} rx={inWidth / 2} ry={inHeight / 2} />
    ) : (
      <rect className={className} x={1} y={1} width={inWidth} height={inHeight} rx={4} />
    );
  return (
    <svg className={classes.figure} width={width} height={height} data-filled={shape.filled || undefined} aria-hidden>
      {figure(classes.shape)}
      {figure(classes.grip)}
    </svg>
  );
}

interface HandlesProps {
  box: Box;
  onHold: (box: Box) => void;
  onDrop: (box: Box) => void;
}

/** By which it is made larger and smaller: for a hand. By keyboard the panel's fields do the same. */
function Handles({ box, onHold, onDrop }: HandlesProps) {
  const flow = useReactFlow();
  const from = useRef<{ x: number; y: number } | null>(null);
  const at = (event: PointerEvent, corner: Corner): Box | null => {
    if (from.current === null) return null;
    const zoom = flow.getZoom();
    return resized(box, corner, {
      x: (event.clientX - from.current.x) / zoom,
      y: (event.clientY - from.current.y) / zoom,
    });
  };
  return corners.map((corner) => (
    <span
      key={`${corner.x} ${corner.y}`}
      // the drawing library's words for what neither drags the node nor moves the canvas
      className={`${classes.corner} nodrag nopan`}
      data-x={corner.x}
      data-y={corner.y}
      onPointerDown={(event) => {
        if (event.button !== 0) return;
        event.stopPropagation();
        event.currentTarget.setPointerCapture(event.pointerId);
        from.current = { x: event.clientX, y: event.clientY };
      }}
      onPointerMove={(event) => {
        const next = at(event, corner);
        if (next !== null) onHold(next);
      }}
      onPointerUp={(event) => {
        const next = at(event, corner);
        from.current = null;
        if (next !== null) onDrop(next);
      }}
      onPointerCancel={() => {
        if (from.current !== null) onDrop(box);
        from.current = null;
      }}
    />
  ));
}
