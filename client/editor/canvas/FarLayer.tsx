import { useStoreApi } from '@xyflow/react';
import { useLayoutEffect, useMemo, useRef, type RefObject } from 'react';
import { useTranslation } from 'react-i18next';
import { drawAfar, type FarColours, type FarScene } from './afar';
import classes from './canvas.module.css';
import { redrawOnMove } from './redraw';
import type { Tone } from './types';

interface FarLayerProps {
  scene: FarScene;
  frame: RefObject<HTMLElement | null>;
  colorMode: 'light' | 'dark';
  /** By keyboard there is one way in: to the node in the middle. */
  onEnter: () => void;
}

/** What of a large drawing is painted instead of being in the page. */
export function FarLayer({ scene, frame, colorMode, onEnter }: FarLayerProps) {
  const { t } = useTranslation('editor');
  const canvas = useRef<HTMLCanvasElement>(null);
  const store = useStoreApi();
  const colours = useRef<{ mode: string; read: FarColours } | null>(null);
  const count = useMemo(() => scene.all.size, [scene]);

  useLayoutEffect(() => {
    const draw = () => {
      const context = canvas.current?.getContext('2d');
      if (canvas.current === null || context == null || frame.current === null) return;
      const { transform, width, height } = store.getState();
      const [x, y, zoom] = transform;
      const ratio = window.devicePixelRatio;
      const size = { width: Math.round(width * ratio), height: Math.round(height * ratio) };
      if (canvas.current.width !== size.width || canvas.current.height !== size.height)
        Object.assign(canvas.current, size);
      if (colours.current?.mode !== colorMode) colours.current = { mode: colorMode, read: coloursOf(frame.current) };
      context.setTransform(1, 0, 0, 1, 0, 0);
      context.clearRect(0, 0, size.width, size.height);
      context.setTransform(zoom * ratio, 0, 0, zoom * ratio, x * ratio, y * ratio);
      canvas.current.dataset['drawn'] =
        `${drawAfar(context, scene, { x, y, zoom, width, height }, colours.current.read)}`;
    };
    return redrawOnMove(store, draw);
  }, [scene, store, frame, colorMode]);

  return (
    <canvas
      ref={canvas}
      className={classes.afar}
      role="button"
      tabIndex={0}
      aria-label={t('canvas.afar', { count })}
      onKeyDown={(event) => {
        if (event.key !== 'Enter' && event.key !== ' ') return;
        event.preventDefault();
        event.stopPropagation();
        onEnter();
      }}
    />
  );
}

/** The colours of the styles, as a canvas takes them. */
function coloursOf(frame: HTMLElement): FarColours {
  const probe = document.createElement('i');
  probe.className = classes.status ?? '';
  frame.append(probe);
  const read = (name: string) => {
    probe.style.color = `var(${name})`;
    return getComputedStyle(probe).color;
  };
  const toned = (tone: Tone) => {
    probe.dataset['tone'] = tone;
    return read('--tone');
  };
  const colours: FarColours = {
    line: read('--line'),
    card: read('--card'),
    ink: read('--ink'),
    accent: read('--accent'),
    danger: read('--danger'),
    canvas: read('--canvas'),
    tones: {
      neutral: toned('neutral'),
      info: toned('info'),
      progress: toned('progress'),
      success: toned('success'),
      warning: toned('warning'),
      danger: toned('danger'),
    },
    font: getComputedStyle(frame).fontFamily,
  };
  probe.remove();
  return colours;
}
