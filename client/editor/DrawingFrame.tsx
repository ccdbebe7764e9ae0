import { Alert, Button, Drawer, Group } from '@mantine/core';
import { useDisclosure, useMediaQuery } from '@mantine/hooks';
import { Shapes, Waypoints } from 'lucide-react';
import { useEffect, useMemo, useRef, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Problem } from '#shared/errors';
import { EmptyState } from '../ui/EmptyState';
import { TopologyCanvas } from './canvas/TopologyCanvas';
import type { CanvasHandle, CanvasSelection } from './canvas/types';
import { drawingOf, type Drawing } from './drawing';
import { DrawingTools } from './DrawingTools';
import classes from './editor.module.css';
import { ShortcutsDialog } from './EditorDialogs';
import { newKey } from './fragment';
import { useArrange } from './arrange/use-arrange';
import { SelectionPanel } from './panel/SelectionPanel';
import { ProblemList } from './ProblemList';
import { useProblemText } from './problem-text';
import { shortcutText, useShortcuts, type PageShortcut } from './shortcuts';
import { defaultsOf, type EditorCatalogue } from './use-catalogue';
import { useDrawingActions } from './use-drawing-actions';
import type { EditorState } from './use-editor';

export interface DrawingFrameProps {
  editor: EditorState;
  catalogue: EditorCatalogue;
  /** What the canvas is, for who cannot see it. */
  label: string;
  /** What is edited, at the left end of the bar. */
  title: ReactNode;
  /** What is done with the drawing as a whole, at the right end of the bar. */
  deeds: ReactNode;
  /** Ctrl+S. */
  onSave: () => void;
  /** Under the bar. */
  notices?: ReactNode;
  /** In the panel while nothing is selected. */
  about: ReactNode;
  /** What else the canvas shows of it, made of what it shows anyway. */
  decorate?: (drawing: Drawing) => Drawing;
  /** The whole drawing is brought into view when this changes. */
  fitKey?: number;
}

/** A drawing under work: bar, canvas, panel, problems and keys. What becomes of the work is the page's affair. */
export function DrawingFrame({
  editor,
  catalogue,
  label,
  title,
  deeds,
  onSave,
  notices,
  about,
  decorate,
  fitKey = 0,
}: DrawingFrameProps) {
  const { t } = useTranslation(['editor', 'common']);
  const problemText = useProblemText();
  const canvas = useRef<CanvasHandle>(null);
  const isWide = useMediaQuery('(min-width: 62em)', true, { getInitialValueInEffect: false });
  const [sheetOpened, sheet] = useDisclosure(false);
  const [helpOpened, help] = useDisclosure(false);
  const [fitCount, setFitCount] = useState(0);
  const { document, selection, problems } = editor;
  const { topology } = document;
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

  const arrange = useArrange(topology, selection.nodes, (places, all) => {
    canvas.current?.glide(places, all);
  });

  const drawing = useMemo(() => {
    const plain = drawingOf(topology, catalogue, problems, problemText);
    return decorate === undefined ? plain : decorate(plain);
  }, [topology, catalogue, problems, problemText, decorate]);

  function run(action: PageShortcut) {
    const known: Record<PageShortcut, () => void> = {
      save: onSave,
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

  const panel = (
    <SelectionPanel
      editor={editor}
      about={about}
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
    <>
      <header className={classes.bar}>
        <Group gap="xs" wrap="nowrap" className={classes.title}>
          {title}
        </Group>
        <DrawingTools
          run={run}
          can={{
            undo: editor.canUndo,
            redo: editor.canRedo,
            add: actions.canAddVm,
            alter: selection.nodes.length + selection.edges.length > 0,
          }}
          presets={{ catalogue, defaults, onApply: actions.applyPreset }}
          arranging={{
            arrange,
            drawn: topology.vms.length + topology.networks.length,
            selected: selection.nodes.length,
            located: false,
          }}
          onPanel={isWide ? undefined : sheet.toggle}
        />
        <Group gap="xs" wrap="nowrap" className={classes.save}>
          {deeds}
        </Group>
      </header>
      {notices}
      {arrange.failed && (
        <Alert
          color="red"
          variant="light"
          radius={0}
          withCloseButton
          closeButtonLabel={t('common:actions.close')}
          onClose={arrange.cancel}
        >
          {t('arrange.failed')}
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
              label={label}
              nodes={drawing.nodes}
              edges={drawing.edges}
              selection={selection}
              onSelectionChange={onSelectionChange}
              onMove={(moves) => editor.run({ type: 'move', moves })}
              onConnect={(source, target) => editor.run({ type: 'connect', key: newKey(), source, target })}
              onDelete={(what) => editor.run({ type: 'delete', ...what })}
              onOpenNode={(key) => onSelectionChange({ nodes: [key], edges: [] })}
              onAddAt={(point) => actions.addNode('vm', point)}
              fitKey={`${fitKey} ${fitCount}`}
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
                        onClick={() =>
                          defaults !== null && actions.applyPreset({ kind: 'line', values: {}, ...defaults })
                        }
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
    </>
  );
}
