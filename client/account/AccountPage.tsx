import { useTranslation } from 'react-i18next';
import { Navigate, NavLink, useParams } from 'react-router';
import classes from './account.module.css';
import { ActivitySection } from './ActivitySection';
import { ProfileSection } from './ProfileSection';
import { SecuritySection } from './SecuritySection';
import { SessionsSection } from './SessionsSection';
import { TokensSection } from './TokensSection';
import { SshKeysSection } from '../ssh-keys/SshKeysSection';
import { WebhooksSection } from '../webhooks/WebhooksSection';
import { usePageTitle } from '../hooks/page-title';
import { useSession } from '../hooks/session';
import { PageHeader } from '../ui/PageHeader';

const sections = ['profile', 'security', 'sessions', 'tokens', 'ssh-keys', 'webhooks', 'activity'] as const;
type Section = (typeof sections)[number];

function pathOf(section: Section): string {
  return section === 'profile' ? '/account' : `/account/${section}`;
}

export function Component() {
  const { t } = useTranslation('account');
  const { user } = useSession();
  const { section: asked = 'profile' } = useParams();
  const section = sections.find((known) => known === asked);
  usePageTitle(section === undefined ? t('title') : `${t(`sections.${section}`)} · ${t('title')}`);
  if (section === undefined) return <Navigate to="/account" replace />;
  // the layout shows nothing of the page to whoever is not signed in
  if (user === null) return null;
  return (
    <>
      <PageHeader title={t('title')} />
      <nav className={classes.sections} aria-label={t('sections.label')}>
        {sections.map((name) => (
          <NavLink key={name} to={pathOf(name)} end className={classes.sectionLink ?? ''}>
            {t(`sections.${name}`)}
          </NavLink>
        ))}
      </nav>
      {section === 'profile' ? <ProfileSection user={user} /> : null}
      {section === 'security' ? <SecuritySection user={user} /> : null}
      {section === 'sessions' ? <SessionsSection /> : null}
      {section === 'tokens' ? <TokensSection user={user} /> : null}
      {section === 'ssh-keys' ? <SshKeysSection /> : null}
      {section === 'webhooks' ? <WebhooksSection user={user} /> : null}
      {section === 'activity' ? <ActivitySection /> : null}
    </>
  );
}
