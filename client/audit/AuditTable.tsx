import { ActionIcon, Anchor, Code, Stack, Text, Tooltip } from '@mantine/core';
import { Ban, CircleCheck, CircleX, PanelRightOpen, Send, type LucideIcon } from 'lucide-react';
import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { AuditEntry } from '#shared/audit';
import { outcomeOf } from '#shared/audit-words';
import { DataTable, type Column } from '../ui/DataTable';
import { formatExact } from '../ui/format';
import { RelativeTime } from '../ui/RelativeTime';
import { SidePanel } from '../ui/SidePanel';
import { StatusBadge, type Tone } from '../ui/StatusBadge';
import { detailLines, objectPath, wordsOf } from './audit-words';
import classes from './AuditTable.module.css';

type Key = 'what' | 'object' | 'who' | 'when' | 'from' | 'result' | 'actions';

/** With what the caller came: a browser, or which token. */
function useTokenWords() {
  const { t } = useTranslation('audit');
  return (token: NonNullable<AuditEntry['token']>): string => {
    if (token.kind === 'session') return t('browser');
    return token.name === null ? t('unnamed', { id: token.id }) : t(token.kind, { name: token.name });
  };
}

const looks: Record<ReturnType<typeof outcomeOf>, { tone: Tone; icon: LucideIcon }> = {
  ok: { tone: 'success', icon: CircleCheck },
  requested: { tone: 'neutral', icon: Send },
  failed: { tone: 'danger', icon: CircleX },
  cancelled: { tone: 'neutral', icon: Ban },
  refused: { tone: 'danger', icon: CircleX },
};

function Result({ entry }: { entry: AuditEntry }) {
  const outcome = outcomeOf(entry);
  const { outcome: label, note } = wordsOf(entry);
  const title = outcome === 'refused' ? entry.result : outcome === 'failed' ? note : null;
  return <StatusBadge {...looks[outcome]} label={label} title={title ?? undefined} />;
}

function ObjectLink({ entry, admin }: { entry: AuditEntry; admin: boolean }) {
  const words = wordsOf(entry).on;
  const path = objectPath(entry, admin);
  if (words === null)
    return (
      <Text span c="dimmed">
        –
      </Text>
    );
  if (path === null) return <span className={classes.wrap}>{words}</span>;
  return (
    <Anchor component={Link} to={path} size="sm" className={classes.wrap ?? ''}>
      {words}
    </Anchor>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** Everything that was recorded of one deed. */
function Entry({ entry, admin }: { entry: AuditEntry; admin: boolean }) {
  const { t, i18n } = useTranslation('audit');
  const tokenWords = useTokenWords();
  const details = detailLines(entry.details);
  const { what, who, note } = wordsOf(entry);
  return (
    <Stack gap="md">
      <dl className={classes.facts}>
        <Fact name={t('what')}>
          {what} <Code>{entry.action}</Code>
        </Fact>
        <Fact name={t('when')}>{formatExact(Date.parse(entry.at), i18n.language)}</Fact>
        <Fact name={t('who')}>{entry.user === null ? who : `${entry.user.name} · ${entry.user.email}`}</Fact>
        <Fact name={t('object')}>
          <ObjectLink entry={entry} admin={admin} />
        </Fact>
        <Fact name={t('from')}>
          <span className={classes.mono}>{entry.ip ?? '–'}</span>
          {entry.token === null ? null : ` · ${tokenWords(entry.token)}`}
        </Fact>
        <Fact name={t('result')}>
          <Result entry={entry} /> {entry.result === 'OK' ? null : <Code>{entry.result}</Code>}
        </Fact>
        {note === null ? null : <Fact name={t('why')}>{note}</Fact>}
      </dl>
      <section>
        <Text size="xs" c="dimmed" mb={4} component="h3">
          {t('details')}
        </Text>
        {details.length === 0 ? (
          <Text size="sm" c="dimmed">
            {t('noDetails')}
          </Text>
        ) : (
          <dl className={`${classes.facts} ${classes.mono}`}>
            {details.map(([name, text]) => (
              <Fact key={name} name={name}>
                {text}
              </Fact>
            ))}
          </dl>
        )}
      </section>
    </Stack>
  );
}

export interface AuditTableProps {
  entries: readonly AuditEntry[];
  /** With a column of who did it, and the way to accounts: for everybody's log. */
  withUser?: boolean | undefined;
}

/** Deeds as they come, newest first. Enter on a row, or its button, shows all that was recorded. */
export function AuditTable({ entries, withUser = false }: AuditTableProps) {
  const { t } = useTranslation('audit');
  const tokenWords = useTokenWords();
  const [shown, setShown] = useState<AuditEntry | null>(null);
  // the panel keeps what it showed while it slides out
  const [opened, setOpened] = useState(false);
  const open = (entry: AuditEntry) => {
    setShown(entry);
    setOpened(true);
  };
  const who: Column<AuditEntry, Key> = {
    key: 'who',
    header: t('who'),
    wide: true,
    render: (entry) =>
      entry.user === null ? (
        <Text span size="sm" c="dimmed" fs="italic">
          {wordsOf(entry).who}
        </Text>
      ) : (
        <span className={classes.wrap} title={entry.user.email}>
          {entry.user.name}
        </span>
      ),
  };
  const columns: Column<AuditEntry, Key>[] = [
    {
      key: 'what',
      header: t('what'),
      render: (entry) => <span title={entry.action}>{wordsOf(entry).what}</span>,
    },
    {
      key: 'object',
      header: t('object'),
      wide: true,
      render: (entry) => <ObjectLink entry={entry} admin={withUser} />,
    },
    ...(withUser ? [who] : []),
    { key: 'when', header: t('when'), wide: true, render: ({ at }) => <RelativeTime at={at} /> },
    {
      key: 'from',
      header: t('from'),
      wide: true,
      render: ({ ip, token }) => (
        <span className={classes.from}>
          <span className={classes.mono}>{ip ?? '–'}</span>
          {token === null || token.kind === 'session' ? null : (
            <Text span size="xs" c="dimmed">
              {tokenWords(token)}
            </Text>
          )}
        </span>
      ),
    },
    {
      key: 'result',
      header: t('result'),
      wide: true,
      render: (entry) => <Result entry={entry} />,
    },
    {
      key: 'actions',
      header: t('details'),
      kind: 'actions',
      render: (entry) => (
        <Tooltip label={t('show')}>
          <ActionIcon variant="subtle" color="gray" aria-label={t('show')} onClick={() => open(entry)}>
            <PanelRightOpen size={16} />
          </ActionIcon>
        </Tooltip>
      ),
    },
  ];
  return (
    <>
      <DataTable
        caption={t('caption')}
        columns={columns}
        rows={entries}
        rowKey={(entry) => entry.id}
        sort={null}
        onSort={() => undefined}
        onOpen={open}
      />
      <SidePanel
        opened={opened}
        onClose={() => setOpened(false)}
        closeOnClickOutside
        title={shown === null ? '' : t('entry', { id: shown.id })}
      >
        {shown === null ? null : <Entry entry={shown} admin={withUser} />}
      </SidePanel>
    </>
  );
}
