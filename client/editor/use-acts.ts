import { useTranslation } from 'react-i18next';
import type { RefObject } from 'react';
import { annotationsOf } from '#shared/topology/annotations';
import { limits } from '#shared/limits';
import { annotationTools } from './annotate';
import { align, alignments, axes, distribute, type Box } from './alignment';
import { actIds, type Act, type ActId, type Acts, type PageActs, type PlainAct } from './acts';
import { arrangements } from './arrange/arrange';
import type { ArrangeState } from './arrange/use-arrange';
import { nodeSize } from './canvas/geometry';
import { annotationNode } from './drawing';
import type { CanvasHandle } from './canvas/types';
import { writeClipboard } from './clipboard';
import type { useDrawingActions } from './use-drawing-actions';
import type { EditorState } from './use-editor';

interface ActsOptions {
  editor: EditorState;
  canvas: RefObject<CanvasHandle | null>;
  actions: ReturnType<typeof useDrawingActions>;
  arrange: ArrangeState;
  onSave: () => void;
  /** What else the page can do. */
  pageActs?: PageActs | undefined;
  /** Opens what asks for more. */
  open: (what: 'connectMany' | 'rename' | 'find' | 'palette' | 'help') => void;
  toggleMinimap: () => void;
  toggleText: () => void;
}

/** Everything that can be done to the drawing now, each with its name and whether it can be. */
export function useActs(options: ActsOptions): Acts {
  const { editor, canvas, actions, arrange, onSave, pageActs = {}, open, toggleMinimap, toggleText } = options;
  const { t } = useTranslation('editor');
  const { topology } = editor.document;
  const { selection } = editor;
  const chosen = new Set(selection.nodes);
  const all = [...topology.vms, ...topology.networks];
  const annotations = annotationsOf(topology);
  const nodes = all.filter(({ key }) => chosen.has(key));
  const beside = annotations.filter(({ key }) => chosen.has(key));
  const things = [...nodes, ...beside];
  const free = things.filter(({ locked }) => locked !== true);
  const [only] = nodes;

  const boxes = (): Box[] =>
    free.map((node) => {
      const size =
        'kind' in node ? nodeSize(annotationNode(node)) : nodeSize({ kind: 'flavourId' in node ? 'vm' : 'network' });
      return { key: node.key, x: node.x, y: node.y, ...size };
    });
  const lock = (locked: boolean) => editor.run({ type: 'setDrawn', keys: selection.nodes, fields: { locked } });

  const stack = (to: 'front' | 'back') => editor.run({ type: 'stack', keys: selection.nodes, to });
  // what is drawn beside lies on what else is
  const canStack = beside.length > 0 && beside.length < annotations.length;

  const absent = { enabled: false, absent: true, run: () => undefined };
  const plain: Record<PlainAct, Omit<Act, 'id' | 'label'>> = {
    save: { enabled: true, run: onSave },
    saveWithMessage: pageActs.saveWithMessage ?? absent,
    history: pageActs.history ?? absent,
    undo: { enabled: editor.canUndo, run: editor.undo },
    redo: { enabled: editor.canRedo, run: editor.redo },
    cut: { enabled: free.length > 0, run: () => writeClipboard(actions.clipboard.cut()) },
    copy: { enabled: things.length > 0, run: () => writeClipboard(actions.clipboard.copy()) },
    paste: {
      // only where the page is served safely does a browser let it read the clipboard without the key
      enabled: typeof navigator.clipboard?.readText === 'function',
      run: () => void navigator.clipboard.readText().then(actions.clipboard.paste, () => false),
    },
    duplicate: { enabled: things.length > 0, run: actions.duplicate },
    delete: { enabled: free.length + selection.edges.length > 0, run: actions.remove },
    selectAll: { enabled: all.length + annotations.length > 0, run: actions.selectAll },
    addVm: { enabled: actions.canAddVm, run: () => actions.addNode('vm') },
    addNetwork: { enabled: true, run: () => actions.addNode('network') },
    connect: {
      enabled: things.length === 1 && only !== undefined,
      run: () => only !== undefined && canvas.current?.startConnect(only.key),
    },
    connectMany: { enabled: all.length > 1, run: () => open('connectMany') },
    rename: { enabled: nodes.length > 0, run: () => open('rename') },
    lock: { enabled: free.length > 0, run: () => lock(true) },
    unlock: { enabled: things.length > free.length, run: () => lock(false) },
    toFront: { enabled: canStack, run: () => stack('front') },
    toBack: { enabled: canStack, run: () => stack('back') },
    find: { enabled: all.length + annotations.length > 0, run: () => open('find') },
    palette: { enabled: true, run: () => open('palette') },
    fit: { enabled: all.length + annotations.length > 0, run: () => canvas.current?.fit() },
    zoomSelection: { enabled: things.length > 0, run: () => canvas.current?.fit(selection.nodes) },
    minimap: { enabled: true, run: toggleMinimap },
    text: { enabled: true, run: toggleText },
    help: { enabled: true, run: () => open('help') },
  };
  const others: Partial<Record<ActId, Act>> = {};
  for (const tool of annotationTools)
    others[`annotate.${tool}`] = {
      id: `annotate.${tool}`,
      label: t(`annotate.${tool}`),
      enabled: annotations.length < limits.annotationsPerTopology,
      run: () => actions.annotate(tool),
    };
  for (const to of alignments)
    others[`align.${to}`] = {
      id: `align.${to}`,
      label: t(`align.${to}`),
      enabled: free.length > 1,
      run: () => canvas.current?.glide(align(boxes(), to), false),
    };
  for (const axis of axes)
    others[`distribute.${axis}`] = {
      id: `distribute.${axis}`,
      label: t(`distribute.${axis}`),
      enabled: free.length > 2,
      run: () => canvas.current?.glide(distribute(boxes(), axis), false),
    };
  for (const arrangement of arrangements)
    others[`arrange.${arrangement}`] = {
      id: `arrange.${arrangement}`,
      label: t('arrange.named', { kind: t(`arrange.kind.${arrangement}`) }),
      enabled:
        all.length > 1 &&
        arrange.under === null &&
        (arrangement !== 'geographic' || all.some(({ location }) => location !== undefined)),
      run: () => arrange.start(arrangement),
    };
  const known = (id: ActId): Act => {
    const other = others[id];
    if (other !== undefined) return other;
    const plainId = id as PlainAct;
    return { id, label: t(`acts.${plainId}`), ...plain[plainId] };
  };
  return Object.fromEntries(actIds.map((id) => [id, known(id)])) as Record<ActId, Act>;
}
