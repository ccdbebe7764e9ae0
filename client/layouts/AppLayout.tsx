import { Burger } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { lazy, Suspense, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, Navigate, Outlet, ScrollRestoration, useLocation, useNavigation } from 'react-router';
import { ErrorState } from '../api/ErrorState';
import { signInPath } from '../hooks/return-path';
import { useSession } from '../hooks/session';
import { loadTexts } from '../i18n/i18n';
import { LoadingRows } from '../ui/LoadingRows';
import classes from './AppLayout.module.css';
import { MainNav } from './MainNav';

const mainId = 'main';
const Bell = lazy(async () => {
  const [{ Bell: bell }] = await Promise.all([import('../notifications/Bell'), loadTexts(['notifications'])]);
  return { default: bell };
});
const NavDrawer = lazy(async () => ({ default: (await import('./NavDrawer')).NavDrawer }));

/** Leads the keyboard and the screen reader to the new page, as a full page load would. A page that only has another address (`samePage`) keeps them. */
function useFocusOnChange({ pathname, state }: { pathname: string; state: unknown }) {
  const shown = useRef(pathname);
  useEffect(() => {
    if (shown.current === pathname) return;
    shown.current = pathname;
    const main = document.getElementById(mainId);
    const isSame = typeof state === 'object' && state !== null && 'samePage' in state;
    if (isSame && main?.contains(document.activeElement) === true) return;
    const heading = main?.querySelector<HTMLElement>('[data-page-heading]');
    (heading ?? main)?.focus({ preventScroll: true });
  }, [pathname, state]);
}

/** What surrounds every page of whoever is signed in; whoever is not is led to the sign-in page and back. */
export function Component() {
  const { t } = useTranslation();
  const session = useSession();
  const location = useLocation();
  const navigation = useNavigation();
  const [menuOpened, menu] = useDisclosure(false);
  const [menuUsed, setMenuUsed] = useState(false);
  if (menuOpened && !menuUsed) setMenuUsed(true);
  useFocusOnChange(location);

  if (session.user === null && !session.isPending && session.error === null)
    return <Navigate to={signInPath(location.pathname + location.search + location.hash)} replace />;

  return (
    <div className={classes.shell}>
      <a
        className={classes.skip}
        href={`#${mainId}`}
        onClick={(event) => {
          event.preventDefault();
          document.getElementById(mainId)?.focus();
        }}
      >
        {t('nav.skip')}
      </a>
      {navigation.state === 'loading' ? (
        <div className={classes.progress} role="status" aria-label={t('nav.loading')} />
      ) : null}
      <aside className={classes.sidebar}>
        <MainNav user={session.user} />
      </aside>
      <nav className={classes.topbar} aria-label={t('appName')}>
        <Burger opened={menuOpened} onClick={menu.toggle} size="sm" aria-label={t('nav.open')} />
        <Link to="/" className={classes.brand}>
          {t('appName')}
        </Link>
      </nav>
      {menuUsed ? (
        <Suspense>
          <NavDrawer opened={menuOpened} onClose={menu.close} user={session.user} />
        </Suspense>
      ) : null}
      {session.user === null ? null : (
        <Suspense>
          <Bell />
        </Suspense>
      )}
      <main id={mainId} className={classes.main} tabIndex={-1}>
        {session.isPending ? (
          <LoadingRows wholePage />
        ) : session.user === null ? (
          <ErrorState wholePage error={session.error} onRetry={session.refetch} />
        ) : (
          <Outlet />
        )}
      </main>
      <ScrollRestoration />
    </div>
  );
}
