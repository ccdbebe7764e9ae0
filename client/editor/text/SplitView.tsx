import { useLocalStorage } from '@mantine/hooks';
import { lazy, Suspense, useRef, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { ResizeGrip } from '../../ui/ResizeGrip';
import classes from './text.module.css';
import type { TextPaneProps } from './TextPane';
import type { TextBeside } from './use-text-beside';

const TextPane = lazy(async () => ({ default: (await import('./TextPane')).TextPane }));

interface SplitViewProps {
  /** The drawing. */
  children: ReactNode;
  /** Whether its text is seen: beside it, or below where there is no room. */
  text: TextBeside;
  pane: Omit<TextPaneProps, 'hidden' | 'asked'>;
  isWide: boolean;
}

/** A drawing with its text beside it, each as large as one wants it. */
export function SplitView({ children, text, pane, isWide }: SplitViewProps) {
  const { t } = useTranslation('yaml');
  const frame = useRef<HTMLDivElement>(null);
  const [share, setShare] = useLocalStorage({ key: 'trama.text-share', defaultValue: 45 });
  const [dragged, setDragged] = useState<number | null>(null);
  const percent = dragged ?? share;
  const size = () => (isWide ? frame.current?.clientWidth : frame.current?.clientHeight) ?? 0;
  return (
    <div ref={frame} className={classes.split} data-across={isWide || undefined}>
      <div className={classes.drawing}>{children}</div>
      {text.opened && (
        <ResizeGrip
          orientation={isWide ? 'vertical' : 'horizontal'}
          label={t('resize')}
          value={percent}
          min={20}
          max={() => 80}
          step={5}
          perPixel={() => 100 / Math.max(1, size())}
          className={classes.grip}
          onDrag={setDragged}
          onDone={(next) => {
            setDragged(null);
            setShare(next);
          }}
        />
      )}
      <div className={classes.beside} hidden={!text.opened} style={{ flexBasis: `${percent}%` }}>
        {text.isThere && (
          <Suspense fallback={null}>
            <TextPane {...pane} hidden={!text.opened} asked={text.asked} />
          </Suspense>
        )}
      </div>
    </div>
  );
}
