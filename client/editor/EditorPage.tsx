import { Button } from '@mantine/core';
import { FileQuestion } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useParams } from 'react-router';
import { idSchema } from '#shared/primitives';
import { reaches } from '#shared/scopes';
import { levelOfAccess } from '#shared/sharing';
import { trpc } from '../api/trpc';
import { appErrorOf } from '../api/app-error';
import { ErrorState } from '../api/ErrorState';
import { Editor } from './Editor';
import { EditorLoading } from './EditorLoading';
import { ReadOnlyEditor } from './ReadOnlyEditor';
import { useCatalogue } from './use-catalogue';
import { documentOf, newDocument } from './use-editor';
import { useSession } from '../hooks/session';
import { EmptyState } from '../ui/EmptyState';

interface EditorSession {
  /** Of the address; null for a new template. */
  id: number | null;
  /** What was loaded for this session: null also after the new template has got its id. */
  openedAs: number | null;
  /** The template that the next change of address leads to without a new session. */
  adopts: number | null;
  number: number;
}

/** The editor of a new template or of an existing one. */
export function Component() {
  const { templateId } = useParams();
  const parsed = idSchema.safeParse(Number(templateId));
  const id = templateId !== undefined && parsed.success ? parsed.data : null;
  const [session, setSession] = useState<EditorSession>({ id, openedAs: id, adopts: null, number: 0 });
  if (session.id !== id)
    setSession(
      id !== null && id === session.adopts
        ? { ...session, id, adopts: null }
        : { id, openedAs: id, adopts: null, number: session.number + 1 },
    );

  if (templateId !== undefined && !parsed.success) return <NoSuchTemplate />;
  return (
    <OpenEditor
      key={session.number}
      templateId={session.openedAs}
      onAdopt={(adopts) => setSession((current) => ({ ...current, adopts }))}
    />
  );
}

interface OpenEditorProps {
  templateId: number | null;
  onAdopt: (templateId: number) => void;
}

function OpenEditor({ templateId, onAdopt }: OpenEditorProps) {
  const { user } = useSession();
  const catalogue = useCatalogue();
  // found once; what becomes of it from then on, the editor knows
  const draft = trpc.drafts.get.useQuery(
    { templateId },
    { staleTime: Infinity, gcTime: 0, refetchOnMount: 'always', refetchOnWindowFocus: false },
  );
  const template = trpc.templates.get.useQuery(
    { id: templateId ?? 0 },
    // the editor's work is not replaced by what is loaded again: once is enough
    { enabled: templateId !== null, staleTime: Infinity, refetchOnMount: 'always', refetchOnWindowFocus: false },
  );

  if (templateId !== null && template.error !== null) {
    if (appErrorOf(template.error)?.code === 'NOT_FOUND') return <NoSuchTemplate />;
    if (template.data === undefined)
      return <ErrorState wholePage error={template.error} onRetry={() => void template.refetch()} />;
  }
  if (catalogue.data === undefined && catalogue.error !== null)
    return <ErrorState wholePage error={catalogue.error} onRetry={() => void catalogue.refetch()} />;
  // what is in the cache may be an old revision: work that began with it could not be saved
  const ready = templateId === null || (template.isFetchedAfterMount && template.data !== undefined);
  // without an answer there is what this browser has
  const searched = draft.isFetchedAfterMount;
  if (!ready || !searched || catalogue.data === undefined || user === null) return <EditorLoading />;
  if (template.data !== undefined && !reaches(levelOfAccess[template.data.access], 'operate'))
    return <ReadOnlyEditor template={template.data} catalogue={catalogue.data} />;
  return (
    <Editor
      initial={
        template.data === undefined || templateId === null
          ? { base: null, document: newDocument }
          : { base: template.data, document: documentOf(template.data) }
      }
      catalogue={catalogue.data}
      userId={user.id}
      isOwn={template.data === undefined || template.data.access === 'own'}
      draft={draft.data ?? null}
      role={user.role}
      onAdopt={onAdopt}
    />
  );
}

function NoSuchTemplate() {
  const { t } = useTranslation(['editor', 'refusals']);
  return (
    <EmptyState
      wholePage
      icon={FileQuestion}
      title={t('refusals:notFound.template')}
      action={
        <Button component={Link} to="/templates" variant="default">
          {t('editor:notFound.back')}
        </Button>
      }
    >
      {t('editor:notFound.text')}
    </EmptyState>
  );
}
