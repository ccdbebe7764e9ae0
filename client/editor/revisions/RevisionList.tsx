import { Stack, Text } from '@mantine/core';
import { Check, GitCompareArrows, History } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { Revision } from '#shared/template-history';
import { ErrorState } from '../../api/ErrorState';
import { keyset, listedPages } from '../../api/keyset';
import { trpc } from '../../api/trpc';
import { LoadingRows } from '../../ui/LoadingRows';
import { MoreButton } from '../../ui/MoreButton';
import { RelativeTime } from '../../ui/RelativeTime';
import { RowMenu } from '../../ui/RowMenu';
import { StatusBadge } from '../../ui/StatusBadge';
import type { EditorState } from '../use-editor';
import classes from './revisions.module.css';
import { useRestore } from './use-restore';

interface RevisionListProps {
  templateId: number;
  /** What the drawing was begun with. */
  current: number;
  onCompare: (number: number) => void;
  editor: EditorState;
  /** It is drawn now. */
  onRestored: () => void;
}

/** What was saved of a template, the newest first. */
export function RevisionList({ templateId, current, editor, onCompare, onRestored }: RevisionListProps) {
  const { t } = useTranslation('revisions');
  const query = trpc.templates.revisions.useInfiniteQuery({ id: templateId, limit: 20 }, { ...keyset, staleTime: 0 });
  const list = listedPages(query);
  const restore = useRestore(editor, onRestored);
  if (list.rows === undefined)
    return list.error === null ? (
      <LoadingRows rows={6} height={48} />
    ) : (
      <ErrorState error={list.error} onRetry={list.retry} />
    );
  return (
    <Stack gap="sm">
      <ul className={classes.list} aria-label={t('list')}>
        {list.rows.map((revision) => (
          <RevisionRow
            key={revision.number}
            revision={revision}
            isCurrent={revision.number === current}
            onCompare={() => onCompare(revision.number)}
            onRestore={() => restore(revision.number)}
          />
        ))}
      </ul>
      <MoreButton more={list.partial} loading={list.loadingMore} onClick={list.loadMore} />
    </Stack>
  );
}

interface RevisionRowProps {
  revision: Revision;
  isCurrent: boolean;
  onCompare: () => void;
  onRestore: () => void;
}

function RevisionRow({ revision, isCurrent, onCompare, onRestore }: RevisionRowProps) {
  const { t } = useTranslation('revisions');
  const { number, author, message, restoredFrom, createdAt } = revision;
  return (
    <li className={classes.row}>
      <div className={classes.what}>
        <Text fw={500} className={classes.name}>
          {t('number', { number })} {isCurrent && <StatusBadge tone="info" icon={Check} label={t('current')} />}
        </Text>
        {message !== '' && (
          <Text size="sm" className={classes.name}>
            {message}
          </Text>
        )}
        {restoredFrom !== null && <Text size="sm">{t('restoredFrom', { number: restoredFrom })}</Text>}
        <Text size="xs" c="dimmed">
          <RelativeTime at={createdAt} /> {t('by', { name: author.name })}
        </Text>
      </div>
      <RowMenu
        name={t('number', { number })}
        actions={[
          { label: t('compare.open'), icon: GitCompareArrows, onClick: onCompare },
          {
            label: t('restore.label'),
            icon: History,
            onClick: onRestore,
            disabledReason: isCurrent ? t('restore.isCurrent') : null,
          },
        ]}
      />
    </li>
  );
}
