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
  children: (shown: ReactNode, label: string) => ReactNode;
}) {
  const { t } = useTranslation(['figures', 'common']);
  const { vm, picture, lines } = screen;
  const runs = vm.status === 'running' || vm.status === 'starting';
  return (
    <li className={classes.card}>
      {runs ? (
        children(
          <div className={classes.screen}>
            {picture !== null ? (
              <img src={`data:image/png;base64,${picture.png}`} alt="" width={picture.width} height={picture.height} />
            ) : lines !== null && lines.length > 0 ? (
              <pre aria-hidden>{lines.join('\n')}</pre>
            ) : (
              <span className={classes.blank}>{t('screens.blank')}</span>
            )}
          </div>,
          t('screens.open', { name: vm.name }),
        )
      ) : (
        <div className={classes.screen}>
          <span className={classes.blank}>{t('screens.off')}</span>
        </div>
      )}
      <div className={classes.name}>
        <span className={classes.text}>{vm.name}</span>
        <VmStatusBadge status={vm.status} of={of} />
      </div>
    </li>
  );
}
