import { useRef, type KeyboardEvent, type PointerEvent } from 'react';
import { useTranslation } from 'react-i18next';
import classes from './ConsoleDock.module.css';

const minHeight = 120;

/** The upper edge: dragged, or moved with the arrow keys. */
export function DockGrip(props: {
  height: number;
  onDrag: (height: number) => void;
  onDone: (height: number) => void;
}) {
  const { t } = useTranslation('console');
  const from = useRef<{ y: number; height: number } | null>(null);
  const max = () => Math.round(window.innerHeight * 0.8);
  const bounded = (height: number) => Math.max(minHeight, Math.min(max(), Math.round(height)));
  const onPointerDown = (event: PointerEvent<HTMLDivElement>) => {
    event.currentTarget.setPointerCapture(event.pointerId);
    from.current = { y: event.clientY, height: bounded(props.height) };
  };
  const heightAt = (event: PointerEvent) =>
    from.current === null ? null : bounded(from.current.height + from.current.y - event.clientY);
  const onKeyDown = (event: KeyboardEvent) => {
    const step = event.key === 'ArrowUp' ? 24 : event.key === 'ArrowDown' ? -24 : 0;
    if (step === 0) return;
    event.preventDefault();
    props.onDone(bounded(props.height + step));
  };
  return (
    <div
      className={classes.grip}
      role="separator"
      aria-orientation="horizontal"
      aria-label={t('resize')}
      aria-valuemin={minHeight}
      aria-valuemax={max()}
      aria-valuenow={bounded(props.height)}
      tabIndex={0}
      onPointerDown={onPointerDown}
      onPointerMove={(event) => {
        const height = heightAt(event);
        if (height !== null) props.onDrag(height);
      }}
      onPointerUp={(event) => {
        const height = heightAt(event);
        from.current = null;
        if (height !== null) props.onDone(height);
      }}
      onKeyDown={onKeyDown}
    />
  );
}
