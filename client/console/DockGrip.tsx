import { useTranslation } from 'react-i18next';
import { ResizeGrip } from '../ui/ResizeGrip';
import classes from './ConsoleDock.module.css';

/** The upper edge: dragged, or moved with the arrow keys. */
export function DockGrip(props: {
  height: number;
  onDrag: (height: number) => void;
  onDone: (height: number) => void;
}) {
  const { t } = useTranslation('console');
  return (
    <ResizeGrip
      orientation="horizontal"
      label={t('resize')}
      value={props.height}
      min={120}
      max={() => Math.round(window.innerHeight * 0.8)}
      step={24}
      perPixel={() => 1}
      className={classes.grip}
      onDrag={props.onDrag}
      onDone={props.onDone}
    />
  );
}
