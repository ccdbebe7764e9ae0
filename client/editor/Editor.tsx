import { Alert, Title, VisuallyHidden } from '@mantine/core';
import { lazy, Suspense, useCallback, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import type { Role } from '#shared/permissions';
import type { Template } from '#shared/template';
import type { TemplateDraft } from '#shared/template-draft';
import { emptyTopology } from '#shared/topology/schema';
import { useDrawnAddresses } from '../addresses/use-drawn-addresses';
import { usePageTitle } from '../hooks/page-title';
import { DraftNote, useDraftText } from './DraftNote';
import { draftKey, findDraft } from './draft-store';
import { DrawingFrame } from './DrawingFrame';
import classes from './editor.module.css';
import { RevisionPanels, type RevisionPanelName } from './revisions/RevisionPanels';
import { TemplatePanel } from './panel/TemplatePanel';
import { TemplateDeeds, TemplateName } from './TemplateBar';
import type { EditorCatalogue } from './use-catalogue';
import { UnsavedWork } from './UnsavedWork';
import { sameDocument, useEditor, type Saved } from './use-editor';
import { useKeptDraft } from './use-kept-draft';
import { useLeaveGuard } from './use-leave-guard';
import { useTogether } from './together/use-together';
import { useSave } from './use-save';

const PresentList = lazy(async () => ({ default: (await import('./together/PresentList')).PresentList }));
const Cursors = lazy(async () => ({ default: (await import('./together/Cursors')).Cursors }));
const MergeDialog = lazy(async () => ({ default: (await import('./merge/MergeDialog')).MergeDialog }));

export interface EditorProps {
  initial: Saved;
  catalogue: EditorCatalogue;
  userId: number;
  /** What it is called is the owner's to say. */
  isOwn: boolean;
  /** What the server has of work that was not saved. */
  draft: TemplateDraft | null;
  /** Who draws. */
  role: Role;
  /** It was saved for the first time, or as a copy: this template is what is edited from now on. */
  onAdopt: (templateId: number) => void;
}

/** Drawing a template. */
export function Editor({ initial, catalogue, userId, isOwn, draft: kept, role, onAdopt }: EditorProps) {
  const { t } = useTranslation(['editor', 'common']);
  const navigate = useNavigate();
  // how often a draft was taken up
  const [restored, setRestored] = useState(0);
  const [nameAsked, setNameAsked] = useState(false);
  const [beside, setBeside] = useState<RevisionPanelName | null>(null);
  const storageKey = useCallback((templateId: number | null) => draftKey(userId, templateId), [userId]);
  const [draft, setDraft] = useState(() =>
    findDraft(localStorage, storageKey(initial.base?.id ?? null), kept, (document) =>
      sameDocument(document, initial.document),
    ),
  );
  const editor = useEditor({ initial, catalogue, storageKey, hold: draft !== null, role });
  const drafts = useKeptDraft({ editor, storageKey, hold: draft !== null, found: kept !== null });
  const together = useTogether(editor.saved.base?.id ?? null, editor.selection);
  const { document, problems, dirty } = editor;
  const { topology } = document;
  const guard = useLeaveGuard(dirty || editor.unread.length > 0);
  usePageTitle(document.name.trim() === '' ? t('template.new') : document.name);

  const save = useSave(editor, (template) => {
    if (template.id === editor.saved.base?.id) return;
    onAdopt(template.id);
    guard.pass(() => navigate(`/templates/${template.id}`, { replace: true, state: { samePage: true } }));
  });

  const addresses = useDrawnAddresses({
    name: document.name === '' ? t('template.new') : document.name,
    topology,
    base: editor.saved.document.topology,
    catalogue,
    hasProblems: problems.length > 0,
  });
  const whyNot = editor.nameError
    ? t(document.name.trim() === '' ? 'save.nameMissing' : 'save.nameInvalid')
    : problems.length > 0
      ? t('save.problems', { count: problems.length })
      : editor.unread.length > 0
        ? t('save.unread')
        : null;
  const saveBlocked = whyNot ?? (dirty ? null : t('save.nothing'));

  async function saveNow(message?: string): Promise<Template | null> {
    setNameAsked(true);
    if (save.saving || whyNot !== null || !dirty) return null;
    return save.save(message);
  }
  async function deploy() {
    const id = dirty ? (await saveNow())?.id : editor.saved.base?.id;
    if (id !== undefined) guard.pass(() => navigate(`/slices?panel=new-${id}`));
  }

  const nameError =
    save.error?.field === 'name' && save.conflict === null
      ? save.error.message
      : editor.nameError && (nameAsked || document.name !== '')
        ? t(document.name.trim() === '' ? 'save.nameMissing' : 'save.nameInvalid')
        : null;
  const base = editor.saved.base;
  const pageActs = {
    saveWithMessage: { enabled: saveBlocked === null && !save.saving, run: () => setBeside('message') },
    history: { enabled: base !== null && isOwn, run: () => setBeside('history') },
  };
  const savedState = base === null ? t('save.new') : t('save.saved', { revision: base.revision });
  const draftText = useDraftText(drafts.state);
  const state = save.saving ? t('save.saving') : dirty ? draftText.short : savedState;

  return (
    <div className={classes.editor}>
      <VisuallyHidden>
        <h1>{document.name === '' ? t('template.new') : document.name}</h1>
      </VisuallyHidden>
      <DrawingFrame
        editor={editor}
        catalogue={catalogue}
        label={t('canvas.label', { name: document.name || t('template.new') })}
        title={
          <TemplateName
            name={document.name}
            fixed={!isOwn}
            error={nameError}
            onName={(name) => {
              if (save.error?.field === 'name') save.dismiss();
              editor.run({ type: 'setDetails', name }, 'template name');
            }}
            state={state}
          />
        }
        onPoint={together.onPoint}
        overlay={(drawing) =>
          together.shows && together.others.length > 0 ? (
            <Suspense>
              <Cursors others={together.others} {...drawing} />
            </Suspense>
          ) : null
        }
        deeds={
          <>
            <Suspense>
              <PresentList together={together} userId={userId} />
            </Suspense>
            <TemplateDeeds
              saving={save.saving}
              saveBlocked={saveBlocked}
              onSave={() => void saveNow()}
              deployBlocked={topology.vms.length === 0 ? t('save.noVms') : whyNot}
              onDeploy={() => void deploy()}
              acts={pageActs}
            />
          </>
        }
        onSave={() => void saveNow()}
        pageActs={pageActs}
        covered={beside !== null || save.conflict !== null}
        notices={
          save.error?.field === null &&
          save.conflict === null && (
            <Alert
              color="red"
              variant="light"
              radius={0}
              withCloseButton
              closeButtonLabel={t('common:actions.close')}
              onClose={save.dismiss}
              role="alert"
            >
              {save.error.message}
            </Alert>
          )
        }
        about={
          <>
            <Title order={2}>{t('template.title')}</Title>
            {dirty && (
              <DraftNote
                text={draftText.whole}
                revision={base?.revision ?? null}
                onDiscard={() => {
                  editor.discardDraft();
                  editor.reset(editor.saved);
                }}
              />
            )}
            <TemplatePanel
              document={document}
              catalogue={catalogue}
              onDescription={(description) => editor.run({ type: 'setDetails', description }, 'description')}
              problems={editor.problems}
              onParameters={(parameters, join) => editor.run({ type: 'setParameters', parameters }, join)}
            />
            {addresses.button}
          </>
        }
        fitKey={restored}
      />
      {addresses.table}
      <RevisionPanels
        opened={save.conflict === null ? beside : null}
        onOpen={setBeside}
        catalogue={catalogue}
        editor={editor}
        onSave={saveNow}
      />
      {save.conflict !== null && (
        <Suspense>
          <MergeDialog save={save} works={save.conflict} catalogue={catalogue} />
        </Suspense>
      )}
      <UnsavedWork
        editor={editor}
        initial={initial}
        draft={draft}
        // nothing, where it is not known: what differs is asked about then, and nothing counts as removed
        older={(kept?.revision === draft?.revision ? kept?.base : null) ?? emptyTopology}
        onDecided={(taken) => {
          if (taken) setRestored((count) => count + 1);
          setDraft(null);
        }}
        onGiveUp={drafts.discard}
        blocker={guard.blocker}
      />
    </div>
  );
}
