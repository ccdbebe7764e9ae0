import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Screen } from '#shared/screens';
import type { SliceStatus } from '#shared/slice-status';
import { VmStatusBadge } from '../slices/status-badges';
import classes from './screens.module.css';

/** One screen, small: what it shows, or that it shows nothing. `children` makes what is shown lead to the console, where there is one. */
export function ScreenCard({
  screen,
  of,
  children,
}: {
  screen: Screen;
  of: SliceStatus;
  children: (label: string) => ReactNode;
}) {
  const { t } = useTranslation(['figures', 'common']);
  const { vm, picture, lines } = screen;
  const runs = vm.status === 'running' || vm.status === 'starting';
  return (
    <li className={classes.card}>
      <div className={classes.screen}>
        {!runs ? (
          <span className={classes.blank}>{t('screens.off')}</span>
        ) : picture !== null ? (
          <img src={`data:image/png;base64,${picture.png}`} alt="" width={picture.width} height={picture.height} />
        ) : lines !== null && lines.length > 0 ? (
          <TextPicture lines={lines} />
        ) : (
          <span className={classes.blank}>{t('screens.blank')}</span>
        )}
        {runs ? children(t('screens.open', { name: vm.name })) : null}
      </div>
      <div className={classes.name}>
        <span className={classes.text}>{vm.name}</span>
        <VmStatusBadge status={vm.status} of={of} />
      </div>
    </li>
  );
}

const lineHeight = 20;
const characterWidth = 9.7;

/** Lines of a terminal as a picture, which is as large as there is room: nobody is to read it letter by letter. */
function TextPicture({ lines }: { lines: readonly string[] }) {
  return (
    <svg
      className={classes.lines}
      viewBox={`0 0 ${80 * characterWidth} ${24.5 * lineHeight}`}
      preserveAspectRatio="xMinYMin meet"
      aria-hidden
    >
      {lines.map((line, index) => (
        <text key={index} x={2} y={(index + 1) * lineHeight - 4} xmlSpace="preserve">
          {line}
        </text>
      ))}
    </svg>
  );
}
