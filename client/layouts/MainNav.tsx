import {
  Boxes,
  Cpu,
  Disc3,
  House,
  ListChecks,
  MapPin,
  ScrollText,
  Users,
  Waypoints,
  type LucideIcon,
} from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Link, NavLink } from 'react-router';
import type { User } from '#shared/auth';
import { can, type Permission } from '#shared/permissions';
import classes from './AppLayout.module.css';
import { UserMenu } from './UserMenu';

interface Entry {
  to: string;
  key: 'home' | 'templates' | 'slices' | 'flavours' | 'images' | 'zones' | 'users' | 'deployments' | 'audit';
  icon: LucideIcon;
}

const work: readonly Entry[] = [
  { to: '/', key: 'home', icon: House },
  { to: '/templates', key: 'templates', icon: Waypoints },
  { to: '/slices', key: 'slices', icon: Boxes },
];
const catalogue: readonly Entry[] = [
  { to: '/flavours', key: 'flavours', icon: Cpu },
  { to: '/images', key: 'images', icon: Disc3 },
  { to: '/zones', key: 'zones', icon: MapPin },
];

const administration: readonly (Entry & { permission: Permission })[] = [
  { to: '/users', key: 'users', icon: Users, permission: 'users:manage' },
  { to: '/deployments', key: 'deployments', icon: ListChecks, permission: 'slices:see-all' },
  { to: '/audit', key: 'audit', icon: ScrollText, permission: 'audit:see-all' },
];

interface MainNavProps {
  user: User | null;
  onNavigate?: () => void;
  withBrand?: boolean;
}

/** The way to every page, and the account's menu below. */
export function MainNav({ user, onNavigate, withBrand = true }: MainNavProps) {
  const { t } = useTranslation();
  const admin = administration.filter(({ permission }) => user !== null && can(user.role, permission));
  const links = (entries: readonly Entry[]) =>
    entries.map(({ to, key, icon: Icon }) => (
      <NavLink key={to} to={to} end={to === '/'} className={classes.link ?? ''} onClick={onNavigate}>
        <Icon size={16} aria-hidden />
        {t(`nav.${key}`)}
      </NavLink>
    ));
  return (
    <nav className={classes.nav} aria-label={t('nav.label')}>
      {withBrand ? (
        <Link to="/" className={classes.brand}>
          <img src="/favicon.svg" alt="" width={22} height={22} />
          {t('appName')}
        </Link>
      ) : null}
      {links(work)}
      <div className={classes.section}>{t('nav.catalogue')}</div>
      {links(catalogue)}
      {admin.length === 0 ? null : (
        <>
          <div className={classes.section}>{t('nav.administration')}</div>
          {links(admin)}
        </>
      )}
      {user === null ? null : <UserMenu user={user} onNavigate={onNavigate} />}
    </nav>
  );
}
