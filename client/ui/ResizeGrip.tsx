import { useRef, type KeyboardEvent, type PointerEvent } from 'react';

export interface ResizeGripProps {
  /** Of the line that is moved: across the page, or down it. */
  orientation: 'horizontal' | 'vertical';
  label: string;
  /** How much what lies behind it takes. */
  value: number;
  min: number;
  max: () => number;
  /** Of a press of an arrow key. */
  step: number;
  /** What a pixel towards the beginning of the page is worth. */
  perPixel: () => number;
  className?: string | undefined;
  onDrag: (value: number) => void;
  onDone: (value: number) => void;
}

/** An edge that is dragged, or moved with the arrow keys. */
export function ResizeGrip(props: ResizeGripProps) {
  const { orientation, value, min, max, step } = props;
  const from = useRef<{ at: number; value: number } | null>(null);
  const bounded = (wanted: number) => Math.max(min, Math.min(max(), Math.round(wanted)));
  const place = (event: PointerEvent) => (orientation === 'horizontal' ? event.clientY : event.clientX);
  const valueAt = (event: PointerEvent) =>
    from.current === null ? null : bounded(from.current.value + (from.current.at - place(event)) * props.perPixel());
  const onPointerDown = (event: PointerEvent<HTMLDivElement>) => {
    event.currentTarget.setPointerCapture(event.pointerId);
    from.current = { at: place(event), value: bounded(value) };
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const [more, less] = orientation === 'horizontal' ? ['ArrowUp', 'ArrowDown'] : ['ArrowLeft', 'ArrowRight'];
    const change = event.key === more ? step : event.key === less ? -step : 0;
    if (change === 0) return;
    event.preventDefault();
    props.onDone(bounded(value + change));
  };
  return (
    <div
      className={props.className}
      role="separator"
      aria-orientation={orientation}
      aria-label={props.label}
      aria-valuemin={min}
      aria-valuemax={max()}
      aria-valuenow={bounded(value)}
      tabIndex={0}
      onPointerDown={onPointerDown}
      onPointerMove={(event) => {
        const now = valueAt(event);
        if (now !== null) props.onDrag(now);
      }}
      onPointerUp={(event) => {
        const now = valueAt(event);
        from.current = null;
        if (now !== null) props.onDone(now);
      }}
      onKeyDown={onKeyDown}
    />
  );
}
