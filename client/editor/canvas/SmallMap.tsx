import { Panel, useReactFlow, useStoreApi } from '@xyflow/react';
import { useLayoutEffect, useRef, type PointerEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { boxOf } from './afar';
import classes from './canvas.module.css';
import type { FlowNode } from './NodeCard';
import { redrawOnMove } from './redraw';

/** px. */
const size = { width: 200, height: 150 };
const margin = 10;

/** The whole drawing in a corner and what of it is in view; pressing somewhere brings that into view. */
export function SmallMap({ nodes, colorMode }: { nodes: readonly FlowNode[]; colorMode: 'light' | 'dark' }) {
  const { t } = useTranslation('editor');
  const flow = useReactFlow();
  const store = useStoreApi();
  const canvas = useRef<HTMLCanvasElement>(null);
  const shown = useRef({ left: 0, top: 0, scale: 1 });

  useLayoutEffect(() => {
    const draw = () => {
      const context = canvas.current?.getContext('2d');
      if (canvas.current === null || context == null) return;
      const { transform, width, height } = store.getState();
      const [x, y, zoom] = transform;
      const view = { left: -x / zoom, top: -y / zoom, width: width / zoom, height: height / zoom };
      const ratio = window.devicePixelRatio;
      Object.assign(canvas.current, { width: size.width * ratio, height: size.height * ratio });
      const boxes = nodes.filter(({ type }) => type === 'card').map(boxOf);
      const left = Math.min(view.left, ...boxes.map((box) => box.x - box.width / 2));
      const top = Math.min(view.top, ...boxes.map((box) => box.y - box.height / 2));
      const right = Math.max(view.left + view.width, ...boxes.map((box) => box.x + box.width / 2));
      const bottom = Math.max(view.top + view.height, ...boxes.map((box) => box.y + box.height / 2));
      const scale = Math.min((size.width - 2 * margin) / (right - left), (size.height - 2 * margin) / (bottom - top));
      // in the middle of what the shape leaves free
      const at = {
        left: left - (size.width / scale - (right - left)) / 2,
        top: top - (size.height / scale - (bottom - top)) / 2,
        scale,
      };
      shown.current = at;
      const style = getComputedStyle(canvas.current);
      context.setTransform(scale * ratio, 0, 0, scale * ratio, -at.left * scale * ratio, -at.top * scale * ratio);
      context.fillStyle = style.color;
      for (const box of boxes) context.fillRect(box.x - box.width / 2, box.y - box.height / 2, box.width, box.height);
      context.strokeStyle = style.outlineColor;
      context.lineWidth = 1.5 / scale;
      context.strokeRect(view.left, view.top, view.width, view.height);
    };
    return redrawOnMove(store, draw);
  }, [nodes, store, colorMode]);

  function go(event: PointerEvent<HTMLCanvasElement>) {
    if (event.buttons === 0) return;
    const { left, top } = event.currentTarget.getBoundingClientRect();
    const { scale, ...origin } = shown.current;
    void flow.setCenter(origin.left + (event.clientX - left) / scale, origin.top + (event.clientY - top) / scale, {
      zoom: flow.getZoom(),
    });
  }

  return (
    <Panel position="bottom-right" className={classes.minimap}>
      <canvas
        ref={canvas}
        className={classes.map}
        style={size}
        role="img"
        aria-label={t('canvas.minimap')}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          go(event);
        }}
        onPointerMove={go}
      />
    </Panel>
  );
}
