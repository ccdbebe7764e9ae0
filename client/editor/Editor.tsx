import { Alert, Button, Drawer, Group, VisuallyHidden } from '@mantine/core';
import { useDisclosure, useMediaQuery } from '@mantine/hooks';
import { Shapes, Waypoints } from 'lucide-react';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import type { Problem } from '#shared/errors';
import type { Template } from '#shared/template';
import { usePageTitle } from '../hooks/page-title';
import { EmptyState } from '../ui/EmptyState';
import { TopologyCanvas } from './canvas/TopologyCanvas';
import type { CanvasHandle, CanvasSelection } from './canvas/types';
import { draftKey, readDraft } from './draft-store';
import { drawingOf } from './drawing';
import classes from './editor.module.css';
import { ConflictDialog, LeaveDialog, RecoveryDialog, ShortcutsDialog } from './EditorDialogs';
import { EditorToolbar } from './EditorToolbar';
import { newKey } from './fragment';
import { SelectionPanel } from './panel/SelectionPanel';
import { ProblemList } from './ProblemList';
import { useProblemText } from './problem-text';
import { shortcutText, useShortcuts, type PageShortcut } from './shortcuts';
import { defaultsOf, type EditorCatalogue } from './use-catalogue';
import { useDrawingActions } from './use-drawing-actions';
import { useEditor, type Saved } from './use-editor';
import { useLeaveGuard } from './use-leave-guard';
import { useSave } from './use-save';

export interface EditorProps {
  initial: Saved;
  catalogue: EditorCatalogue;
  userId: number;
  /** It was saved for the first time, or as a copy: this template is what is edited from now on. */
  onAdopt: (templateId: number) => void;
}

/** Drawing a template. */
export function Editor({ initial, catalogue, userId, onAdopt }: EditorProps) {
  const { t } = useTranslation(['editor', 'common']);
  const navigate = useNavigate();
  const problemText = useProblemText();
  const canvas = useRef<CanvasHandle>(null);
  const isWide = useMediaQuery('(min-width: 62em)', true, { getInitialValueInEffect: false });
  const [sheetOpened, sheet] = useDisclosure(false);
  const [helpOpened, help] = useDisclosure(false);
  const [fitCount, setFitCount] = useState(0);
  const [nameAsked, setNameAsked] = useState(false);
  const storageKey = useCallback((templateId: number | null) => draftKey(userId, templateId), [userId]);
  const [draft, setDraft] = useState(() => readDraft(localStorage, storageKey(initial.template?.id ?? null)));
  const editor = useEditor({ initial, catalogue, storageKey, hold: draft !== null });
  const { document, selection, problems, dirty } = editor;
  const { topology } = document;
  const guard = useLeaveGuard(dirty);
  usePageTitle(document.name.trim() === '' ? t('template.new') : document.name);

  const save = useSave(editor, (template) => {
    if (template.id === editor.saved.template?.id) return;
    onAdopt(template.id);
    guard.pass(() => navigate(`/templates/${template.id}`, { replace: true }));
  });
  const defaults = useMemo(() => defaultsOf(catalogue), [catalogue]);

  // a new node can take the focus only when it has been drawn
  const focusNext = useRef<string | null>(null);
  useEffect(() => {
    if (focusNext.current === null) return;
    canvas.current?.focusNode(focusNext.current);
    focusNext.current = null;
  }, [topology]);
  const actions = useDrawingActions({
    editor,
    canvas,
    defaults,
    focusNext: (key) => {
      focusNext.current = key;
    },
    fit: () => setFitCount((count) => count + 1),
  });

  const drawing = useMemo(
    () => drawingOf(topology, catalogue, problems, problemText),
    [topology, catalogue, problems, problemText],
  );

  const whyNot = editor.nameError
    ? t(document.name.trim() === '' ? 'save.nameMissing' : 'save.nameInvalid')
    : problems.length > 0
      ? t('save.problems', { count: problems.length })
      : null;
  const saveBlocked = whyNot ?? (dirty ? null : t('save.nothing'));

  async function saveNow(): Promise<Template | null> {
    setNameAsked(true);
    if (save.saving || whyNot !== null || !dirty) return null;
    return save.save();
  }
  async function deploy() {
    const id = dirty ? (await saveNow())?.id : editor.saved.template?.id;
    if (id !== undefined) guard.pass(() => navigate(`/slices?panel=new-${id}`));
  }

  function run(action: PageShortcut) {
    const known: Record<PageShortcut, () => void> = {
      save: () => void saveNow(),
      undo: editor.undo,
      redo: editor.redo,
      duplicate: actions.duplicate,
      selectAll: actions.selectAll,
      delete: actions.remove,
      addVm: () => actions.addNode('vm'),
      addNetwork: () => actions.addNode('network'),
      fit: () => canvas.current?.fit(),
      help: help.toggle,
    };
    known[action]();
  }
  useShortcuts(run, actions.clipboard);

  function onSelectionChange(next: CanvasSelection) {
    editor.select(next);
    // on a narrow screen the panel comes with a choice and goes with it
    if (next.nodes.length + next.edges.length === 0) sheet.close();
    else if (next.nodes.length + next.edges.length === 1) sheet.open();
  }
  function goTo(problem: Problem) {
    if (problem.edge !== undefined) editor.select({ nodes: [], edges: [problem.edge] });
    else if (problem.node !== undefined) {
      editor.select({ nodes: [problem.node], edges: [] });
      canvas.current?.focusNode(problem.node);
    }
  }

  const nameError =
    save.error?.field === 'name' && !save.conflict
      ? save.error.message
      : editor.nameError && (nameAsked || document.name !== '')
        ? t(document.name.trim() === '' ? 'save.nameMissing' : 'save.nameInvalid')
        : null;
  const base = editor.saved.template;
  const savedState = base === null ? t('save.new') : t('save.saved', { revision: base.revision });
  const state = save.saving ? t('save.saving') : dirty ? t('save.unsaved') : savedState;
  const panel = (
    <SelectionPanel
      editor={editor}
      catalogue={catalogue}
      onConnect={(key) => {
        sheet.close();
        canvas.current?.startConnect(key);
      }}
      onDelete={actions.remove}
      onFocusNode={(key) => {
        editor.select({ nodes: [key], edges: [] });
        canvas.current?.focusNode(key);
      }}
    />
  );

  return (
    <div className={classes.editor}>
      <VisuallyHidden>
        <h1>{document.name === '' ? t('template.new') : document.name}</h1>
      </VisuallyHidden>
      <EditorToolbar
        name={document.name}
        nameError={nameError}
        onName={(name) => {
          if (save.error?.field === 'name') save.dismiss();
          editor.run({ type: 'setDetails', name }, 'template name');
        }}
        state={state}
        run={run}
        can={{
          undo: editor.canUndo,
          redo: editor.canRedo,
          add: actions.canAddVm,
          alter: selection.nodes.length + selection.edges.length > 0,
        }}
        saving={save.saving}
        saveBlocked={saveBlocked}
        deployBlocked={topology.vms.length === 0 ? t('save.noVms') : whyNot}
        onDeploy={() => void deploy()}
        presets={{ catalogue, defaults, onApply: actions.applyPreset }}
        onPanel={isWide ? undefined : sheet.toggle}
      />
      {save.error?.field === null && !save.conflict && (
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
      )}
      {defaults === null && (
        <Alert color="yellow" variant="light" radius={0}>
          {t('catalogueEmpty')}
        </Alert>
      )}
      <div className={classes.body}>
        <div className={classes.drawing}>
          <div className={classes.canvas}>
            <TopologyCanvas
              ref={canvas}
              editable
              label={t('canvas.label', { name: document.name || t('template.new') })}
              nodes={drawing.nodes}
              edges={drawing.edges}
              selection={selection}
              onSelectionChange={onSelectionChange}
              onMove={(moves) => editor.run({ type: 'move', moves })}
              onConnect={(source, target) => editor.run({ type: 'connect', key: newKey(), source, target })}
              onDelete={(what) => editor.run({ type: 'delete', ...what })}
              onOpenNode={(key) => onSelectionChange({ nodes: [key], edges: [] })}
              onAddAt={(point) => actions.addNode('vm', point)}
              fitKey={fitCount}
              empty={
                <EmptyState
                  icon={Waypoints}
                  title={t('empty.title')}
                  action={
                    <Group justify="center" gap="xs">
                      <Button disabled={!actions.canAddVm} onClick={() => actions.addNode('vm')}>
                        {t('tool.addVm')}
                      </Button>
                      <Button
                        variant="default"
                        leftSection={<Shapes size={15} />}
                        disabled={defaults === null}
                        onClick={() => defaults !== null && actions.applyPreset({ kind: 'line', size: 3, ...defaults })}
                      >
                        {t('empty.line')}
                      </Button>
                    </Group>
                  }
                >
                  {t('empty.text', { keys: shortcutText('help') })}
                </EmptyState>
              }
            />
          </div>
          {problems.length > 0 && <ProblemList problems={problems} onGo={goTo} />}
        </div>
        {isWide ? (
          <aside className={classes.panel} aria-label={t('panel.label')}>
            {panel}
          </aside>
        ) : (
          <Drawer
            opened={sheetOpened}
            onClose={sheet.close}
            position="bottom"
            size="55%"
            title={t('panel.label')}
            withOverlay={false}
            lockScroll={false}
            trapFocus={false}
            closeOnClickOutside={false}
            returnFocus={false}
            closeButtonProps={{ 'aria-label': t('common:actions.close') }}
          >
            {panel}
          </Drawer>
        )}
      </div>
      <ShortcutsDialog opened={helpOpened} onClose={help.close} />
      {draft !== null && (
        <RecoveryDialog
          draft={draft}
          outdated={draft.revision !== null && draft.revision !== initial.template?.revision}
          onRestore={() => {
            const template = initial.template === null || draft.revision === null ? null : initial.template;
            editor.reset(
              { ...initial, template: template && { ...template, revision: draft.revision ?? template.revision } },
              draft.document,
            );
            setFitCount((count) => count + 1);
            setDraft(null);
          }}
          onDiscard={() => {
            editor.discardDraft();
            setDraft(null);
          }}
        />
      )}
      {save.conflict && <ConflictDialog save={save} name={document.name} />}
      {guard.blocker.state === 'blocked' && (
        <LeaveDialog
          onStay={() => guard.blocker.reset?.()}
          onLeave={() => {
            editor.discardDraft();
            guard.blocker.proceed?.();
          }}
        />
      )}
    </div>
  );
}
