import { Alert, Button, Drawer, Group } from '@mantine/core';
import { useDisclosure, useLocalStorage, useMediaQuery } from '@mantine/hooks';
import { Shapes, Waypoints } from 'lucide-react';
import { useCallback, useEffect, useMemo, useRef, useState, type ReactNode } from 'react';
import { flushSync } from 'react-dom';
import { useTranslation } from 'react-i18next';
import type { Problem } from '#shared/errors';
import { annotationsOf } from '#shared/topology/annotations';
import { EmptyState } from '../ui/EmptyState';
import type { PageActs } from './acts';
import { isAnnotationTool } from './annotate';
import { TopologyCanvas } from './canvas/TopologyCanvas';
import type { CanvasBox, CanvasHandle, CanvasMenu, CanvasPoint, CanvasSelection } from './canvas/types';
import { DrawingMenu } from './DrawingMenu';
import { drawingOf, type Drawing } from './drawing';
import { DrawingTools } from './DrawingTools';
import classes from './editor.module.css';
import { newKey } from './fragment';
import { useArrange } from './arrange/use-arrange';
import { SelectionPanel } from './panel/SelectionPanel';
import { ProblemList } from './ProblemList';
import { useProblemText } from './problem-text';
import { DrawingDialogs, type AskedDialog } from './DrawingDialogs';
import { shortcutText, useShortcuts } from './shortcuts';
import { SplitView } from './text/SplitView';
import type { TextPart } from './text/text-parts';
import { useTextBeside } from './text/use-text-beside';
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
  /** What else the page can do, by a name of its own. */
  pageActs?: PageActs;
  /** Under the bar. */
  notices?: ReactNode;
  /** In the panel while nothing is selected. */
  about: ReactNode;
  /** What else the canvas shows of it, made of what it shows anyway. */
  decorate?: (drawing: Drawing) => Drawing;
  /** Where in the drawing one points, for others who are there. */
  onPoint?: (point: CanvasPoint | null) => void;
  /** What is drawn over the canvas, of what it shows. */
  overlay?: (drawing: Drawing) => ReactNode;
  /** The whole drawing is brought into view when this changes. */
  fitKey?: number;
  /** Something stands over all of it: a narrow screen has no room for the panel besides. */
  covered?: boolean;
  /** Name and description are not changed here, neither in the text. */
  fixedDetails?: boolean;
}

/** A drawing under work: bar, canvas, panel, problems and keys. What becomes of the work is the page's affair. */
export function DrawingFrame({
  editor,
  catalogue,
  label,
  title,
  deeds,
  onSave,
  pageActs,
  notices,
  about,
  decorate,
  onPoint,
  overlay,
  fitKey = 0,
  covered = false,
  fixedDetails,
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
    const unread = editor.unread.map(({ problem }) => problem);
    const plain = drawingOf(topology, catalogue, problems, problemText, editor.saved.document.topology, unread);
    return decorate === undefined ? plain : decorate(plain);
  }, [topology, catalogue, problems, problemText, decorate, editor.saved, editor.unread]);

  /** The keyboard is the drawing's again. */
  const backToDrawing = () => {
    const first = selection.nodes[0] ?? topology.vms[0]?.key ?? topology.networks[0]?.key;
    if (first !== undefined) canvas.current?.focusNode(first);
  };
  const { asked, ask, close } = useAsked<AskedDialog>(() => {
    if (selection.nodes.length > 0) backToDrawing();
  });
  const text = useTextBeside();
  const [menu, setMenu] = useState<CanvasMenu | null>(null);
  const [minimap, setMinimap] = useLocalStorage({ key: 'trama.minimap', defaultValue: false });
  const acts = useActs({
    editor,
    canvas,
    actions,
    arrange,
    onSave,
    pageActs,
    open: ask,
    toggleMinimap: () => setMinimap((shown) => !shown),
    toggleText: () => {
      // on a narrow screen there is room for one of them
      sheet.close();
      text.toggle();
    },
  });
  useShortcuts((id) => acts[id].enabled && acts[id].run(), actions.clipboard);

  function onSelectionChange(next: CanvasSelection) {
    editor.select(next);
    // on a narrow screen the panel comes with a choice and goes with it
    if (next.nodes.length + next.edges.length === 0) sheet.close();
    else if (next.nodes.length + next.edges.length === 1 && !text.opened) sheet.open();
  }
  /** The cursor of the text has gone into a part. */
  function onPart(part: TextPart | null) {
    if (part === null) return;
    editor.select(part.kind === 'edge' ? { nodes: [], edges: [part.key] } : { nodes: [part.key], edges: [] });
    canvas.current?.reveal(part.key);
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
      asks={fixedDetails !== true}
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
          hasText={text.opened}
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
          <SplitView
            text={text}
            isWide={isWide}
            pane={{
              ...{ document, catalogue, selection, problems, fixedDetails, onPart },
              // what was written is there when the next is
              write: (command, join) => flushSync(() => run(command, join)),
              onUnread: editor.setUnread,
              onPaste: actions.clipboard.paste,
              onSave,
              onLeave: backToDrawing,
            }}
          >
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
                onPoint={onPoint}
                overlay={overlay?.(drawing)}
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
                            defaults !== null &&
                            actions.applyPreset({ kind: 'line', values: {}, routers: false, ...defaults })
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
          </SplitView>
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
      <DrawingDialogs asked={asked} editor={editor} acts={acts} onGo={goToNode} onClose={close} />
    </>
  );
}
