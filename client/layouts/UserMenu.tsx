import { Button, Stack, Text, UnstyledButton, VisuallyHidden } from '@mantine/core';
import { ChevronsUpDown, LogOut, UserRound } from 'lucide-react';
import { useId, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { User } from '#shared/auth';
import { trpc } from '../api/trpc';
import { notifyError } from '../api/error-message';
import { PreferenceFields } from './preferences';
import classes from './AppLayout.module.css';

export interface UserMenuProps {
  user: User;
  /** Told when a link of the menu is followed. */
  onNavigate?: (() => void) | undefined;
}

/** Of the first and the last of the names, or the first two letters of the only one. */
function initials(name: string): string {
  const words = name.trim().split(/\s+/);
  const letters = words.length === 1 ? Array.from(name.trim()).slice(0, 2) : [words.at(0), words.at(-1)].map(firstOf);
  return letters.join('').toUpperCase();
}

function firstOf(word: string | undefined): string {
  return Array.from(word ?? '')[0] ?? '';
}

/** Who is signed in; opens upwards to the account, language, appearance and the way out. */
export function UserMenu({ user, onNavigate }: UserMenuProps) {
  const { t } = useTranslation();
  const [opened, setOpened] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const panelId = useId();
  const logout = trpc.auth.logout.useMutation({
    // a new load of the page: nothing of what was shown stays in memory
    onSuccess: () => window.location.assign('/login'),
    onError: notifyError,
  });
  return (
    <div className={classes.account}>
      {opened ? (
        <Stack
          id={panelId}
          gap="xs"
          className={classes.accountPanel}
          onKeyDown={(event) => {
            if (event.key !== 'Escape') return;
            setOpened(false);
            button.current?.focus();
          }}
        >
          <Text size="xs" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
            {user.email}
          </Text>
          <Button
            component={Link}
            to="/account"
            size="xs"
            variant="default"
            leftSection={<UserRound size={14} />}
            onClick={() => {
              setOpened(false);
              onNavigate?.();
            }}
          >
            {t('user.account')}
          </Button>
          <PreferenceFields />
          <Button
            size="xs"
            variant="default"
            leftSection={<LogOut size={14} />}
            loading={logout.isPending}
            onClick={() => logout.mutate()}
          >
            {t('user.signOut')}
          </Button>
        </Stack>
      ) : null}
      <UnstyledButton
        ref={button}
        className={classes.user}
        aria-expanded={opened}
        aria-controls={opened ? panelId : undefined}
        onClick={() => setOpened(!opened)}
      >
        <VisuallyHidden>{t('user.menu', { name: user.name })}</VisuallyHidden>
        <span className={classes.initials} aria-hidden>
          {initials(user.name)}
        </span>
        <span style={{ flex: 1, minWidth: 0 }}>
          <Text size="sm" truncate aria-hidden>
            {user.name}
          </Text>{' '}
          <Text size="xs" c="dimmed">
            {t(`user.role.${user.role}`)}
          </Text>
        </span>
        <ChevronsUpDown size={14} aria-hidden />
      </UnstyledButton>
    </div>
  );
}
