import { Button, FileButton, Group } from '@mantine/core';
import { LibraryBig, Plus, Upload, Users, Waypoints } from 'lucide-react';
import { lazy, Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { limits } from '#shared/limits';
import type { TemplateSummary } from '#shared/template';
import type { DocumentFormat } from '#shared/topology/formats/document-types';
import { trpc } from '../api/trpc';
import { confirmDestroy } from '../ui/confirm';
import { notifyDone, notifyError } from '../api/error-message';
import { keyset, listedPages } from '../api/keyset';
import { TemplateSharePanel } from '../sharing/SharePanel';
import { ImportResults } from './template-imports';
import { useTemplateImports } from './use-template-imports';
import { leavesOut, nothingLeftOut, TemplateFilters, templateQueryOf } from './TemplateFilters';
import { TemplatesTable } from './TemplatesTable';
import { TemplateThumbnail } from './TemplateThumbnail';
import { UsesPanel } from './UsesPanel';
import { TemplateRenamePanel } from './TemplateRenamePanel';
import { downloadText } from '../hooks/download';
import { useFilters } from '../hooks/filters';
import { usePanel } from '../hooks/panel';
import { useSession } from '../hooks/session';
import { EmptyState } from '../ui/EmptyState';
import { FileDrop } from '../ui/FileDrop';
import { ListPage } from '../layouts/ListPage';

/** What the system's dialog offers; whatever else is dropped is read all the same, by its content. */
const documentFiles = '.json,.yml,.yaml,.graphml,.xml,.gml,.gns3,.unl,.conf,.drawio,.zip,.gns3project';

const ImportDialog = lazy(async () => ({ default: (await import('./ImportDialog')).ImportDialog }));
const ExportPanel = lazy(async () => ({ default: (await import('./ExportPanel')).ExportPanel }));

export function Component() {
  const { t } = useTranslation(['templates', 'common', 'sharing']);
  const utils = trpc.useUtils();
  const filters = useFilters();
  const { user } = useSession();
  const query = templateQueryOf(filters);
  const { of, sort, search } = query;
  const list = trpc.templates.list.useInfiniteQuery(
    {
      limit: limits.pageSize,
      of,
      sort,
      search: search === '' ? undefined : search,
      tag: query.tag ?? undefined,
      ownerId: query.ownerId ?? undefined,
      visibility: query.visibility ?? undefined,
    },
    keyset,
  );
  const imports = useTemplateImports();
  const panel = usePanel(['rename', 'share', 'export', 'uses']);
  const changed = () => {
    void utils.templates.list.invalidate();
    void utils.templates.tags.invalidate();
  };
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

  const listed = listedPages(list);
  const about = listed.rows?.find((template) => template.id === panel.id) ?? null;
  const importButton = (
    <FileButton multiple accept={documentFiles} onChange={(files) => void imports.importFiles(files)}>
      {(props) => (
        <Button {...props} variant="default" leftSection={<Upload size={16} />}>
          {t('import')}
        </Button>
      )}
    </FileButton>
  );
  const galleryButton = (
    <Button component={Link} to="/templates/gallery" variant="default" leftSection={<LibraryBig size={16} />}>
      {t('gallery.open')}
    </Button>
  );
  const newButton = (
    <Button component={Link} to="/templates/new" leftSection={<Plus size={16} />}>
      {t('new')}
    </Button>
  );

  return (
    <FileDrop hint={t('dropHere')} onFiles={(files) => void imports.importFiles(files)}>
      <ListPage
        title={t('title')}
        description={t('description')}
        action={
          <>
            {galleryButton}
            {importButton}
            {newButton}
          </>
        }
        notice={<ImportResults results={imports.results} onDismiss={imports.dismiss} />}
        list={listed}
        loading={{ rows: 6 }}
        filtersLabel={t('filter.label')}
        filters={(worthwhile) => (
          <TemplateFilters query={query} filters={filters} worthwhile={worthwhile} rows={listed.rows} />
        )}
        narrowed={leavesOut(query) ? { search, clear: () => filters.set(nothingLeftOut) } : null}
        empty={
          of === 'shared' ? (
            <EmptyState icon={Users} title={t('sharing:empty.title.templates')}>
              {t('sharing:empty.shared.templates')}
            </EmptyState>
          ) : (
            <EmptyState
              icon={Waypoints}
              title={t('empty.title')}
              action={
                <Group justify="center" gap="xs">
                  {newButton}
                  {galleryButton}
                </Group>
              }
            >
              {t('empty.text')}
            </EmptyState>
          )
        }
        panels={
          <>
            <TemplateSharePanel template={panel.name === 'share' ? about : null} onClose={panel.close} />
            <Suspense>
              {panel.name === 'export' && about !== null ? (
                <ExportPanel template={about} onClose={panel.close} />
              ) : null}
              {imports.question === null ? null : (
                <ImportDialog
                  question={imports.question}
                  onImport={imports.answer}
                  onCancel={() => imports.answer(null)}
                />
              )}
            </Suspense>
            <UsesPanel template={panel.name === 'uses' ? about : null} onClose={panel.close} />
            <TemplateRenamePanel template={panel.name === 'rename' ? about : null} onClose={panel.close} />
          </>
        }
      >
        {(rows, partial) => (
          <TemplatesTable
            templates={rows}
            partial={partial}
            withOwner={of !== 'mine'}
            sort={sort}
            thumbnailOf={({ id, revision }) => <TemplateThumbnail id={id} revision={revision} />}
            onTag={(tag) => filters.set({ tag }, { push: true })}
            onOwner={({ owner }) => filters.set({ owner: String(owner.id) }, { push: true })}
            onUses={(template) => panel.open('uses', template.id)}
            onShare={(template) => panel.open('share', template.id)}
            onLeave={confirmLeave}
            onRename={(template) => panel.open('rename', template.id)}
            onDuplicate={(template) => duplicate.mutate({ id: template.id })}
            onExport={(template, format) =>
              format === null ? panel.open('export', template.id) : void exportAs(template, format)
            }
            onDelete={confirmDelete}
          />
        )}
      </ListPage>
    </FileDrop>
  );
}
