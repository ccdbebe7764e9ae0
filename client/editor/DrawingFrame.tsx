import { Alert, Button, Drawer, Group } from '@mantine/core';
import { useDisclosure, useLocalStorage, useMediaQuery } from '@mantine/hooks';
import { Shapes, Waypoints } from 'lucide-react';
import { useCallback, useEffect, useMemo, useRef, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Problem } from '#shared/errors';
import { annotationsOf } from '#shared/topology/annotations';
import { EmptyState } from '../ui/EmptyState';
import { isAnnotationTool } from './annotate';
import { TopologyCanvas } from './canvas/TopologyCanvas';
import type { CanvasBox, CanvasHandle, CanvasMenu, CanvasSelection } from './canvas/types';
import { DrawingMenu } from './DrawingMenu';
import { drawingOf, type Drawing } from './drawing';
import { DrawingTools } from './DrawingTools';
import classes from './editor.module.css';
import { ShortcutsDialog } from './EditorDialogs';
import { newKey } from './fragment';
import { useArrange } from './arrange/use-arrange';
import { SelectionPanel } from './panel/SelectionPanel';
import { ProblemList } from './ProblemList';
import { useProblemText } from './problem-text';
import { Palette } from './Palette';
import { ConnectDialog, RenameDialog } from './PatternDialogs';
import { shortcutText, useShortcuts } from './shortcuts';
import { useActs } from './use-acts';
import { defaultsOf, type EditorCatalogue } from './use-catalogue';
import { useAsked } from './use-asked';
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
  /** Something stands over all of it: a narrow screen has no room for the panel besides. */
  covered?: boolean;
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
  covered = false,
}: DrawingFrameProps) {
  const { t } = useTranslation(['editor', 'common']);
  const problemText = useProblemText();
  const canvas = useRef<CanvasHandle>(null);
  const isWide = useMediaQuery('(min-width: 62em)', true, { getInitialValueInEffect: false });
  const [sheetOpened, sheet] = useDisclosure(false);
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
  /** The field of what is chosen, on a wide screen; on a narrow one the panel is a sheet, and the canvas keeps the keyboard. */
  const write = () => {
    const field = window.document.querySelector<HTMLTextAreaElement>('textarea[data-annotation-text]');
    field?.focus();
    field?.select();
  };
  const actions = useDrawingActions({
    editor,
    canvas,
    defaults,
    focusNext: (key) => {
      focusNext.current = key;
    },
    writeNext: (key) => {
      if (isWide) requestAnimationFrame(write);
      else focusNext.current = key;
    },
    fit: () => setFitCount((count) => count + 1),
  });

  const beside = new Set(annotationsOf(topology).map(({ key }) => key));
  const chosenNodes = selection.nodes.filter((key) => !beside.has(key));
  const arrange = useArrange(topology, chosenNodes, (places, all) => {
    canvas.current?.glide(places, all);
  });

  const drawing = useMemo(() => {
    const plain = drawingOf(topology, catalogue, problems, problemText, editor.saved.document.topology);
    return decorate === undefined ? plain : decorate(plain);
  }, [topology, catalogue, problems, problemText, decorate, editor.saved]);

  const { asked, ask, close } = useAsked<'connectMany' | 'rename' | 'find' | 'palette' | 'help'>(() => {
    const [first] = selection.nodes;
    if (first !== undefined) canvas.current?.focusNode(first);
  });
  const [menu, setMenu] = useState<CanvasMenu | null>(null);
  const [minimap, setMinimap] = useLocalStorage({ key: 'trama.minimap', defaultValue: false });
  const acts = useActs({
    editor,
    canvas,
    actions,
    arrange,
    onSave,
    open: ask,
    toggleMinimap: () => setMinimap((shown) => !shown),
  });
  useShortcuts((id) => acts[id].enabled && acts[id].run(), actions.clipboard);

  function onSelectionChange(next: CanvasSelection) {
    editor.select(next);
    // on a narrow screen the panel comes with a choice and goes with it
    if (next.nodes.length + next.edges.length === 0) sheet.close();
    else if (next.nodes.length + next.edges.length === 1) sheet.open();
  }
  const { run } = editor;
  const resize = useCallback(
    (key: string, box: CanvasBox) => run({ type: 'setAnnotations', keys: [key], fields: box }),
    [run],
  );
  function goToNode(key: string) {
    editor.select({ nodes: [key], edges: [] });
    canvas.current?.focusNode(key);
  }
  function goTo(problem: Problem) {
    if (problem.edge !== undefined) editor.select({ nodes: [], edges: [problem.edge] });
    else if (problem.node !== undefined) goToNode(problem.node);
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
      onFocusNode={goToNode}
    />
  );

  return (
    <>
      <header className={classes.bar}>
        <Group gap="xs" wrap="nowrap" className={classes.title}>
          {title}
        </Group>
        <DrawingTools
          acts={acts}
          presets={{ catalogue, defaults, onApply: actions.applyPreset }}
          arranging={{
            arrange,
            drawn: topology.vms.length + topology.networks.length,
            selected: chosenNodes.length,
            located: acts['arrange.geographic'].enabled,
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
              onResize={resize}
              onOpenNode={(key) => {
                onSelectionChange({ nodes: [key], edges: [] });
                requestAnimationFrame(write);
              }}
              onAddAt={(point) => actions.addNode('vm', point)}
              onMenu={setMenu}
              minimap={minimap}
              fitKey={`${fitKey} ${fitCount}`}
              empty={
                <EmptyState
                  icon={Waypoints}
                  title={t('empty.title')}
                  action={
                    <Group justify="center" gap="xs">
                      <Button disabled={!actions.canAddVm} onClick={() => actions.addNode('vm')}>
                        {t('acts.addVm')}
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
            opened={sheetOpened && !covered && asked === null}
            onClose={sheet.close}
            position="bottom"
            size="55%"
            title={t('panel.label')}
            withOverlay={false}
            lockScroll={false}
            trapFocus={false}
            closeOnClickOutside={false}
            // below all that opens over it: two that are modal at once are one too many for a screen reader
            zIndex={150}
            returnFocus={false}
            closeButtonProps={{ 'aria-label': t('common:actions.close') }}
          >
            {panel}
          </Drawer>
        )}
      </div>
      {menu !== null && (
        <DrawingMenu
          {...menu}
          acts={acts}
          onAdd={(kind) =>
            isAnnotationTool(kind) ? actions.annotate(kind, menu.point) : actions.addNode(kind, menu.point)
          }
          onClose={() => setMenu(null)}
        />
      )}
      {asked === 'help' && <ShortcutsDialog acts={acts} onClose={close} />}
      {(asked === 'find' || asked === 'palette') && (
        <Palette mode={asked} topology={topology} acts={acts} onGo={goToNode} onClose={close} />
      )}
      {asked === 'connectMany' && (
        <ConnectDialog
          topology={topology}
          onConnect={(edges) => {
            editor.run({ type: 'insert', fragment: { vms: [], networks: [], edges } });
            editor.select({ nodes: [], edges: edges.map(({ key }) => key) });
          }}
          onClose={close}
        />
      )}
      {asked === 'rename' && (
        <RenameDialog
          topology={topology}
          nodes={selection.nodes}
          onRename={(names) => editor.run({ type: 'rename', names })}
          onClose={close}
        />
      )}
    </>
  );
}
