import { Button, FileButton, Group } from '@mantine/core';
import { keepPreviousData } from '@tanstack/react-query';
import { Plus, Upload, Users, Waypoints } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { limits } from '#shared/limits';
import { templateSets, type DocumentFormat, type TemplateSummary } from '#shared/template';
import { trpc } from '../api/trpc';
import { confirmDestroy } from '../ui/confirm';
import { notifyDone, notifyError } from '../api/error-message';
import { ErrorState } from '../api/ErrorState';
import { SetTabs } from '../sharing/SetTabs';
import { TemplateSharePanel } from '../sharing/SharePanel';
import { ImportResults, useTemplateImports } from './template-imports';
import { TemplatesTable } from './TemplatesTable';
import { TemplateRenamePanel } from './TemplateRenamePanel';
import { downloadText } from '../hooks/download';
import { useFilters } from '../hooks/filters';
import { usePageTitle } from '../hooks/page-title';
import { useSession } from '../hooks/session';
import { EmptyState } from '../ui/EmptyState';
import { FileDrop } from '../ui/FileDrop';
import { LoadingRows } from '../ui/LoadingRows';
import { MoreButton } from '../ui/MoreButton';
import { NoMatch } from '../ui/NoMatch';
import { PageHeader } from '../ui/PageHeader';
import { SearchField } from '../ui/SearchField';

export function Component() {
  const { t } = useTranslation(['templates', 'common', 'sharing']);
  usePageTitle(t('title'));
  const utils = trpc.useUtils();
  const filters = useFilters();
  const { user } = useSession();
  const search = filters.get('q');
  const of = templateSets.find((set) => set === filters.get('of')) ?? 'mine';
  const list = trpc.templates.list.useInfiniteQuery(
    { limit: limits.pageSize, search: search === '' ? undefined : search, of },
    { getNextPageParam: (page) => page.nextCursor ?? undefined, placeholderData: keepPreviousData },
  );
  const imports = useTemplateImports();
  const [renaming, setRenaming] = useState<TemplateSummary | null>(null);
  const [sharing, setSharing] = useState<TemplateSummary | null>(null);
  const changed = () => void utils.templates.list.invalidate();
  const duplicate = trpc.templates.duplicate.useMutation({
    onSuccess: (copy) => notifyDone(t('duplicated', { name: copy.name })),
    onError: notifyError,
    onSettled: changed,
  });
  const remove = trpc.templates.delete.useMutation({ onError: notifyError, onSettled: changed });

  const leave = trpc.templates.unshare.useMutation({ onError: notifyError, onSettled: changed });

  const exportAs = async (template: TemplateSummary, format: DocumentFormat) => {
    try {
      const { fileName, text } = await utils.templates.export.fetch({ id: template.id, format }, { staleTime: 0 });
      downloadText(fileName, text);
      notifyDone(t('exported', { fileName }));
    } catch (error) {
      notifyError(error);
    }
  };
  const confirmDelete = (template: TemplateSummary) =>
    confirmDestroy({
      title: t('delete.title', { name: template.name }),
      goes: [t('delete.goes', { name: template.name })],
      stays: t('delete.stays'),
      confirmLabel: t('delete.confirm'),
      onConfirm: () =>
        remove.mutate({ id: template.id }, { onSuccess: () => notifyDone(t('deleted', { name: template.name })) }),
    });

  const confirmLeave = (template: TemplateSummary) =>
    confirmDestroy({
      title: t('sharing:leave.title', { name: template.name }),
      goes: [t('sharing:leave.goes', { name: template.name })],
      stays: t('sharing:leave.stays', { owner: template.owner.name }),
      confirmLabel: t('sharing:leave.confirm'),
      onConfirm: () => {
        if (user === null) return;
        const done = () => notifyDone(t('sharing:leave.done', { name: template.name }));
        leave.mutate({ id: template.id, userId: user.id }, { onSuccess: done });
      },
    });

  const rows = list.data?.pages.flatMap((page) => page.items) ?? [];
  const importButton = (
    <FileButton multiple accept="application/json,.json" onChange={(files) => void imports.importFiles(files)}>
      {(props) => (
        <Button {...props} variant="default" leftSection={<Upload size={16} />}>
          {t('import')}
        </Button>
      )}
    </FileButton>
  );
  const newButton = (
    <Button component={Link} to="/templates/new" leftSection={<Plus size={16} />}>
      {t('new')}
    </Button>
  );

  return (
    <FileDrop hint={t('dropHere')} onFiles={(files) => void imports.importFiles(files)}>
      <PageHeader
        title={t('title')}
        description={t('description')}
        action={
          <>
            {importButton}
            {newButton}
          </>
        }
      />
      <ImportResults results={imports.results} onDismiss={imports.dismiss} />
      {list.isPending ? (
        <LoadingRows rows={6} />
      ) : list.isError && list.data === undefined ? (
        <ErrorState error={list.error} onRetry={() => void list.refetch()} />
      ) : (
        <>
          <Group mb="sm" gap="sm">
            <SetTabs
              sets={templateSets}
              value={of}
              onChange={(set) => filters.set({ of: set === 'mine' ? null : set })}
            />
            {rows.length === 0 && search === '' ? null : (
              <SearchField label={t('search')} value={search} onChange={(q) => filters.set({ q })} />
            )}
          </Group>
          {rows.length === 0 && search !== '' ? (
            <NoMatch search={search} onClear={() => filters.set({ q: null })} />
          ) : rows.length === 0 && of === 'shared' ? (
            <EmptyState icon={Users} title={t('sharing:empty.title.templates')}>
              {t('sharing:empty.shared.templates')}
            </EmptyState>
          ) : rows.length === 0 ? (
            <EmptyState icon={Waypoints} title={t('empty.title')} action={newButton}>
              {t('empty.text')}
            </EmptyState>
          ) : (
            <TemplatesTable
              templates={rows}
              partial={list.hasNextPage}
              withOwner={of !== 'mine'}
              onShare={setSharing}
              onLeave={confirmLeave}
              onRename={setRenaming}
              onDuplicate={(template) => duplicate.mutate({ id: template.id })}
              onExport={(template, format) => void exportAs(template, format)}
              onDelete={confirmDelete}
            />
          )}
          <MoreButton
            more={list.hasNextPage}
            loading={list.isFetchingNextPage}
            onClick={() => void list.fetchNextPage()}
          />
        </>
      )}
      <TemplateSharePanel template={sharing} onClose={() => setSharing(null)} />
      <TemplateRenamePanel template={renaming} onClose={() => setRenaming(null)} />
    </FileDrop>
  );
}
